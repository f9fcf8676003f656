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
    await Promise.all([...this.instances.values()].map((instance) => instance.kill('the run ended')));
  }
}

/** `starting` → (hello) → `up` → (its own end, its lifespan's, or a stop) → `down`. */
class LocalInstance {
  readonly link: WorkerLink;
  private readonly mark = randomUUID();
  private readonly child: ChildProcess;
  private readonly gone: Promise<void>;
  private readonly onDown: (reason: string) => void;
  private readonly timers: NodeJS.Timeout[] = [];
  private reason: string | null = null;
  private complaint = '';

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
    this.gone = new Promise((resolve) => {
      child.on('error', (error) => this.ended(`its worker could not be started: ${error.message}`, resolve));
      child.on('exit', (code, signal) => {
        // The exit is told before the last lines of its streams are read.
        setImmediate(() => this.ended(`its worker ${endText(code, signal)}`, resolve));
      });
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
      refused: (why) => void this.kill(why),
      closed: () => {},
    });
    if (lifespanSeconds !== null) {
      this.after(lifespanSeconds, () => void this.kill(`its lifespan of ${durationText(lifespanSeconds)} ended`));
    }
  }

  stop(graceSeconds: number): void {
    this.reason ??= 'it was stopped';
    this.link.stop(graceSeconds);
    this.after(graceSeconds + STOP_MARGIN_SECONDS, () => void this.kill('it was stopped'));
  }

  /** Kills the worker and all that it started; resolves when it is gone. */
  kill(reason: string): Promise<void> {
    this.reason ??= reason;
    signalGroup(this.child.pid, 'SIGKILL');
    killMarked(this.mark);
    return this.gone;
  }

  private ended(how: string, resolve: () => void): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.link.close();
    killMarked(this.mark);
    const said = this.complaint.trim().split('\n').at(-1);
    this.onDown(this.reason ?? (said ? `${how}: ${said}` : how));
    resolve();
  }

  private after(seconds: number, action: () => void): void {
    // A timer holds at most 2^31 milliseconds; nothing lives that long here.
    this.timers.push(setTimeout(action, Math.min(seconds * 1000, 2 ** 31 - 1)));
  }
}
