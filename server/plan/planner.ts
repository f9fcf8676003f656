/**
 * Makes plans in a thread of its own, so that neither reading a million inputs nor simulating a long run ever keeps the
 * editor waiting. The thread is started with the first plan and keeps what it has read of the inputs.
 */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type PlanAnswer, type Planning, type PlanRequest, TOO_LARGE, type Urgency } from './planning.ts';
import { messageOf } from '../../scheduler/words.ts';

/** What the thread is sent; `cancelled[0]` becomes 1 when nobody waits for the answer any more. */
export interface PlannerJob extends PlanRequest {
  id: number;
  /** A simulation that takes longer is given up. */
  limitSeconds: number;
  cancelled: Int32Array<SharedArrayBuffer>;
}

/** What it answers to each; null for a job that was cancelled. */
export interface PlannerReply {
  id: number;
  answer: PlanAnswer | null;
}

interface Wanted {
  request: PlanRequest;
  urgency: Urgency;
  resolve: (answer: PlanAnswer | null) => void;
}

/** What a planner thread may use; a plan that needs more is none for an editor. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 1024 };

/** A plan that takes longer is no preview. */
const LIMIT_SECONDS = 10;

export class Planner implements Planning {
  readonly #limitSeconds: number;
  #thread: Worker | undefined;
  /** Those that were asked for first, each kind in the order in which they came. */
  readonly #queue: Wanted[] = [];
  #current: { wanted: Wanted; job: PlannerJob } | undefined;
  #lastId = 0;

  constructor(limitSeconds = LIMIT_SECONDS) {
    this.#limitSeconds = limitSeconds;
  }

  /** Resolves with null once `signal` aborts. */
  plan(request: PlanRequest, signal: AbortSignal, urgency: Urgency = 'background'): Promise<PlanAnswer | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const wanted: Wanted = { request, urgency, resolve };
      signal.addEventListener('abort', () => this.#cancel(wanted), { once: true });
      this.#enqueue(wanted);
      if (urgency === 'asked' && this.#current?.wanted.urgency === 'background') this.#putOff(this.#current);
      this.#next();
    });
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #enqueue(wanted: Wanted): void {
    const behind = wanted.urgency === 'asked' ? this.#queue.findIndex(({ urgency }) => urgency === 'background') : -1;
    this.#queue.splice(behind === -1 ? this.#queue.length : behind, 0, wanted);
  }

  /** What is under way for hints is begun anew after what somebody waits for. */
  #putOff({ wanted, job }: { wanted: Wanted; job: PlannerJob }): void {
    Atomics.store(job.cancelled, 0, 1);
    const last = this.#queue.findLastIndex(({ urgency }) => urgency === 'asked');
    this.#queue.splice(last + 1, 0, wanted);
  }

  #cancel(wanted: Wanted): void {
    if (this.#current?.wanted === wanted) Atomics.store(this.#current.job.cancelled, 0, 1);
    this.#settle(wanted, null);
  }

  #settle(wanted: Wanted, answer: PlanAnswer | null): void {
    const at = this.#queue.indexOf(wanted);
    if (at !== -1) this.#queue.splice(at, 1);
    wanted.resolve(answer);
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const wanted = this.#queue.shift();
    if (wanted === undefined) return;
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    const job: PlannerJob = { ...wanted.request, id: ++this.#lastId, limitSeconds: this.#limitSeconds, cancelled };
    this.#current = { wanted, job };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#running().postMessage(job);
  }

  #running(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Worker(threadFile(), { resourceLimits: THREAD_LIMITS });
    thread.unref();
    thread.on('message', ({ answer }: PlannerReply) => this.#answered(answer));
    thread.on('error', (error) => this.#lost(thread, wordsFor(error)));
    thread.on('exit', () => this.#lost(thread, 'The planner ended before it had an answer.'));
    this.#thread = thread;
    return thread;
  }

  #answered(answer: PlanAnswer | null): void {
    const wanted = this.#current?.wanted;
    this.#current = undefined;
    if (wanted !== undefined && answer !== null) this.#settle(wanted, answer);
    this.#next();
  }

  /** The next plan starts another thread. */
  #lost(thread: Worker, problem: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#answered({ problem });
  }
}

function wordsFor(error: Error & { code?: string }): string {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? TOO_LARGE : `The planner stopped working: ${messageOf(error)}.`;
}

/** `planner-thread.ts` beside this file; in the bundled server `planner-thread.js` beside `main.js`. */
function threadFile(): URL {
  const source = new URL('./planner-thread.ts', import.meta.url);
  return existsSync(source) ? source : new URL('./planner-thread.js', import.meta.url);
}
