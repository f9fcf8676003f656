/** Reads a job's inputs and makes of them what the core needs to know (Workload) and what the rest does (ItemTable). */
import type { InputSpec, JobSpec, TaskSpec } from '../job-spec.ts';
import { openHistory } from '../store/history.ts';
import type { Workload, WorkloadTask } from '../workload.ts';
import { groupAlike } from './cohorts.ts';
import { checkDistinctOutputs } from './distinct-outputs.ts';
import { fieldOf } from './field.ts';
import { fingerprintOf, observationKey, taskIdentity } from './fingerprint.ts';
import { InputError } from './input-error.ts';
import { ItemTable, labelOfItem, rangeOf, valueOf } from './item-table.ts';
import { LineValuesBuilder, type ItemValues } from './item-values.ts';
import { readInput } from './read-input.ts';
import { cohortsOf, costKey, type CostedItems, statedTask } from './stated-task.ts';
import { findUpToDate, type TimedInput } from './up-to-date.ts';

export interface PreparedWork {
  workload: Workload;
  items: ItemTable;
}

export interface PrepareOptions {
  signal?: AbortSignal;
  /** Where the history is that knows since when each task has had its present command; without it nothing is up to date. */
  morselFolder?: string;
}

/** Reads the inputs of a job. Throws an {@link InputError}, or the signal's reason. Writes nothing. */
export async function prepareWorkload(job: JobSpec, options: PrepareOptions = {}): Promise<PreparedWork> {
  const inputs = new Map<string, ReadItems>();
  for (const input of job.inputs) {
    const tasks = job.tasks.filter((task) => task.input === input.name);
    inputs.set(input.name, await readItems(input, tasks, job.directory, options.signal));
  }
  const items = new ItemTable(job, new Map([...inputs].map(([name, { values }]) => [name, values])));
  checkDistinctOutputs(job, items, (task) => countOf(job.tasks[task]!, inputs));
  const upToDate = findUpToDate(job, items, inputs, sinceTimes(job, options.morselFolder));
  const tasks = job.tasks.map((task, index) => workloadTask(job, task, inputs, upToDate[index]!));
  return { workload: { tasks }, items };
}

const countOf = ({ input }: TaskSpec, inputs: ReadonlyMap<string, ReadItems>): number =>
  input === null ? 1 : inputs.get(input)!.values.count;

interface ReadItems extends TimedInput, CostedItems {
  values: ItemValues;
}

async function readItems(
  input: InputSpec,
  tasks: TaskSpec[],
  directory: string,
  signal?: AbortSignal,
): Promise<ReadItems> {
  const columns = costColumns(tasks);
  const mtimes: number[] = [];
  const builder = input.kind === 'range' ? null : new LineValuesBuilder();
  let count = 0;
  if (input.kind === 'range' && columns.length === 0) {
    const values = rangeOf(input);
    return { values, cohorts: groupAlike(values.count, []), costs: new Map(), mtimes: null };
  }
  await readInput(
    input,
    directory,
    (value, mtimeMs) => {
      count++;
      builder?.add(value);
      if (mtimeMs !== 0) mtimes.push(mtimeMs);
      for (const column of columns) column.costs.push(costOf(column, input, count, value));
    },
    signal,
  );
  const cohorts = groupAlike(
    count,
    columns.map(({ costs }) => costs),
  );
  const { order } = cohorts;
  return {
    values: builder === null ? rangeValues(input, order) : builder.build(order),
    cohorts,
    costs: new Map(columns.map(({ key, costs }) => [key, costs])),
    mtimes: mtimes.length === 0 ? null : Float64Array.from(order ?? mtimes.keys(), (item) => mtimes[item]!),
  };
}

/** A cost that only grows leaves a range in its order. */
function rangeValues(input: InputSpec, order: Uint32Array | null): ItemValues {
  if (input.kind !== 'range' || order !== null)
    throw new InputError(`input ${input.name} can't be ordered by its cost`);
  return rangeOf(input);
}

interface CostColumn {
  key: string;
  path: string[];
  costs: number[];
  task: string;
}

function costColumns(tasks: TaskSpec[]): CostColumn[] {
  const columns = new Map<string, CostColumn>();
  for (const { cost, task } of tasks) {
    if (cost?.kind !== 'field') continue;
    const key = costKey(cost.path);
    if (!columns.has(key)) columns.set(key, { key, path: cost.path, costs: [], task });
  }
  return [...columns.values()];
}

function costOf({ path, task }: CostColumn, input: InputSpec, index: number, value: unknown): number {
  const field = path.reduce(fieldOf, valueOf(input.kind, [index, value]));
  const cost = typeof field === 'string' && field.trim() !== '' ? Number(field) : field;
  if (typeof cost === 'number' && Number.isFinite(cost) && cost >= 0) return cost;
  const label = labelOfItem(input.kind, [index, value]);
  const what = field === undefined ? 'is missing' : `is ${JSON.stringify(field)}`;
  throw new InputError(
    `the cost of task ${task} must be a number of 0 or more, but {${path.join('.') || 'item'}} of ${label} in input ${input.name} ${what}`,
  );
}

function workloadTask(
  job: JobSpec,
  task: TaskSpec,
  inputs: ReadonlyMap<string, ReadItems>,
  upToDate: WorkloadTask['upToDate'],
): WorkloadTask {
  const input = task.input === null ? null : inputs.get(task.input)!;
  return { ...statedOf(job, task), count: countOf(task, inputs), cohorts: cohortsOf(task.cost, input), upToDate };
}

/** A workload as the job says it now, where what was read of inputs and outputs is as it was. */
export const restated = (job: JobSpec, { tasks }: Workload): Workload => ({
  tasks: job.tasks.map((task, index) => {
    const { count, cohorts, upToDate } = tasks[index]!;
    return { ...statedOf(job, task), count, cohorts, upToDate };
  }),
});

const statedOf = (job: JobSpec, task: TaskSpec): ReturnType<typeof statedTask> =>
  statedTask(job, task, observationKey(job, task));

/** Since when each task has had its present command, in ms since 1970; null where it never ran with it. */
function sinceTimes(job: JobSpec, morselFolder: string | undefined): (number | null)[] {
  if (morselFolder === undefined) return job.tasks.map(() => null);
  using history = openHistory(morselFolder);
  return job.tasks.map((task) => history.since(taskIdentity(job, task), fingerprintOf(task)));
}
