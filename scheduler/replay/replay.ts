/** A past run under other conditions: its items take as long as they did, but who decides, and on what, may differ. */
import type { TargetSpec } from '../job-spec.ts';
import { sharesOf } from '../plan/shares.ts';
import { playCourse, type Simulation } from '../plan/simulate.ts';
import { hiddenLives, speedOf } from '../plan/simulated-options.ts';
import { uniform } from '../plan/random.ts';
import { conditionsOf, type TargetProfile } from '../plan/target-profile.ts';
import { PredictiveModel } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { Workload } from '../workload.ts';
import { lowerBound } from './bound.ts';
import { createPolicy, policyName, type PolicyChoice } from './policy.ts';
import { type AssumedItems, RecordedWork, type RecordedRange } from './recorded-work.ts';

/** A policy that takes so many times as long as the bound is taken never to end. */
const MOST_BOUNDS = 50;
/** More events and pieces of fragments than memory has room for; the rest is extrapolated. */
const MOST_STEPS = 2_000_000;

/** What became of a job, or would have. */
export interface Course {
  /** Null where the job would never have ended; then `why` says the reason. */
  makespanSeconds: number | null;
  /** Committed work over instance life; likewise the others. */
  utilisation: number;
  lostShare: number;
  idleShare: number;
  fragments: number;
  instances: number;
  /** Items that were given up. */
  unfinishedItems: number;
  why: string | null;
}

export interface Replay {
  target: Pick<TargetSpec, 'name' | 'kind' | 'instances' | 'lifespanSeconds'>;
  replayed: (Course & { policy: string })[];
  /** A makespan that nothing can beat; null where lives are too short for any work. */
  boundSeconds: number | null;
  /** Items that did not come to their end in the run, and what they were taken to last. */
  assumed: AssumedItems[];
}

export interface ReplayOptions {
  workload: Workload;
  ranges: readonly RecordedRange[];
  /** Where it is replayed. */
  target: TargetSpec;
  policies: readonly PolicyChoice[];
  /** What Morsel's own scheduler knows when it begins; it learns from the replay too. */
  past: { observations: readonly Observation[]; profile: TargetProfile | null };
}

/** Replays a recorded run once for each policy. Deterministic. */
export function replay(options: ReplayOptions): Replay {
  const { workload, ranges, target, policies, past } = options;
  const guesses = new PredictiveModel(past.observations);
  const work = new RecordedWork(workload, ranges, (task) => {
    const { key, estimateSeconds, cohorts } = workload.tasks[task]!;
    const cost = cohorts[0]?.cost ?? null;
    return guesses.predict({ key, instanceType: '', cost, load: 0, idleSeconds: 0, estimateSeconds }).seconds;
  });
  const bound = lowerBound(work, workload, target, conditionsOf(target, past.profile));
  const { name, kind, instances, lifespanSeconds } = target;
  return {
    target: { name, kind, instances, lifespanSeconds },
    replayed: policies.map((choice) => ({ policy: policyName(choice), ...play(choice, work, bound, options) })),
    boundSeconds: Number.isFinite(bound) ? bound : null,
    assumed: work.assumed,
  };
}

function play(choice: PolicyChoice, work: RecordedWork, bound: number, options: ReplayOptions): Course {
  const { workload, target, past } = options;
  const conditions = conditionsOf(target, past.profile);
  const { overheads } = conditions;
  const model = new PredictiveModel(past.observations);
  const speed = speedOf(target);
  const hiddenLifeSeconds = hiddenLives(target, uniform(1));
  const simulation = playCourse({
    workload,
    target,
    conditions,
    policy: createPolicy(choice, { workload, target, model, overheads }),
    itemSeconds: (piece) => work.itemSeconds(piece) / speed,
    alikeUntil: (piece) => work.alikeUntil(piece),
    ...(hiddenLifeSeconds && { hiddenLifeSeconds }),
    mostSteps: MOST_STEPS,
    mostSeconds: Number.isFinite(bound) ? MOST_BOUNDS * bound : MOST_BOUNDS * (target.lifespanSeconds ?? 1),
    isCancelled: () => false,
  });
  return courseOf(simulation, workload);
}

function courseOf(simulation: Simulation, { tasks }: Workload): Course {
  const { makespanSeconds, simulatedSeconds, simulatedShare, fragments, instances, hopeless, steps } = simulation;
  const wasBrokenOff = simulatedShare < 1 && steps < MOST_STEPS;
  const committed = new Map<number, number>();
  for (const fragment of fragments)
    for (const [task, items] of fragment.committed) committed.set(task, (committed.get(task) ?? 0) + items);
  const lacking = tasks.map(({ count, upToDate }, task) => {
    const done = upToDate.reduce((sum, { start, end }) => sum + end - start, 0);
    return count - done - (committed.get(task) ?? 0);
  });
  const [first] = hopeless;
  return {
    makespanSeconds: wasBrokenOff ? null : makespanSeconds,
    ...sharesOf(simulation),
    fragments: fragments.length,
    instances: instances.length,
    unfinishedItems: wasBrokenOff || simulatedShare === 1 ? lacking.reduce((sum, items) => sum + items, 0) : 0,
    why: wasBrokenOff
      ? `not done after ${Math.round(simulatedSeconds)} s: what a fragment holds does not fit into a life`
      : first === undefined
        ? null
        : `an item of \`${tasks[first.task]!.task}\` ${first.why}`,
  };
}
