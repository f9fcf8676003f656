/**
 * One process at a time is at a run. The lock is SQLite's own on a file of its own: the system frees it with the process,
 * however that ends, so a dead run never blocks anyone and a pid that was given to another process deceives no one.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RunError } from './run-folder.ts';

/** Those who only look hold the lock for an instant; a run waits so long for them. */
const PATIENCE_MS = 1000;

export interface RunLock {
  release(): void;
}

/** Locks a run for this process. Throws a {@link RunError} if another is at it. */
export function lockRun(runFolder: string, id: string): RunLock {
  const lock = tryLock(runFolder, PATIENCE_MS);
  if (lock === null) throw new RunError(`run ${id} is at work in another process: \`morsel watch ${id}\` shows it`);
  return lock;
}

/** Locks a folder for this process; null if another still holds it after so many milliseconds, in which nothing else goes on here. */
export const lockFolder = (folder: string, patienceMs: number): RunLock | null => tryLock(folder, patienceMs);

/** True if a process is at the run. */
export function isLive(runFolder: string): boolean {
  if (!existsSync(lockFile(runFolder))) return false;
  const lock = tryLock(runFolder, 0);
  lock?.release();
  return lock === null;
}

function tryLock(runFolder: string, timeout: number): RunLock | null {
  const file = lockFile(runFolder);
  if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600, flag: 'a' });
  const database = new DatabaseSync(file, { timeout });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes('locked')) return null;
    throw error;
  }
}

function lockFile(runFolder: string): string {
  return join(runFolder, 'lock');
}
