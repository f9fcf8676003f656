/** What of a workload follows from the job and from costs, wherever the items were read. */
import type { CostSpec, JobSpec, TaskSpec } from '../job-spec.ts';
import type { Cohort, WorkloadTask } from '../workload.ts';
import { meanCosts, type Cohorts } from './cohorts.ts';

/** The items of one input, as far as cohorts depend on them. */
export interface CostedItems {
  cohorts: Cohorts;
  /** A column of each distinct cost of the tasks over the input, by {@link costKey}, in input order. */
  costs: ReadonlyMap<string, readonly number[]>;
}

/** By which name the column of a cost stands. */
export const costKey = (path: readonly string[]): string => JSON.stringify(path);

/** What the job itself says of a task. @param key by which observations of it are found again */
export function statedTask(
  job: JobSpec,
  task: TaskSpec,
  key: string,
): Omit<WorkloadTask, 'count' | 'cohorts' | 'upToDate'> {
  return {
    name: task.name,
    task: task.task,
    key,
    dependsOn: task.dependsOn.map(({ task: name, on }) => ({ task: job.tasks.findIndex((t) => t.name === name), on })),
    needs: task.needs,
    safePoint: task.safePoint,
    commitEach: task.stage.index < task.stage.of,
    estimateSeconds: task.estimateSeconds,
    timeoutSeconds: task.timeoutSeconds,
    ...(task.checkpoint && { checkpoint: { graceSeconds: task.checkpoint.graceSeconds } }),
  };
}

/** The cohorts of a task with that cost. @param items null for a task that runs once */
export function cohortsOf(cost: CostSpec | null, items: CostedItems | null): Cohort[] {
  const constant = cost?.kind === 'constant' ? cost.value : null;
  if (items === null) return [{ start: 0, end: 1, cost: constant }];
  const { borders } = items.cohorts;
  const means = cost?.kind === 'field' ? meanCosts(items.cohorts, items.costs.get(costKey(cost.path))!) : null;
  return borders.slice(1).map((end, index) => ({ start: borders[index]!, end, cost: means?.[index] ?? constant }));
}
