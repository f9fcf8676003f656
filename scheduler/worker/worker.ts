import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { MessageConnection } from 'vscode-jsonrpc';
import type { Fragment } from '../fragment-scheduler/events.ts';
import { nowSeconds } from './clock.ts';
import type { ExecutorHooks } from './executor.ts';
import { ExecutorPool } from './executor-pool.ts';
import { FragmentRun } from './fragment-run.ts';
import { killMarked, MARK, Watchdog } from './processes.ts';
import {
  Assign,
  Checkpoint,
  Ends,
  FragmentEnded,
  Heartbeat,
  Hello,
  Items,
  SafePoint,
  Split,
  Stop,
  Tried,
  WORKER_PROTOCOL_VERSION,
  type WorkerSetup,
} from './protocol.ts';
import { WithheldEnds } from './withheld-ends.ts';
import { messageOf } from '../words.ts';

/** How often time limits and safe points by time are looked at. */
const TICK_MILLISECONDS = 100;
/** What a signal leaves for a last safe point. */
const SIGNAL_GRACE_SECONDS = 5;

/**
 * A worker's whole life.
 *
 * `greeting`: says hello and is told its job, its share of the machine and how long it lives.
 * `idle` → (assign) → `running` → (the fragment has ended) → `idle`.
 * `ending`, from any of these: by `stop` or a signal a running fragment is cut, and the worker exits when it has ended or
 * the grace is over; when the run process is lost it exits at once and publishes nothing. In either case all that it
 * started is killed first.
 */
export class Worker {
  private readonly connection: MessageConnection;
  private readonly lastWords: () => Promise<void>;
  private readonly ends: WithheldEnds | null;
  private readonly mark = (process.env[MARK] ??= randomUUID());
  private readonly watchdog = new Watchdog(this.mark);
  private setup: WorkerSetup | null = null;
  private pool: ExecutorPool | null = null;
  private run: FragmentRun | null = null;
  private deadline = Infinity;
  private fragments = 0;
  private lastFragment = -1;
  private isEnding = false;
  private hasExited = false;
  private readonly hooks: ExecutorHooks = {
    done: (ticket, seconds, result, stdout, stderr) => this.run?.done(ticket, seconds, result, stdout, stderr),
    failed: (ticket, message, stdout, stderr) => this.run?.failed(ticket, message, stdout, stderr),
    interrupted: (ticket, end) => this.run?.interrupted(ticket, end),
    again: (tickets) => this.run?.takeBack(tickets),
    unusable: (task, message, stderr) => this.run?.unusable(task, message, stderr),
    changed: () => this.run?.pump(),
  };

  /**
   * @param lastWords resolves when all that was said over the connection has left
   * @param sharesSignals true where a signal to this worker reaches the programs of its items too
   */
  constructor(connection: MessageConnection, lastWords: () => Promise<void>, sharesSignals: boolean) {
    this.connection = connection;
    this.lastWords = lastWords;
    this.ends = sharesSignals ? new WithheldEnds(this.hooks) : null;
    connection.onNotification(Assign, (fragment) => this.assign(fragment));
    connection.onNotification(Split, ({ fragment }) => {
      if (this.run?.fragment.id === fragment) this.run.cut('split');
    });
    connection.onNotification(Ends, ({ lifeSeconds }) => this.endsIn(lifeSeconds));
    connection.onNotification(Stop, ({ graceSeconds }) => this.stop(graceSeconds));
    connection.onClose(() => this.lost());
    connection.onError(() => this.lost());
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        this.ends?.signalled();
        this.stop(SIGNAL_GRACE_SECONDS);
      });
    }
    connection.listen();
  }

  async start(): Promise<void> {
    try {
      const hello = {
        version: WORKER_PROTOCOL_VERSION,
        pid: process.pid,
        hostName: hostname(),
        nodeVersion: process.version,
      };
      this.setup = await this.connection.sendRequest(Hello, hello);
    } catch (error) {
      return this.fail(messageOf(error));
    }
    const { version, lifeSeconds, heartbeatSeconds } = this.setup;
    if (version !== WORKER_PROTOCOL_VERSION) {
      return this.fail(
        `the run speaks version ${version} of the worker protocol and this worker version ${WORKER_PROTOCOL_VERSION}: use the same Morsel for both`,
      );
    }
    if (lifeSeconds !== null) this.deadline = nowSeconds() + lifeSeconds;
    this.pool = new ExecutorPool(this.setup, this.watchdog, this.ends ?? this.hooks);
    setInterval(() => this.tick(nowSeconds()), TICK_MILLISECONDS);
    this.beat(heartbeatSeconds);
  }

  private endsIn(lifeSeconds: number): void {
    this.deadline = nowSeconds() + lifeSeconds;
    this.run?.endsAt(this.deadline);
  }

  private tick(now: number): void {
    this.ends?.tick(now);
    this.run?.tick(now);
  }

  private assign(fragment: Fragment): void {
    if (this.setup === null || this.pool === null || this.isEnding) return;
    // Told twice: running it again would write over outputs that may be committed by now.
    if (fragment.id <= this.lastFragment) return;
    this.lastFragment = fragment.id;
    if (this.run !== null) return this.fail(`was given fragment ${fragment.id} while it ran ${this.run.fragment.id}`);
    this.run = new FragmentRun(fragment, {
      context: this.setup,
      pool: this.pool,
      lifeSeconds: this.setup.lifeSeconds,
      deadline: this.deadline,
      isFresh: this.fragments++ === 0,
      hooks: {
        fetch: (task, start, end) => this.connection.sendRequest(Items, { task, start, end }),
        safePoint: (reports) => this.connection.sendRequest(SafePoint, { fragment: fragment.id, reports }),
        checkpoint: (checkpoint) => this.connection.sendRequest(Checkpoint, { fragment: fragment.id, checkpoint }),
        tried: (tries) =>
          void this.connection.sendNotification(Tried, { fragment: fragment.id, tries }).catch(() => {}),
        ended: (how) => {
          this.run = null;
          this.connection.sendNotification(FragmentEnded, { fragment: fragment.id, how }).then(
            () => this.isEnding && this.exit(0),
            () => this.lost(),
          );
        },
        broken: (why) => this.fail(why),
      },
    });
    this.run.start();
  }

  private stop(graceSeconds: number): void {
    if (this.isEnding) return;
    this.isEnding = true;
    if (this.run === null) return this.exit(0);
    setTimeout(() => this.exit(0), graceSeconds * 1000);
    this.run.stop(graceSeconds);
  }

  /** Heartbeats follow one another, so that a machine that is slow to tell is not asked twice at once. */
  private beat(everySeconds: number): void {
    if (everySeconds <= 0) return;
    const later = (): void => {
      setTimeout(() => void once(), everySeconds * 1000);
    };
    const sampler = import('../resource-monitor/sampler.ts').then(
      ({ ResourceSampler }) => new ResourceSampler(`${MARK}=${this.mark}`),
    );
    const once = async (): Promise<void> => {
      try {
        await this.connection.sendNotification(Heartbeat, await (await sampler).sample());
      } catch {
        // A machine that can't be sampled still works; a connection that is gone says so itself.
      }
      later();
    };
    later();
  }

  private lost(): void {
    this.exit(1);
  }

  /** The run is lost, or wants nothing more of this worker: ends all that it started, publishes nothing, and exits. */
  end(code: number): void {
    this.exit(code, false);
  }

  private fail(why: string): void {
    process.stderr.write(`${why}\n`);
    this.exit(1);
  }

  /** Kills all that this worker started, leaves nothing unpublished behind, and ends. */
  private exit(code: number, isOrderly = code === 0): void {
    if (this.hasExited) return;
    this.hasExited = true;
    this.pool?.kill();
    killMarked(this.mark);
    this.run?.abandon();
    // What was said last is to arrive: the stream is flushed before the process ends.
    if (!isOrderly) process.exit(code);
    const leave = (): void => process.exit(code);
    this.lastWords().then(leave, leave);
  }
}
