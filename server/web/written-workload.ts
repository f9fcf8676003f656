/** The workload of a job whose items all stand in its text: ranges and lists. */
import { type Cohorts, groupAlike, meanCosts } from '../../scheduler/items/cohorts.ts';
import { fieldOf } from '../../scheduler/items/field.ts';
import type { InputSpec, JobSpec, TaskSpec } from '../../scheduler/job-spec.ts';
import type { Cohort, Workload, WorkloadTask } from '../../scheduler/workload.ts';

interface WrittenItems {
  cohorts: Cohorts;
  /** The costs of the items, by the task's own field for it. */
  costs: Map<string, number[]>;
}

/** Throws where items are in files; the message is for the user. */
export function writtenWorkload(job: JobSpec): Workload {
  const inputs = new Map(
    job.inputs.map((input) => [
      input.name,
      itemsOf(
        input,
        job.tasks.filter((task) => task.input === input.name),
      ),
    ]),
  );
  return { tasks: job.tasks.map((task) => workloadTask(job, task, inputs)) };
}

function itemsOf(input: InputSpec, tasks: readonly TaskSpec[]): WrittenItems {
  const values = valuesOf(input);
  const costs = new Map(
    tasks.flatMap(({ cost }) => (cost?.kind === 'field' ? [[keyOf(cost.path), values.map(costAt(cost.path))]] : [])),
  );
  return { cohorts: groupAlike(values.length, [...costs.values()]), costs };
}

function valuesOf(input: InputSpec): (string | number)[] {
  if (input.kind === 'list') return input.values;
  if (input.kind === 'range')
    return Array.from({ length: Math.max(0, input.to - input.from + 1) }, (_, index) => input.from + index);
  throw new Error(
    `The items of input ${input.name} are in files, which cannot be read here: open the folder on a machine to see the plan.`,
  );
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path);

const costAt =
  (path: readonly string[]) =>
  (value: string | number): number => {
    const cost = Number(path.reduce<unknown>(fieldOf, value));
    if (Number.isFinite(cost) && cost >= 0) return cost;
    throw new Error(`The cost of an item must be a number of 0 or more, and ${JSON.stringify(value)} has none.`);
  };

function workloadTask(job: JobSpec, task: TaskSpec, inputs: ReadonlyMap<string, WrittenItems>): WorkloadTask {
  const items = task.input === null ? null : inputs.get(task.input)!;
  const cohorts = cohortsOf(task, items);
  return {
    name: task.name,
    task: task.task,
    // Nothing is remembered here, so the work itself needs no name.
    key: `${job.job}/${task.name}`,
    count: cohorts.at(-1)?.end ?? 0,
    cohorts,
    dependsOn: task.dependsOn.map(({ task: name, on }) => ({ task: job.tasks.findIndex((t) => t.name === name), on })),
    needs: task.needs,
    safePoint: task.safePoint,
    commitEach: task.stage.index < task.stage.of,
    estimateSeconds: task.estimateSeconds,
    timeoutSeconds: task.timeoutSeconds,
    ...(task.checkpoint && { checkpoint: { graceSeconds: task.checkpoint.graceSeconds } }),
    upToDate: [],
  };
}

function cohortsOf({ cost }: TaskSpec, items: WrittenItems | null): Cohort[] {
  const constant = cost?.kind === 'constant' ? cost.value : null;
  if (items === null) return [{ start: 0, end: 1, cost: constant }];
  const { borders } = items.cohorts;
  const means = cost?.kind === 'field' ? meanCosts(items.cohorts, items.costs.get(keyOf(cost.path))!) : null;
  return borders.slice(1).map((end, index) => ({ start: borders[index]!, end, cost: means?.[index] ?? constant }));
}
