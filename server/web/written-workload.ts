/** The workload of a job whose items all stand in its text: ranges and lists. */
import { groupAlike } from '../../scheduler/items/cohorts.ts';
import { fieldOf } from '../../scheduler/items/field.ts';
import { cohortsOf, costKey, type CostedItems, statedTask } from '../../scheduler/items/stated-task.ts';
import type { InputSpec, JobSpec, TaskSpec } from '../../scheduler/job-spec.ts';
import type { Workload, WorkloadTask } from '../../scheduler/workload.ts';

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

function itemsOf(input: InputSpec, tasks: readonly TaskSpec[]): CostedItems {
  const values = valuesOf(input);
  const costs = new Map(
    tasks.flatMap(({ cost }) => (cost?.kind === 'field' ? [[costKey(cost.path), values.map(costAt(cost.path))]] : [])),
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

const costAt =
  (path: readonly string[]) =>
  (value: string | number): number => {
    const cost = Number(path.reduce<unknown>(fieldOf, value));
    if (Number.isFinite(cost) && cost >= 0) return cost;
    throw new Error(`The cost of an item must be a number of 0 or more, and ${JSON.stringify(value)} has none.`);
  };

function workloadTask(job: JobSpec, task: TaskSpec, inputs: ReadonlyMap<string, CostedItems>): WorkloadTask {
  const cohorts = cohortsOf(task.cost, task.input === null ? null : inputs.get(task.input)!);
  // Nothing is remembered here, so the work itself needs no name.
  const stated = statedTask(job, task, `${job.job}/${task.name}`);
  return { ...stated, count: cohorts.at(-1)?.end ?? 0, cohorts, upToDate: [] };
}
