/** Outputs that are not published yet. */
import { close, fsync, open, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { nowSeconds } from './clock.ts';

/** How many files are synced at once: of Node's four threads for such work one is left to the items of a module. */
const AT_ONCE = 3;

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

/** Outputs of one safe point. */
interface Batch {
  /** How many of them are not on the disk yet. */
  left: number;
  /** True once no more will be added. */
  isComplete: boolean;
  folders: Set<string>;
  onDisk: PromiseWithResolvers<void>;
}

/**
 * Brings outputs and the names that they have to the disk, so that they outlast the machine. It does so while others are
 * still being written: a safe point then has little left to wait for, and it is known how long that little takes.
 */
export class OutputSync {
  private readonly queue: { path: string; batch: Batch }[] = [];
  private batch = newBatch();
  private atWork = 0;
  private secondsEach = 0;
  private lastAt = 0;

  add(path: string): void {
    this.batch.left++;
    this.batch.folders.add(dirname(path));
    this.queue.push({ path, batch: this.batch });
    if (this.atWork < AT_ONCE) void this.work();
  }

  /** How long bringing the rest to the disk will take, going by how long it has taken so far. */
  get secondsLeft(): number {
    return (this.queue.length + this.atWork) * this.secondsEach;
  }

  /** Resolves when all that was added since the last call is on the disk; rejects if it can't be. */
  async settle(): Promise<void> {
    const { batch } = this;
    this.batch = newBatch();
    batch.isComplete = true;
    if (batch.left === 0) batch.onDisk.resolve();
    await batch.onDisk.promise;
    await Promise.all([...batch.folders].map(sync));
  }

  private async work(): Promise<void> {
    this.atWork++;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const startedAt = nowSeconds();
      const { path, batch } = next;
      try {
        await sync(path);
      } catch (error) {
        batch.onDisk.reject(error);
      }
      this.observe(nowSeconds() - Math.max(startedAt, this.lastAt));
      if (--batch.left === 0 && batch.isComplete) batch.onDisk.resolve();
    }
    this.atWork--;
  }

  /** Several are under way at once: what one costs is the time since the one before it was done. */
  private observe(seconds: number): void {
    this.lastAt = nowSeconds();
    this.secondsEach += (this.secondsEach === 0 ? 1 : 0.05) * (seconds - this.secondsEach);
  }
}

function newBatch(): Batch {
  const onDisk = Promise.withResolvers<void>();
  // Nobody may be waiting yet when it fails; whoever settles the batch still hears of it.
  onDisk.promise.catch(() => {});
  return { left: 0, isComplete: false, folders: new Set(), onDisk };
}

/** A file, and the name that it has. */
export async function bringToDisk(path: string): Promise<void> {
  await sync(path);
  await sync(dirname(path));
}

function sync(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (openError, file) => {
      if (openError) return reject(new Error(`${basename(path)} can't be brought to the disk: ${openError.message}`));
      fsync(file, (syncError) => close(file, () => (syncError ? reject(syncError) : resolve())));
    });
  });
}
