import type { Fragment } from '../fragment-scheduler/events.ts';
import type { JobSpec } from '../job-spec.ts';
import { sumInterval, type ItemPrediction, type Predictor } from '../predictive-model/model.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import { safePointRule } from '../safe-points/injector.ts';
import type { Workload, WorkloadTask } from '../workload.ts';
import { dependenciesOf } from './critical-path.ts';
import type { PlannedTask } from './plan.ts';
import type { Simulation } from './simulate.ts';
import type { TargetConditions } from './target-profile.ts';

/** The plan of each task as the user wrote it; its stages count as one. */
export function plannedTasks(job: JobSpec, workload: Workload, outcome: PlanOutcome): PlannedTask[] {
  const stages = Map.groupBy(workload.tasks, ({ task }) => task);
  const shares = sharesByTask(job, workload, outcome.simulation);
  return [...stages].map(([name, own]) => plannedTask(own, shares.get(name) ?? [], { job, workload, ...outcome }));
}

/** What a plan is read from. */
export interface PlanOutcome {
  model: Predictor;
  conditions: TargetConditions;
  /** By task key, the longest that an item ran in earlier runs without coming to its end. */
  unendedSeconds: ReadonlyMap<string, number>;
  /** The expected course. */
  simulation: Simulation;
}

/** What one fragment holds of a task: the items that it commits, and the instance's time that they take. */
interface FragmentShare {
  items: number;
  seconds: number;
}

function sharesByTask(job: JobSpec, workload: Workload, { fragments }: Simulation): Map<string, FragmentShare[]> {
  const shares = new Map<string, FragmentShare[]>();
  for (const { fragment, committed } of fragments) {
    const own = new Map<string, FragmentShare>();
    for (const piece of new Map(fragment.pieces.map((each) => [each.task, each])).values()) {
      const { task: name, needs } = workload.tasks[piece.task]!;
      const items = committed.get(piece.task) ?? 0;
      const share = own.get(name) ?? { items: 0, seconds: 0 };
      const mean = meanItemSeconds(fragment, piece.task) / Math.max(1, concurrency(job.target, needs));
      own.set(name, { items: share.items + items, seconds: share.seconds + items * mean });
    }
    for (const [name, share] of own) {
      if (share.items === 0) continue;
      const known = shares.get(name);
      if (known) known.push(share);
      else shares.set(name, [share]);
    }
  }
  return shares;
}

function meanItemSeconds({ pieces }: Fragment, task: number): number {
  let items = 0;
  let seconds = 0;
  for (const piece of pieces) {
    if (piece.task !== task) continue;
    items += piece.end - piece.start;
    seconds += (piece.end - piece.start) * piece.itemSeconds.expected;
  }
  return seconds / items;
}

interface Context extends PlanOutcome {
  job: JobSpec;
  workload: Workload;
}

function plannedTask(
  stages: readonly WorkloadTask[],
  shares: readonly FragmentShare[],
  { job, workload, model, conditions, simulation }: Context,
): PlannedTask {
  const first = stages[0]!;
  const itemSeconds = typicalItem(stages, model, conditions);
  return {
    task: first.task,
    after: dependenciesOf(first.task, workload),
    items: first.count,
    upToDate: upToDateIn(first),
    fragments: simulation.simulatedShare === 1 ? shares.length : extrapolated(stages, shares),
    itemsPerFragment: median(shares.map(({ items }) => items)),
    fragmentSeconds: median(shares.map(({ seconds }) => seconds)),
    itemSeconds,
    ...safePointsOf(first, job, itemSeconds.expected, conditions),
    basis: model.basis(first.key, first.estimateSeconds),
  };
}

/** How many fragments the whole task makes if the rest of it is cut like the part that was simulated; 0 if none was. */
function extrapolated(stages: readonly WorkloadTask[], shares: readonly FragmentShare[]): number {
  const simulated = shares.reduce((sum, { items }) => sum + items, 0);
  const all = stages.reduce((sum, stage) => sum + stage.count - upToDateIn(stage), 0);
  return simulated === 0 ? 0 : Math.round((shares.length * all) / simulated);
}

const upToDateIn = ({ upToDate }: WorkloadTask): number =>
  upToDate.reduce((sum, { start, end }) => sum + end - start, 0);

/** What is not up to date. */
export const itemsLeft = (stage: WorkloadTask): number => stage.count - upToDateIn(stage);

/** The expected run time of an item of a stage, at the mean cost. */
export const itemSecondsOf = (stage: WorkloadTask, { model, conditions }: PlanOutcome): number =>
  typicalItem([stage], model, conditions).expected;

/** One item through all stages, at the mean cost. */
function typicalItem(
  stages: readonly WorkloadTask[],
  model: Predictor,
  conditions: TargetConditions,
): PlannedTask['itemSeconds'] {
  const parts = stages.flatMap((stage) =>
    stage.cohorts.map((cohort) => ({
      prediction: predict(stage, cohort.cost, model, conditions),
      count: (cohort.end - cohort.start) / stage.count,
    })),
  );
  const mean = sumInterval(parts);
  const single = parts[0]?.prediction;
  if (!single || mean.expected === 0) return mean;
  const spread = Math.hypot(single.within, single.level);
  return {
    low: mean.expected * Math.exp(single.bounds.low * spread),
    expected: mean.expected,
    high: mean.expected * Math.exp(single.bounds.high * spread),
  };
}

function predict(
  task: WorkloadTask,
  cost: number | null,
  model: Predictor,
  { instanceType, load }: TargetConditions,
): ItemPrediction {
  const { key, estimateSeconds } = task;
  return model.predict({ key, instanceType, cost, load, idleSeconds: 0, estimateSeconds });
}

function safePointsOf(
  { safePoint, commitEach, needs }: WorkloadTask,
  { target }: JobSpec,
  itemSeconds: number,
  { overheads }: TargetConditions,
): Pick<PlannedTask, 'safePointEverySeconds' | 'safePointCostShare'> {
  const { everyItems, everySeconds } = safePointRule(safePoint, { commitEach, overheads });
  const width = Math.max(1, concurrency(target, needs));
  const spacing = everySeconds === null ? (everyItems * itemSeconds) / width : Math.max(everySeconds, itemSeconds);
  return {
    safePointEverySeconds: spacing,
    safePointCostShare: overheads.safePointSeconds / (spacing + overheads.safePointSeconds),
  };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
