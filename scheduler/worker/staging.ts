/** Outputs that are not published yet. */
import { close, fsync, open, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How many files are synced at once. */
const AT_ONCE = 16;

/** True if an item wrote its output. */
export const isWritten = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Removes what a try left behind. */
export function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is in nobody's way: the next try writes over it, and the run's end removes the folder.
  }
}

/** Brings outputs and the names that they have to the disk, so that they outlast the machine. */
export async function syncToDisk(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < paths.length) await syncOne(paths[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, worker));
  await Promise.all([...new Set(paths.map(dirname))].map(syncOne));
}

function syncOne(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (openError, file) => {
      if (openError) return reject(new Error(`${basename(path)} can't be brought to the disk: ${openError.message}`));
      fsync(file, (syncError) => close(file, () => (syncError ? reject(syncError) : resolve())));
    });
  });
}
