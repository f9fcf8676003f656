import type { Decision, Fragment } from '../../fragment-scheduler/events.ts';
import type { TaskBasis } from '../../store/journal.ts';
import type { RunHostOptions } from './options.ts';

type Recording = Pick<RunHostOptions, 'journal' | 'workload' | 'basis'>;

/**
 * Journals what was decided, before it takes effect.
 * @param record journals what it was decided on: together, as each trip to the disk takes its time
 */
export function recordDecisions(
  run: Recording,
  decisions: readonly Decision[],
  now: number,
  record: (() => void) | undefined,
): void {
  if (record === undefined && !decisions.some(isRecorded)) return;
  run.journal.together(() => {
    record?.();
    for (const decision of decisions) recordDecision(run, decision, now);
  });
}

const isRecorded = ({ kind }: Decision): boolean => kind === 'assign' || kind === 'skip' || kind === 'give-up';

function recordDecision({ journal, workload, basis }: Recording, decision: Decision, now: number): void {
  if (decision.kind === 'assign') journal.assigned(decision.fragment, basesOf(decision.fragment, basis), now);
  if (decision.kind === 'give-up') journal.settle(decision.task, decision, 'failed', decision.why, now);
  if (decision.kind === 'skip')
    journal.settle(decision.task, decision, 'skipped', workload.tasks[decision.because]!.task, now);
}

function basesOf({ pieces }: Fragment, basis: RunHostOptions['basis']): TaskBasis[] {
  return [...new Set(pieces.map(({ task }) => task))].map((task) => ({ task, ...basis(task) }));
}
