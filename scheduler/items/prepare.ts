/** Reads a job's inputs and makes of them what the core needs to know (Workload) and what the rest does (ItemTable). */
import type { CostSpec, InputSpec, JobSpec, TaskSpec } from '../job-spec.ts';
import { openHistory } from '../store/history.ts';
import type { Cohort, Workload, WorkloadTask } from '../workload.ts';
import { groupAlike, meanCosts, type Cohorts } from './cohorts.ts';
import { checkDistinctOutputs } from './distinct-outputs.ts';
import { fieldOf } from './field.ts';
import { fingerprintOf, observationKey, taskIdentity } from './fingerprint.ts';
import { InputError } from './input-error.ts';
import { ItemTable, labelOfItem, rangeOf, valueOf } from './item-table.ts';
import { LineValuesBuilder, type ItemValues } from './item-values.ts';
import { readInput } from './read-input.ts';
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

interface ReadItems extends TimedInput {
  values: ItemValues;
  cohorts: Cohorts;
  /** A column of each distinct cost of the tasks over the input, by its path, in input order. */
  costs: Map<string, number[]>;
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
    const key = JSON.stringify(cost.path);
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

/** What the job itself says of a task. */
function statedOf(job: JobSpec, task: TaskSpec): Omit<WorkloadTask, 'count' | 'cohorts' | 'upToDate'> {
  return {
    name: task.name,
    task: task.task,
    key: observationKey(job, task),
    dependsOn: task.dependsOn.map(({ task: name, on }) => ({ task: job.tasks.findIndex((t) => t.name === name), on })),
    needs: task.needs,
    safePoint: task.safePoint,
    commitEach: task.stage.index < task.stage.of,
    estimateSeconds: task.estimateSeconds,
    timeoutSeconds: task.timeoutSeconds,
    ...(task.checkpoint && { checkpoint: { graceSeconds: task.checkpoint.graceSeconds } }),
  };
}

function cohortsOf(cost: CostSpec | null, input: ReadItems | null): Cohort[] {
  const constant = cost?.kind === 'constant' ? cost.value : null;
  if (input === null) return [{ start: 0, end: 1, cost: constant }];
  const { borders } = input.cohorts;
  const column = cost?.kind === 'field' ? input.costs.get(JSON.stringify(cost.path))! : null;
  const means = column === null ? null : meanCosts(input.cohorts, column);
  return borders.slice(1).map((end, index) => ({ start: borders[index]!, end, cost: means?.[index] ?? constant }));
}

/** Since when each task has had its present command, in ms since 1970; null where it never ran with it. */
function sinceTimes(job: JobSpec, morselFolder: string | undefined): (number | null)[] {
  if (morselFolder === undefined) return job.tasks.map(() => null);
  using history = openHistory(morselFolder);
  return job.tasks.map((task) => history.since(taskIdentity(job, task), fingerprintOf(task)));
}
