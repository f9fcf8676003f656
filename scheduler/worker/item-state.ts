/** The state of an item's program: what it begins with, and whether it left more than that. */
import { constants, copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSame, keptState, stampOf, type FileStamp } from '../items/kept-state.ts';
import { checkpointPathOf } from '../items/output-path.ts';
import { finishedStateName, stagedStateName } from './protocol.ts';
import type { InstanceContext } from './setup.ts';

/** States are compared byte by byte up to this size; of a larger one that was written anew it is taken that it differs. */
const MOST_COMPARED_BYTES = 64 * 1024 * 1024;

export interface ItemState {
  /** Where the program finds it and writes it: a copy, so that one that is killed while it writes spoils nothing. */
  readonly path: string;
  /** Where it is kept between two stretches of the item. */
  readonly keptAt: string;
  /** For how long the item had been run when the state was written. */
  readonly earlierSeconds: number;
  /** What the program found; null for nothing. */
  readonly begunWith: FileStamp | null;
}

/** Lays out the state that an item begins with; null for a task without a checkpoint. Throws if it can't. */
export function beginState(
  { job, stagingFolder }: InstanceContext,
  fragment: number,
  { task, position, value }: { task: number; position: number; value: unknown },
): ItemState | null {
  const keptAt = checkpointPathOf(job, job.tasks[task]!, value);
  if (keptAt === null) return null;
  const path = join(stagingFolder, stagedStateName(fragment, task, position, basename(keptAt)));
  rmSync(path, { recursive: true, force: true });
  const kept = keptState(stagingFolder, task, position, keptAt);
  if (kept !== null) copyFileSync(keptAt, path, constants.COPYFILE_FICLONE);
  return { path, keptAt, earlierSeconds: kept?.seconds ?? 0, begunWith: stampOf(path) };
}

/** Takes a state that its program is done with for a whole one; returns where it is then, or null if there is no new one. */
export function finishState({ path, keptAt, begunWith }: ItemState): string | null {
  const stamp = stampOf(path);
  if (stamp === null || isSame(stamp, begunWith)) return null;
  if (begunWith?.size === stamp.size && stamp.size <= MOST_COMPARED_BYTES && isCopy(path, keptAt)) return null;
  const finished = finishedStateName(path, false);
  renameSync(path, finished);
  return finished;
}

function isCopy(path: string, of: string): boolean {
  try {
    return readFileSync(path).equals(readFileSync(of));
  } catch {
    return false;
  }
}
