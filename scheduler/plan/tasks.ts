import type { JobSpec } from '../job-spec.ts';
import { sumInterval, type ItemPrediction, type Predictor } from '../predictive-model/model.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import { injectSafePoints } from '../safe-points/injector.ts';
import { overheadsOf } from '../safe-points/overheads.ts';
import type { Workload, WorkloadTask } from '../workload.ts';
import type { PlannedTask } from './plan.ts';
import type { Simulation } from './simulate.ts';

/** The plan of each task as the user wrote it; its stages count as one. */
export function plannedTasks(
  job: JobSpec,
  workload: Workload,
  model: Predictor,
  simulation: Simulation,
): PlannedTask[] {
  const names = [...new Set(workload.tasks.map(({ task }) => task))];
  return names.map((name) => plannedTask(name, { job, workload, model, simulation }));
}

interface Context {
  job: JobSpec;
  workload: Workload;
  model: Predictor;
  simulation: Simulation;
}

function plannedTask(name: string, { job, workload, model, simulation }: Context): PlannedTask {
  const stages = [...workload.tasks.entries()].filter(([, { task }]) => task === name);
  const first = stages[0]![1];
  const indices = new Set(stages.map(([index]) => index));
  const shares = simulation.fragments.flatMap(({ fragment, committed }) => {
    const items = [...indices].reduce((sum, task) => sum + (committed.get(task) ?? 0), 0);
    if (items === 0) return [];
    const pieces = fragment.pieces.filter(({ task }) => indices.has(task));
    const assigned = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
    const seconds = pieces.reduce((sum, piece) => sum + (piece.end - piece.start) * piece.itemSeconds.expected, 0);
    return [{ items, seconds: (seconds * items) / assigned / Math.max(1, concurrency(job.target, first.needs)) }];
  });
  const itemSeconds = typicalItem(
    stages.map(([, stage]) => stage),
    model,
  );
  return {
    task: name,
    items: first.count,
    upToDate: first.upToDate.reduce((sum, { start, end }) => sum + end - start, 0),
    fragments: shares.length,
    itemsPerFragment: median(shares.map(({ items }) => items)),
    fragmentSeconds: median(shares.map(({ seconds }) => seconds)),
    itemSeconds,
    ...safePointsOf(first, job, itemSeconds.expected),
    basis: model.basis(first.key, first.estimateSeconds),
  };
}

/** One item through all stages, at the mean cost. */
function typicalItem(stages: readonly WorkloadTask[], model: Predictor): PlannedTask['itemSeconds'] {
  const parts = stages.flatMap((stage) =>
    stage.cohorts.map((cohort) => ({
      prediction: predict(stage, cohort.cost, model),
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

function predict(task: WorkloadTask, cost: number | null, model: Predictor): ItemPrediction {
  const { key, estimateSeconds } = task;
  return model.predict({ key, instanceType: '', cost, load: 0, idleSeconds: 0, estimateSeconds });
}

function safePointsOf(
  { safePoint, commitEach, needs }: WorkloadTask,
  { target }: JobSpec,
  itemSeconds: number,
): Pick<PlannedTask, 'safePointEverySeconds' | 'safePointCostShare'> {
  const overheads = overheadsOf(target);
  const { everyItems, everySeconds } = injectSafePoints(safePoint, { commitEach, overheads });
  const width = Math.max(1, concurrency(target, needs));
  const spacing = everySeconds === null ? (everyItems * itemSeconds) / width : Math.max(everySeconds, itemSeconds);
  return {
    safePointEverySeconds: spacing,
    safePointCostShare: overheads.safePointSeconds / (spacing + overheads.safePointSeconds),
  };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
