/** The files of a job on a host that does not share its folder: brought there for what is run, and fetched when it is done. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Fragment } from '../../fragment-scheduler/events.ts';
import { outputPathOf } from '../../items/output-path.ts';
import { findFiles } from '../../items/read-input.ts';
import type { JobSpec, TaskSpec } from '../../job-spec.ts';
import { stagedName, type ItemReport } from '../../worker/protocol.ts';
import { bringToDisk } from '../../worker/staging.ts';
import type { Range } from '../../workload.ts';
import { copyFiles } from './rsync.ts';

export interface StageOptions {
  job: JobSpec;
  /** Patterns of files that programs need beside the items' own. */
  patterns: readonly string[];
  /** How many items each task has. */
  counts: readonly number[];
  /** Here, where outputs are published from. */
  stagingFolder: string;
  /** `ssh` and its arguments. */
  ssh: readonly string[];
  host: string;
  /** Absolute path of the folder over there that stands for the job's. */
  hostFolder: string;
  instance: string;
  items(task: number, start: number, end: number): Promise<unknown[]>;
}

/** The part of a host's cache that stands for the job's folder. */
export const folderOnHost = ({ directory }: JobSpec): string =>
  `jobs/${createHash('sha256').update(`${hostname()}:${directory}`).digest('hex').slice(0, 16)}`;

/** Where outputs wait over there, below the job's folder. */
export const stagingOnHost = (stagingFolder: string, instance: string): string =>
  `.morsel/staging/${basename(dirname(stagingFolder))}-${instance}`;

export class Stage {
  private readonly options: StageOptions;
  /** Tasks all of whose outputs have been brought. */
  private readonly broughtTasks = new Set<string>();

  constructor(options: StageOptions) {
    this.options = options;
  }

  /** Brings what programs need whatever they are run for. Throws, with a sentence. */
  async begin(): Promise<void> {
    const { job, patterns } = this.options;
    const named = patterns.length === 0 ? [] : await findFiles([...patterns], [], job.directory);
    const modules = job.tasks.flatMap(({ work }) => (work.kind === 'module' ? [work.path] : []));
    await this.bringAll([...named, ...modules]);
  }

  /** Brings what the items of a fragment are made from. Throws, with a sentence. */
  async bring({ pieces }: Fragment): Promise<void> {
    const paths: string[] = [];
    for (const { task, start, end } of pieces) {
      const spec = this.options.job.tasks[task]!;
      for (const value of await this.options.items(task, start, end)) paths.push(...this.sourcesOf(spec, value));
      paths.push(...(await this.outputsOfAll(spec)));
    }
    await this.bringAll(paths);
  }

  /** Fetches the outputs of items that are done to where this run looks for them, on its disk. Throws, with a sentence. */
  async fetch(fragment: number, reports: readonly ItemReport[]): Promise<void> {
    const { job, stagingFolder, ssh, host, hostFolder, instance } = this.options;
    const names: string[] = [];
    for (const { task, start, end, state } of reports) {
      const spec = job.tasks[task];
      if (state !== 'done' || spec === undefined || spec.output === null) continue;
      for (const [index, value] of (await this.options.items(task, start, end)).entries())
        names.push(stagedName(fragment, task, start + index, basename(outputPathOf(job, spec, value)!)));
    }
    const from = `${host}:${join(hostFolder, stagingOnHost(stagingFolder, instance))}/`;
    await copyFiles({ ssh, from, to: `${stagingFolder}/`, names, moves: true });
    await Promise.all(names.map((name) => bringToDisk(join(stagingFolder, name)).catch(() => {})));
  }

  /** The file that an item is, and the outputs that it has of tasks that its task follows item by item. */
  private sourcesOf(spec: TaskSpec, value: unknown): string[] {
    const { job } = this.options;
    const own = job.inputs.find(({ name }) => name === spec.input)?.kind === 'files' ? pathOf(value) : null;
    const before = earlierTasks(job, spec).map((task) => outputPathOf(job, task, value));
    return [own, ...before].filter((path) => path !== null);
  }

  /** The outputs of tasks that must have ended before this one may begin: any of its programs may read all of them. */
  private async outputsOfAll(spec: TaskSpec): Promise<string[]> {
    const { job, counts } = this.options;
    const paths: string[] = [];
    for (const { task: name, on } of spec.dependsOn) {
      const index = job.tasks.findIndex((task) => task.name === name);
      const task = job.tasks[index];
      if (on !== 'all' || task === undefined || task.output === null || this.broughtTasks.has(name)) continue;
      this.broughtTasks.add(name);
      for (const range of inParts(counts[index]!)) {
        const values = await this.options.items(index, range.start, range.end);
        paths.push(...values.flatMap((value) => outputPathOf(job, task, value) ?? []));
      }
    }
    return paths;
  }

  /** What lies outside the job's folder has no place over there. */
  private async bringAll(paths: readonly string[]): Promise<void> {
    const { job, ssh, host, hostFolder } = this.options;
    const below = paths.map((path) => (isAbsolute(path) ? relative(job.directory, path) : path)).filter(isBelow);
    await copyFiles({ ssh, from: `${job.directory}/`, to: `${host}:${hostFolder}/`, names: [...new Set(below)] });
  }
}

const pathOf = (value: unknown): string | null =>
  typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string' ? value.path : null;

const isBelow = (path: string): boolean => path !== '' && path !== '..' && !path.startsWith(`..${sep}`);

/** Those whose item of the same position must have ended before, near and far. */
function earlierTasks(job: JobSpec, { dependsOn }: TaskSpec): TaskSpec[] {
  const direct = dependsOn.flatMap(({ task, on }) =>
    on === 'item' ? job.tasks.filter(({ name }) => name === task) : [],
  );
  return direct.flatMap((task) => [task, ...earlierTasks(job, task)]);
}

const PART = 10_000;

function inParts(count: number): Range[] {
  const starts = Array.from({ length: Math.ceil(count / PART) }, (_, index) => index * PART);
  return starts.map((start) => ({ start, end: Math.min(count, start + PART) }));
}
