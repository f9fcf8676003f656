/**
 * Makes plans in a thread of its own, so that neither reading a million inputs nor simulating a long run ever keeps the
 * editor waiting. The thread is started with the first plan and keeps what it has read of the inputs.
 */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { JobSpec } from '../../scheduler/job-spec.ts';
import type { Plan } from '../../scheduler/plan/plan.ts';
import { messageOf } from '../errors.ts';

export interface PlanRequest {
  job: JobSpec;
  /** Where the history of past runs is; it need not exist. */
  morselFolder: string;
  /** What was read of the inputs in an earlier epoch is forgotten. */
  epoch: number;
}

/** A plan, or one sentence on why there is none. */
export type PlanAnswer = { plan: Plan } | { problem: string };

/** What the thread is sent; `cancelled[0]` becomes 1 when nobody waits for the answer any more. */
export interface PlannerJob extends PlanRequest {
  id: number;
  cancelled: Int32Array<SharedArrayBuffer>;
}

/** What it answers; `seconds` is how long it took. */
export interface PlannerReply {
  id: number;
  answer: PlanAnswer;
}

interface Waiting {
  cancelled: Int32Array<SharedArrayBuffer>;
  resolve: (answer: PlanAnswer) => void;
}

export class Planner {
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** Resolves with null once `signal` aborts. */
  plan(request: PlanRequest, signal: AbortSignal): Promise<PlanAnswer | null> {
    if (signal.aborted) return Promise.resolve(null);
    const id = ++this.#lastId;
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    return new Promise((resolve) => {
      this.#waiting.set(id, { cancelled, resolve });
      const abort = () => {
        this.#cancel(id);
        resolve(null);
      };
      signal.addEventListener('abort', abort, { once: true });
      const job: PlannerJob = { ...request, id, cancelled };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
      this.#running().postMessage(job);
    });
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #cancel(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    Atomics.store(waiting.cancelled, 0, 1);
  }

  #running(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Worker(threadFile());
    thread.unref();
    thread.on('message', ({ id, answer }: PlannerReply) => {
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
    });
    thread.on('error', (error) => this.#lost(thread, messageOf(error)));
    thread.on('exit', () => this.#lost(thread, 'it ended'));
    this.#thread = thread;
    return thread;
  }

  /** The next plan starts another thread. */
  #lost(thread: Worker, why: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    for (const { resolve } of this.#waiting.values()) resolve({ problem: `The planner stopped working: ${why}.` });
    this.#waiting.clear();
  }
}

/** `planner-thread.ts` beside this file; in the bundled server `planner-thread.js` beside `main.js`. */
function threadFile(): URL {
  const source = new URL('./planner-thread.ts', import.meta.url);
  return existsSync(source) ? source : new URL('./planner-thread.js', import.meta.url);
}
