import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Fragment } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { killMarked, MARK, signalGroup } from '../worker/processes.ts';
import type { WorkerSetup } from '../worker/protocol.ts';
import { durationText, endText } from '../worker/words.ts';
import type { Target, TargetListener } from './target.ts';
import { linkWorker, type WorkerLink } from './worker-link.ts';

/** How much of what a worker says on stderr is kept for the reason of its end. */
const KEPT_COMPLAINT = 2000;
/** How long after its grace a worker that was told to stop is killed. */
const STOP_MARGIN_SECONDS = 1;
/** How long the last words of a worker that has exited are waited for: what it started may hold its pipes for ever. */
const LAST_WORDS_SECONDS = 0.5;
/** How long the end of a run waits for a worker that was killed: one that hangs in the kernel is left to it. */
const KILL_PATIENCE_SECONDS = 5;

export interface LocalTargetOptions {
  /** Program and arguments that start a worker, such as `[process.execPath, 'dist/worker.js']`. */
  workerCommand: string[];
  /** What all workers of the run are told; the rest comes from the target's own declaration. */
  setup: Pick<WorkerSetup, 'job' | 'stagingFolder' | 'heartbeatSeconds' | 'keepOutputBytes'>;
}

/**
 * Instances on this machine, each a worker process. Its lifespan runs from its start and is enforced: at its end the worker
 * and all that it started are killed, by process group everywhere and on Linux by a mark in their environment too, which
 * also finds what left its group. An instance counts as declared cpus and memory; the memory limit holds for each process
 * that an item starts (see worker/shell-executor.ts).
 */
export function createLocalTarget(spec: TargetSpec, options: LocalTargetOptions, listener: TargetListener): Target {
  return new LocalTarget(spec, options, listener);
}

class LocalTarget implements Target {
  private readonly spec: TargetSpec;
  private readonly options: LocalTargetOptions;
  private readonly listener: TargetListener;
  private readonly instances = new Map<string, LocalInstance>();
  private isClosed = false;

  constructor(spec: TargetSpec, options: LocalTargetOptions, listener: TargetListener) {
    this.spec = spec;
    this.options = options;
    this.listener = listener;
  }

  start(instance: string): void {
    if (process.platform === 'win32') {
      const reason = 'a local target runs commands with a POSIX shell, which Windows lacks: run Morsel inside WSL';
      return queueMicrotask(() => this.isClosed || this.listener.down(instance, reason));
    }
    const down = (reason: string): void => {
      this.instances.delete(instance);
      if (!this.isClosed) this.listener.down(instance, reason);
    };
    this.instances.set(instance, new LocalInstance(instance, this.spec, this.options, this.listener, down));
  }

  assign(fragment: Fragment): void {
    this.instances.get(fragment.instance)?.link.assign(fragment);
  }

  split(instance: string, fragment: number): void {
    this.instances.get(instance)?.link.split(fragment);
  }

  stop(instance: string, graceSeconds: number): void {
    this.instances.get(instance)?.stop(graceSeconds);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.instances.values()].map((instance) => instance.close()));
  }
}

/** `starting` → (hello) → `up` → (its own end, its lifespan's, or a stop) → `down`. */
class LocalInstance {
  readonly link: WorkerLink;
  private readonly mark = randomUUID();
  private readonly child: ChildProcess;
  private readonly gone = Promise.withResolvers<void>();
  private readonly onDown: (reason: string) => void;
  private readonly timers: NodeJS.Timeout[] = [];
  private reason: string | null = null;
  private complaint = '';
  private hasEnded = false;

  constructor(
    id: string,
    spec: TargetSpec,
    { workerCommand, setup }: LocalTargetOptions,
    listener: TargetListener,
    onDown: (reason: string) => void,
  ) {
    this.onDown = onDown;
    const startedAt = performance.now();
    const { lifespanSeconds, cpus, memoryBytes } = spec;
    const lifeLeft = (): number | null =>
      lifespanSeconds === null ? null : Math.max(0, lifespanSeconds - (performance.now() - startedAt) / 1000);
    const [program, ...args] = workerCommand;
    // Its own group: a Ctrl-C at the terminal is for the run process, which ends its workers in good order.
    const child = spawn(program!, args, { stdio: 'pipe', detached: true, env: { ...process.env, [MARK]: this.mark } });
    this.child = child;
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-KEPT_COMPLAINT);
    });
    child.on('error', (error) => void this.ended(`its worker could not be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      const ended = (): void => void this.ended(`its worker ${endText(code, signal)}`);
      child.on('close', ended);
      this.after(LAST_WORDS_SECONDS, ended);
    });
    this.link = linkWorker(id, { readable: child.stdout, writable: child.stdin }, listener, {
      hello: ({ pid, hostName }) => {
        const lifeSeconds = lifeLeft();
        const where = `${hostName}, process ${pid}`;
        // After the answer is on its way: the listener may assign at once.
        setImmediate(() => {
          if (this.reason === null)
            listener.up(id, { type: `local ${cpus} cpu`, cpus, memoryBytes, lifeSeconds, where });
        });
        return { ...setup, instance: id, cpus, memoryBytes, lifeSeconds };
      },
      refused: (why) => this.kill(why),
    });
    if (lifespanSeconds !== null) {
      this.after(lifespanSeconds, () => this.kill(`its lifespan of ${durationText(lifespanSeconds)} ended`));
    }
  }

  stop(graceSeconds: number): void {
    this.reason ??= 'it was stopped';
    this.link.stop(graceSeconds);
    this.after(graceSeconds + STOP_MARGIN_SECONDS, () => this.kill('it was stopped'));
  }

  /** Kills the worker and all that it started. */
  kill(reason: string): void {
    this.reason ??= reason;
    signalGroup(this.child.pid, 'SIGKILL');
    killMarked(this.mark);
  }

  /** Kills it and waits until it is gone, whatever it might still have to say. */
  async close(): Promise<void> {
    this.kill('the run ended');
    this.link.close();
    this.letGo();
    const impatience = setTimeout(this.gone.resolve, KILL_PATIENCE_SECONDS * 1000);
    await this.gone.promise;
    clearTimeout(impatience);
  }

  /** The worker has exited, or never came to be. What it had said by then still counts: it may be its last safe point. */
  private async ended(how: string): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const timer of this.timers) clearTimeout(timer);
    killMarked(this.mark);
    await this.link.heard();
    this.link.close();
    this.letGo();
    const said = this.complaint.trim().split('\n').at(-1);
    this.onDown(this.reason ?? (said ? `${how}: ${said}` : how));
    this.gone.resolve();
  }

  /** Whoever else may hold the other ends of its pipes must not keep this process from ending. */
  private letGo(): void {
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) stream?.destroy();
    this.child.unref();
  }

  private after(seconds: number, action: () => void): void {
    // A timer holds at most 2^31 milliseconds; nothing lives that long here.
    this.timers.push(setTimeout(action, Math.min(seconds * 1000, 2 ** 31 - 1)));
  }
}
