/** A run's folder: `.morsel/runs/<id>/`, readable by its user only. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from './events.ts';
import type { SourceDigests } from './sources.ts';

export const RUN_FILE_VERSION = 1;

/** `run.json`: what can be known of a run without opening its journal. */
export interface RunFile {
  version: number;
  id: string;
  job: string;
  /** The job's file. */
  file: string;
  target: string;
  /** ISO 8601. */
  startedAt: string;
  /** When this was written: when the newest process began, or when it ended. ISO 8601; missing in runs of an older version. */
  changedAt?: string;
  /** Of the newest process of the run. */
  pid: number;
  /** Path of the control socket; null once the run has ended. */
  socket: string | null;
  /** What the job's files held when the run began; missing in runs of an older version. */
  sources?: SourceDigests;
  /** The last word of the newest process; null while it is at work, or if it was cut off. */
  summary: RunSummary | null;
}

/** A run that can't be begun, found or gone on with. The message is one sentence for the user. */
export class RunError extends Error {
  override name = 'RunError';
}

export const runsFolder = (morselFolder: string): string => join(morselFolder, 'runs');
export const itemsFolder = (runFolder: string): string => join(runFolder, 'items');
export const stagingFolder = (runFolder: string): string => join(runFolder, 'staging');

/** Makes the folder of a new run; its id is free, sortable and readable, such as `20261124-142501-minify`. */
export function createRunFolder(morselFolder: string, job: string, now: Date): { id: string; folder: string } {
  const runs = runsFolder(morselFolder);
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const name = `${stamp(now)}-${job.replaceAll(/[^\w-]+/g, '-').slice(0, 40)}`;
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? name : `${name}-${attempt}`;
    try {
      mkdirSync(join(runs, id), { mode: 0o700 });
      return { id, folder: join(runs, id) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** Replaces `run.json` as a whole, with the time. */
export function writeRunFile(runFolder: string, content: RunFile): void {
  const file = join(runFolder, 'run.json');
  const dated: RunFile = { ...content, changedAt: new Date().toISOString() };
  writeFileSync(`${file}.new`, `${JSON.stringify(dated, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What `run.json` says; null where there is none that can be read. */
export function readRunFile(runFolder: string): RunFile | null {
  try {
    const content: RunFile = JSON.parse(readFileSync(join(runFolder, 'run.json'), 'utf8'));
    return content.version <= RUN_FILE_VERSION ? content : null;
  } catch {
    return null;
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

function stamp(now: Date): string {
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
