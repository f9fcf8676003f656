/**
 * Which items need not be run again. An item is up to date if its output is newer than what it was made from and than the
 * first run with the task's present command, and if everything that it depends on is up to date too.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JobSpec, TaskSpec } from '../job-spec.ts';
import type { Range } from '../workload.ts';
import type { ItemTable } from './item-table.ts';
import type { ItemValues } from './item-values.ts';
import { outputPathOf } from './output-path.ts';
import { TemplateError } from './template.ts';

export interface TimedInput {
  values: Pick<ItemValues, 'count'>;
  /** When what each item stands for was last changed, by position, in ms since 1970; null where nothing can be. */
  mtimes: Float64Array | null;
}

/** How many items' values are held at once. */
const CHUNK = 1024;
/** Stands for "not up to date" among the times of outputs. */
const STALE = Number.NaN;

/** The times of a task's outputs by position; null where none is up to date, so that most tasks take no memory an item. */
type OutputTimes = Float64Array | null;

/**
 * The up-to-date positions of each task.
 * @param since since when each task has had its present command, in ms since 1970; null: nothing of it is up to date
 */
export function findUpToDate(
  job: JobSpec,
  items: ItemTable,
  inputs: ReadonlyMap<string, TimedInput>,
  since: readonly (number | null)[],
): Range[][] {
  const outputTimes = new Map<string, OutputTimes>();
  for (const [index, task] of job.tasks.entries()) {
    const input = task.input === null ? null : inputs.get(task.input)!;
    const count = input?.values.count ?? 1;
    const floor = floorOf(job, task, since[index]!, outputTimes);
    if (count > 0 && Number.isNaN(floor)) {
      outputTimes.set(task.name, null);
      continue;
    }
    const times = new Float64Array(count).fill(STALE);
    outputTimes.set(task.name, times);
    const newerThan = (position: number): number => itemTime(task, position, floor, input, outputTimes);
    if (task.output === null) passOn(times, newerThan);
    else lookAtOutputs(job, index, items, times, newerThan);
  }
  takeBackStages(job, outputTimes);
  return job.tasks.map(({ name }) => rangesOf(outputTimes.get(name)!));
}

/** What all outputs of a task must be newer than; NaN if none of them can be up to date. */
function floorOf(
  job: JobSpec,
  task: TaskSpec,
  since: number | null,
  outputTimes: ReadonlyMap<string, OutputTimes>,
): number {
  const isLastStage = task.stage.index === task.stage.of;
  if (since === null || (task.output === null && isLastStage)) return STALE;
  const isEachStale = task.dependsOn.some(({ task: other, on }) => on === 'item' && outputTimes.get(other) === null);
  return isEachStale ? STALE : Math.max(since, moduleTime(job, task), barrierTime(task, outputTimes));
}

/** What the output of an item must be newer than; NaN if it can't be up to date. */
function itemTime(
  task: TaskSpec,
  position: number,
  floor: number,
  input: TimedInput | null,
  outputTimes: ReadonlyMap<string, OutputTimes>,
): number {
  let time = Math.max(floor, input?.mtimes?.[position] ?? 0);
  for (const { task: other, on } of task.dependsOn) {
    if (on === 'item') time = Math.max(time, outputTimes.get(other)![position]!);
  }
  return time;
}

/** A stage without an output leaves nothing to look at: the stages after it decide. */
function passOn(times: Float64Array, newerThan: (position: number) => number): void {
  for (let position = 0; position < times.length; position++) times[position] = newerThan(position);
}

function lookAtOutputs(
  job: JobSpec,
  task: number,
  items: ItemTable,
  times: Float64Array,
  newerThan: (position: number) => number,
): void {
  for (let start = 0; start < times.length; start += CHUNK) {
    const end = Math.min(times.length, start + CHUNK);
    for (const [offset, value] of items.values(task, start, end).entries()) {
      const needed = newerThan(start + offset);
      if (Number.isNaN(needed)) continue;
      const mtimeMs = outputTime(job, job.tasks[task]!, value);
      if (mtimeMs !== null && mtimeMs > needed) times[start + offset] = mtimeMs;
    }
  }
}

function outputTime(job: JobSpec, task: TaskSpec, value: unknown): number | null {
  try {
    const path = outputPathOf(job, task, value);
    const stats = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
    return stats?.mtimeMs ?? null;
  } catch (error) {
    // The run will say of that item what is wrong with it.
    if (error instanceof TemplateError || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

/** A stage is up to date only where all later stages of its task are, since they need it to have been run. */
function takeBackStages(job: JobSpec, outputTimes: Map<string, OutputTimes>): void {
  for (const task of job.tasks.toReversed()) {
    if (task.stage.index === 1) continue;
    const times = outputTimes.get(task.name)!;
    for (const { task: other, on } of task.dependsOn) {
      if (on !== 'item' || job.tasks.find(({ name }) => name === other)?.task !== task.task) continue;
      const earlier = outputTimes.get(other)!;
      if (times === null) outputTimes.set(other, null);
      else if (earlier !== null) takeBack(times, earlier);
    }
  }
}

function takeBack(times: Float64Array, earlier: Float64Array): void {
  for (const [position, time] of times.entries()) if (Number.isNaN(time)) earlier[position] = STALE;
}

/** The newest output of all tasks that are waited for as a whole; NaN if one of their items is not up to date. */
function barrierTime(task: TaskSpec, outputTimes: ReadonlyMap<string, OutputTimes>): number {
  let newest = 0;
  for (const { task: other, on } of task.dependsOn) {
    if (on !== 'all') continue;
    for (const time of outputTimes.get(other) ?? [STALE]) newest = Math.max(newest, time);
  }
  return newest;
}

function moduleTime(job: JobSpec, { work }: TaskSpec): number {
  if (work.kind !== 'module') return 0;
  return statSync(resolve(job.directory, work.path), { throwIfNoEntry: false })?.mtimeMs ?? STALE;
}

function rangesOf(times: OutputTimes): Range[] {
  const ranges: Range[] = [];
  if (times === null) return ranges;
  for (const [position, time] of times.entries()) {
    if (Number.isNaN(time)) continue;
    const last = ranges.at(-1);
    if (last?.end === position) last.end++;
    else ranges.push({ start: position, end: position + 1 });
  }
  return ranges;
}
