/**
 * Notices runs that others start: watches the `runs` folder of a workspace folder, or the nearest folder above it that
 * exists. A slow look every few seconds serves file systems that report no changes.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';

const LOOK_MS = 5000;
/** Changes within so long a time are one. */
const SETTLE_MS = 100;

export class RunsWatch {
  readonly #runsFolder: string;
  readonly #home: string;
  readonly #onChange: () => void;
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;
  #watched: string | null = null;
  #settling: NodeJS.Timeout | undefined;

  /** `home`: the folder in which `.morsel` stands, or will stand. */
  constructor(home: string, onChange: () => void) {
    this.#home = home;
    this.#runsFolder = join(home, '.morsel', 'runs');
    this.#onChange = onChange;
    this.#timer = setInterval(() => this.#changed(), LOOK_MS);
    this.#timer.unref();
    this.#watch();
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#watcher?.close();
  }

  #changed(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#watch();
      this.#onChange();
    }, SETTLE_MS);
  }

  /** The folder to watch may have come, or gone, since. */
  #watch(): void {
    const nearest = this.#nearest();
    if (nearest === this.#watched) return;
    this.#watcher?.close();
    this.#watched = nearest;
    this.#watcher = nearest === null ? null : this.#watcherOf(nearest);
  }

  #nearest(): string | null {
    const candidates = [this.#runsFolder, dirname(this.#runsFolder), this.#home];
    return candidates.find((folder) => existsSync(folder)) ?? null;
  }

  #watcherOf(folder: string): FSWatcher | null {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#changed());
      watcher.on('error', () => {
        watcher.close();
        this.#watched = null;
      });
      return watcher;
    } catch {
      return null;
    }
  }
}
