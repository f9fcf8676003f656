/** What the items of a job's tasks are: their values and how a person knows them, by task and position. */
import { mkdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { InputSpec, JobSpec } from '../job-spec.ts';
import { LineValues, RangeValues, type IndexedValue, type ItemValues } from './item-values.ts';
import { labelOf } from './label.ts';

export class ItemTable {
  private readonly job: JobSpec;
  private readonly inputs: Map<string, { kind: InputSpec['kind']; values: ItemValues }>;

  constructor(job: JobSpec, values: ReadonlyMap<string, ItemValues>) {
    this.job = job;
    this.inputs = new Map(job.inputs.map(({ name, kind }) => [name, { kind, values: values.get(name)! }]));
  }

  /** The table of a run that goes on: the items as they were when it began, whatever became of its inputs. */
  static open(job: JobSpec, folder: string): ItemTable {
    const open = (input: InputSpec, index: number): ItemValues =>
      input.kind === 'range' ? rangeOf(input) : LineValues.open(fileOf(folder, index));
    return new ItemTable(job, new Map(job.inputs.map((input, index) => [input.name, open(input, index)])));
  }

  /** Keeps the items in a folder for {@link open}, and their memory free from then on. */
  moveTo(folder: string): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [index, { name }] of this.job.inputs.entries())
      this.inputs.get(name)!.values.moveTo(fileOf(folder, index));
  }

  /** The values of positions `[start, end)` of a task, as the input gave them. */
  values(task: number, start: number, end: number): unknown[] {
    const input = this.inputOf(task);
    return input === null ? [null] : input.values.read(start, end).map((item) => valueOf(input.kind, item));
  }

  /** How a person knows an item; '' for the one item of a task without an input. */
  label(task: number, position: number): string {
    const input = this.inputOf(task);
    if (input === null) return '';
    const item = input.values.read(position, position + 1)[0]!;
    return labelOfItem(input.kind, item);
  }

  close(): void {
    for (const { values } of this.inputs.values()) values.close();
  }

  private inputOf(task: number): { kind: InputSpec['kind']; values: ItemValues } | null {
    const { input } = this.job.tasks[task]!;
    return input === null ? null : this.inputs.get(input)!;
  }
}

export const rangeOf = ({ from, to }: { from: number; to: number }): RangeValues =>
  new RangeValues(from, Math.max(0, to - from + 1));

/** Rows, and JSON values with parts, are known by their number; everything else by what it is. */
export function labelOfItem(kind: InputSpec['kind'], [index, value]: IndexedValue): string {
  if (kind === 'csv') return `row ${index}`;
  if (kind === 'json' && typeof value === 'object') return `value ${index}`;
  return labelOf(value);
}

/** A file's item keeps its path and size, and `below` where that is not the path; the other fields follow from the path. */
export function valueOf(kind: InputSpec['kind'], [, value]: IndexedValue): unknown {
  return kind === 'files' && isFile(value) ? fileItem(value) : value;
}

/** `stem` + `ext` is `name`, and `dir/name` is `path`. */
function fileItem({ path, size, below = path }: FileValue): Record<string, string | number> {
  const { base, name, ext, dir } = posix.parse(path);
  return { path, name: base, stem: name, ext, dir: dir === '' ? '.' : dir, below, size };
}

interface FileValue {
  path: string;
  size: number;
  below?: string;
}

function isFile(value: unknown): value is FileValue {
  return typeof value === 'object' && value !== null && 'path' in value && 'size' in value;
}

function fileOf(folder: string, input: number): string {
  return join(folder, `${input}.ndjson`);
}
