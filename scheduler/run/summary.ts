/** How well a run used its instances, from its journal: over all processes that were at it. */
import type { JobSpec } from '../job-spec.ts';
import type { FragmentRow, InstanceRow, Journal, OutcomeRow } from '../store/journal.ts';

export interface Usage {
  /** Committed work over instance life. */
  utilisation: number;
  /** Work begun and thrown away over instance life. */
  lostShare: number;
}

/**
 * Work counts with the share of its instance's cpus that it held: an item of 1 cpu on an instance of 4 fills a quarter.
 * Lost is what an instance did between a fragment's last safe point and the end of the instance.
 */
export function usageOf(journal: Journal, job: JobSpec, now: number): Usage {
  const instances = new Map(journal.instances().map((instance) => [instance.name, instance]));
  const fragments = new Map(journal.fragments().map((fragment) => [fragment.fragment, fragment]));
  const outcomes = journal.outcomes();
  const life = [...instances.values()].reduce((sum, { upAt, downAt }) => sum + (downAt ?? now) - upAt, 0);
  if (life <= 0) return { utilisation: 0, lostShare: 0 };
  const committed = outcomes.reduce((sum, outcome) => sum + work(outcome, job, fragments, instances), 0);
  return { utilisation: share(committed, life), lostShare: share(lostSeconds(outcomes, fragments), life) };
}

/** Instances and fragments are noted a moment apart: the rounding must not show. */
const share = (seconds: number, life: number): number => Math.min(1, seconds / life);

function work(
  { task, seconds, fragment }: OutcomeRow,
  job: JobSpec,
  fragments: ReadonlyMap<number, FragmentRow>,
  instances: ReadonlyMap<string, InstanceRow>,
): number {
  const { instance } = (fragment === null ? undefined : fragments.get(fragment)) ?? { instance: '' };
  const cpus = instances.get(instance)?.cpus ?? 1;
  return seconds * Math.min(1, job.tasks[task]!.needs.cpus / cpus);
}

function lostSeconds(outcomes: readonly OutcomeRow[], fragments: ReadonlyMap<number, FragmentRow>): number {
  const lastSafePoint = new Map<number, number>();
  for (const { fragment, at } of outcomes) if (fragment !== null) lastSafePoint.set(fragment, at);
  let lost = 0;
  for (const { fragment, how, assignedAt, endedAt } of fragments.values()) {
    if (how === 'lost' && endedAt !== null) lost += Math.max(0, endedAt - (lastSafePoint.get(fragment) ?? assignedAt));
  }
  return lost;
}
