import type { Worker as Thread } from 'node:worker_threads';
import { nowSeconds } from './clock.ts';
import type { Executor, ExecutorHooks, Ticket } from './executor.ts';
import { KeptOutput } from './kept-output.ts';
import type { FromThread, ModuleThreadData, ToThread } from './module-thread.ts';
import { renderRun } from './render.ts';
import type { InstanceContext } from './setup.ts';
import { Window } from './window.ts';
import { durationText } from './words.ts';
import { messageOf } from '../words.ts';

/** From the abort signal to the end of the thread. */
const GRACE_MILLISECONDS = 100;

/**
 * Runs items of a `module` task in a thread, one after the other; short ones are handed over and answered in batches.
 * `none` → (first item) → `running` → `none` again when the thread dies or outlasts a time limit. What was in flight then
 * is run again by the next thread; only the item that was being run is counted a failed try.
 */
export class ModuleExecutor implements Executor {
  private readonly context: InstanceContext;
  private readonly hooks: ExecutorHooks;
  private readonly task: number;
  private readonly window = new Window();
  private readonly sent = new Map<number, Ticket>();
  private readonly stdout: KeptOutput;
  private readonly stderr: KeptOutput;
  private progress = new Int32Array(new SharedArrayBuffer(4));
  private lastProgress = 0;
  private progressAt = 0;
  /** Items whose answers have arrived from this thread. */
  private arrived = 0;
  private thread: Promise<Thread> | null = null;
  private batch: { id: number; item: unknown; out: string | null }[] = [];
  private nextId = 0;

  constructor(context: InstanceContext, hooks: ExecutorHooks, task: number) {
    this.context = context;
    this.hooks = hooks;
    this.task = task;
    this.stdout = new KeptOutput(context.keepOutputBytes);
    this.stderr = new KeptOutput(context.keepOutputBytes);
  }

  get inFlight(): number {
    return this.sent.size;
  }

  get room(): number {
    return this.window.size - this.sent.size;
  }

  take(ticket: Ticket): void {
    if (this.sent.size === 0) this.progressAt = nowSeconds();
    const id = this.nextId++;
    this.sent.set(id, ticket);
    this.batch.push({ id, item: ticket.value, out: ticket.out });
  }

  flush(): void {
    if (this.batch.length === 0) return;
    const { batch } = this;
    this.batch = [];
    this.thread ??= this.start();
    const thread = this.thread;
    thread.then(
      (running) => send(running, batch),
      (error: unknown) => {
        if (this.thread === thread) this.unusable(messageOf(error));
      },
    );
  }

  tick(now: number): void {
    const progress = Atomics.load(this.progress, 0);
    if (progress !== this.lastProgress) {
      this.lastProgress = progress;
      this.progressAt = now;
    }
    const first = this.sent.values().next().value;
    if (first === undefined) return;
    const limit = first.piece.spec.timeoutSeconds;
    if (limit !== null && now - this.progressAt >= limit) this.breakOff(`ran longer than ${durationText(limit)}`);
  }

  drain(now: number): void {
    if (!this.window.isTooFull(this.sent.size, now - this.progressAt)) return;
    const tickets = [...this.sent.values()];
    this.kill();
    this.hooks.again(tickets);
    this.hooks.changed();
  }

  kill(): void {
    this.sent.clear();
    this.batch = [];
    this.end(0);
  }

  private async start(): Promise<Thread> {
    const { job, memoryBytes } = this.context;
    const spec = job.tasks[this.task]!;
    if (spec.work.kind !== 'module') throw new Error(`task ${spec.name} has no module`);
    const { env } = renderRun(job, spec, { value: null, out: null });
    const { Worker: ThreadWorker } = await import('node:worker_threads');
    this.progress = new Int32Array(new SharedArrayBuffer(4));
    this.lastProgress = 0;
    this.arrived = 0;
    const workerData: ModuleThreadData = {
      path: spec.work.path,
      directory: job.directory,
      export: spec.work.export,
      keepOutputBytes: this.context.keepOutputBytes,
      progress: this.progress,
    };
    // The worker's own entry file: from source and in the product it is the one file that certainly exists.
    const thread = new ThreadWorker(process.argv[1]!, {
      workerData,
      env: { ...process.env, ...Object.fromEntries(env) },
      stdout: true,
      stderr: true,
      ...(memoryBytes !== null && { resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memoryBytes / 2 ** 20) } }),
    });
    const mine = this.thread;
    const isCurrent = (): boolean => this.thread === mine;
    thread.stdout.on('data', (chunk: Buffer) => this.stdout.add(chunk));
    thread.stderr.on('data', (chunk: Buffer) => this.stderr.add(chunk));
    thread.on('message', (message: FromThread) => {
      if (isCurrent()) this.receive(message);
    });
    thread.on('error', (error) => {
      if (isCurrent()) this.died(`ended its thread: ${messageOf(error)}`);
    });
    thread.on('exit', (code) => {
      if (isCurrent()) this.died(`ended its thread with ${code}`);
    });
    return thread;
  }

  private receive(message: FromThread): void {
    if (message.kind === 'unusable') return this.unusable(message.message);
    for (const answer of message.answers) {
      const ticket = this.sent.get(answer.id);
      if (ticket === undefined) continue;
      this.sent.delete(answer.id);
      this.arrived++;
      this.window.observe(answer.seconds);
      const { stdout = '', stderr = '' } = answer;
      if ('error' in answer) this.hooks.failed(ticket, answer.error, stdout, stderr);
      else {
        if (typeof answer.result === 'string') ticket.piece.heldBytes += answer.result.length;
        else if (typeof answer.result === 'object') ticket.piece.heldBytes += JSON.stringify(answer.result).length;
        this.hooks.done(ticket, answer.seconds, answer.result, stdout, stderr);
      }
    }
    // What those items printed came with their answers.
    this.stdout.take();
    this.stderr.take();
    this.hooks.changed();
  }

  private died(why: string): void {
    this.thread = null;
    if (this.sent.size > 0) this.failRunning(why);
  }

  private breakOff(message: string): void {
    this.end(GRACE_MILLISECONDS);
    this.failRunning(message);
  }

  private end(graceMilliseconds: number): void {
    const { thread } = this;
    this.thread = null;
    if (thread === null) return;
    thread.then(
      (running) => {
        send(running, 'abort');
        return setTimeout(() => void running.terminate(), graceMilliseconds);
      },
      () => {},
    );
  }

  /** Items are run in order: the one at work is as far behind the last answer as the thread says it has come. */
  private failRunning(message: string): void {
    const tickets = [...this.sent.values()];
    const running = Math.min(Math.max(0, Atomics.load(this.progress, 0) - this.arrived), tickets.length - 1);
    this.sent.clear();
    this.batch = [];
    const [failed] = tickets.splice(running, 1);
    if (failed) this.hooks.failed(failed, message, this.stdout.take(), this.stderr.take());
    this.hooks.again(tickets);
    this.hooks.changed();
  }

  private unusable(message: string): void {
    this.end(0);
    const tickets = [...this.sent.values()];
    this.sent.clear();
    this.hooks.again(tickets);
    this.hooks.unusable(this.task, message, this.stderr.take());
    this.hooks.changed();
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin
const send = (thread: Thread, message: ToThread): void => thread.postMessage(message);
