/** A run that a process is at, watched over its control socket. */
import { type AttachedRun, attach } from '../../scheduler/run/attach.ts';
import type { RunEvent, RunProgress } from '../../scheduler/run/events.ts';
import type { RunFailure } from '../protocol.ts';

/** Clients are told of a run so often at most. */
const TELL_MS = 500;
/** Failures of a task that are kept, for its diagnostic; the rest is in the run's journal. */
const MOST_FAILURES = 100;

export interface LiveRunListener {
  /** Where it stands has changed; called at most twice a second. */
  onProgress: () => void;
  onFailure: () => void;
}

export class LiveRun {
  readonly folder: string;
  /** Failed items since it was attached to. */
  readonly failures: RunFailure[] = [];
  /** Resolves when its process has ended. */
  readonly ended: Promise<void>;
  progress: RunProgress;
  readonly #attached: AttachedRun;
  readonly #listener: LiveRunListener;
  #telling: NodeJS.Timeout | undefined;

  /** Rejects if no process is at the run. */
  static async attach(folder: string, listener: LiveRunListener): Promise<LiveRun> {
    // Events may come before there is a LiveRun to take them.
    const early: RunEvent[] = [];
    let take = (event: RunEvent): void => void early.push(event);
    const attached = await attach(folder, (event) => take(event));
    const run = new LiveRun(folder, attached, listener);
    take = (event) => run.#take(event);
    early.forEach(take);
    return run;
  }

  private constructor(folder: string, attached: AttachedRun, listener: LiveRunListener) {
    this.folder = folder;
    this.progress = attached.progress;
    this.#attached = attached;
    this.#listener = listener;
    this.ended = attached.closed;
  }

  async steer(how: 'stop' | 'pause' | 'continue'): Promise<void> {
    await this.#attached[how]();
  }

  /** Resolves to a sentence if there is nothing of the task to cancel. */
  async cancelTask(task: string): Promise<string | null> {
    return this.#attached.cancelTask(task);
  }

  /** Leaves the run alone; it goes on. */
  close(): void {
    clearTimeout(this.#telling);
    this.#attached.detach();
  }

  #take(event: RunEvent): void {
    if (event.type === 'progress') this.progress = event.progress;
    if (event.type === 'item-failed') this.#takeFailure(event);
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#listener.onProgress();
    }, TELL_MS);
  }

  #takeFailure({ task, item, attempts, message, output }: RunEvent & { type: 'item-failed' }): void {
    if (this.failures.length >= MOST_FAILURES) return;
    this.failures.push({ task, item, attempts, message, output });
    this.#listener.onFailure();
  }
}
