/**
 * Which states of items belong to a run. Beside a run's staging folder there is a record for each state that the run has
 * put at its item's checkpoint path: how long the item had been run by then, and what the file was like. A file that is
 * not like that was put there by somebody else, and is neither picked up nor removed.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What tells one content of a file from another. */
export interface FileStamp {
  size: number;
  mtimeMs: number;
}

export interface StateRecord extends FileStamp {
  /** For how long the item had been run, in all its stretches. */
  seconds: number;
}

export const recordsFolder = (stagingFolder: string): string => join(dirname(stagingFolder), 'checkpoints');

const recordPath = (stagingFolder: string, task: number, position: number): string =>
  join(recordsFolder(stagingFolder), `${task}-${position}.json`);

/** Null where there is no such file. */
export function stampOf(path: string): FileStamp | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? { size: stats.size, mtimeMs: stats.mtimeMs } : null;
}

export const isSame = (a: FileStamp | null, b: FileStamp | null): boolean =>
  a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;

/** What the run knows of the state at an item's checkpoint path; null if it is none of this run. */
export function keptState(stagingFolder: string, task: number, position: number, path: string): StateRecord | null {
  const stamp = stampOf(path);
  if (stamp === null) return null;
  return readRecords(recordPath(stagingFolder, task, position)).find((record) => isSame(record, stamp)) ?? null;
}

/** To be called before the state is put in place: until then what is there now stays known. */
export function recordState(stagingFolder: string, task: number, position: number, record: StateRecord): void {
  mkdirSync(recordsFolder(stagingFolder), { recursive: true, mode: 0o700 });
  const path = recordPath(stagingFolder, task, position);
  writeFileSync(`${path}.new`, JSON.stringify([record, ...readRecords(path).slice(0, 1)]), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function forgetState(stagingFolder: string, task: number, position: number): void {
  rmSync(recordPath(stagingFolder, task, position), { force: true });
}

/** The newest first. */
function readRecords(path: string): StateRecord[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}
