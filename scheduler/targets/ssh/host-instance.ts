import type { Duplex } from 'node:stream';
import type { Fragment } from '../../fragment-scheduler/events.ts';
import type { TargetSpec } from '../../job-spec.ts';
import { Channel, frames, parseJson } from '../../wire/channel.ts';
import { readGreeting, versionProblem, type Welcome } from '../../wire/greeting.ts';
import { CalledWorker, type WireTimes } from '../../wire/remote-worker.ts';
import type { WorkerSetup } from '../../worker/protocol.ts';
import { durationText } from '../../worker/words.ts';
import type { TargetListener } from '../target.ts';
import { linkConnection, type WorkerLink } from '../worker-link.ts';
import type { WorkerBundle } from './bootstrap.ts';
import { Login, type LoginEnd } from './login.ts';

/** How long after its grace a worker that was told to stop is cut off. */
const STOP_MARGIN_SECONDS = 3;
const CHECK_MILLISECONDS = 500;

export interface HostInstanceOptions {
  spec: TargetSpec;
  host: string;
  instance: string;
  bundle: WorkerBundle;
  setup: Pick<WorkerSetup, 'job' | 'stagingFolder' | 'heartbeatSeconds' | 'keepOutputBytes'>;
  times: WireTimes;
  patienceSeconds: number;
  listener: TargetListener;
  onUp(): void;
  /** Called once. `wasUp`: it had come up. */
  onDown(why: string, wasUp: boolean): void;
}

/**
 * A worker on a host: `logging in` → (its greeting) → `greeted` → (hello) → `up` → `down`. Where its connection broke, it is
 * down only when its lease is over: then it has ended all that it had started.
 */
export class HostInstance {
  private readonly options: HostInstanceOptions;
  private readonly login: Login;
  private readonly startedAt = performance.now();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly check: NodeJS.Timeout;
  private worker: CalledWorker | null = null;
  private link: WorkerLink | null = null;
  private reason: string | null = null;
  private wasUp = false;
  private isDown = false;

  constructor(options: HostInstanceOptions) {
    this.options = options;
    const { spec, host, instance, bundle, times, patienceSeconds } = options;
    this.login = new Login(spec, host, instance, bundle, patienceSeconds);
    this.login.onWorker = (stream) => this.spoken(stream);
    this.login.onEnd = (end) => this.loginEnded(end);
    this.check = setInterval(() => this.worker?.check(times), CHECK_MILLISECONDS);
    const { lifespanSeconds } = spec;
    if (lifespanSeconds !== null)
      this.after(lifespanSeconds, () => this.end(`its lifespan of ${durationText(lifespanSeconds)} ended`));
  }

  assign(fragment: Fragment): void {
    this.link?.assign(fragment);
  }

  split(fragment: number): void {
    this.link?.split(fragment);
  }

  stop(graceSeconds: number): void {
    this.reason ??= 'it was stopped';
    if (this.link === null) return this.end('it was stopped');
    this.link.stop(graceSeconds);
    this.after(graceSeconds + STOP_MARGIN_SECONDS, () => this.end('it was stopped'));
  }

  /** Ends it, and all that it started. */
  end(why: string): void {
    this.reason ??= why;
    if (this.worker === null) return this.login.close();
    this.worker.dismiss(why);
  }

  private spoken(stream: Duplex): void {
    const channel = new Channel(stream);
    channel.onFrame = (kind, payload) => {
      const greeting = kind === frames.hello ? readGreeting(parseJson(payload)) : null;
      if (greeting === null) return this.refuse(channel, 'what was started there is no worker');
      const problem = versionProblem(greeting.version);
      if (problem !== null) return this.refuse(channel, problem);
      this.login.greeted();
      const { times, host } = this.options;
      this.worker = new CalledWorker(greeting, host, () => {});
      this.worker.onEnd = ({ why, isOrderly }) => void this.workerEnded(why, isOrderly);
      const welcome: Welcome = { received: 0, ...times };
      channel.send(frames.welcome, JSON.stringify(welcome));
      this.worker.goOn(channel, 0);
      this.serve(this.worker);
    };
  }

  private refuse(channel: Channel, why: string): void {
    this.reason ??= why;
    channel.close(why);
    this.login.close();
  }

  private serve(worker: CalledWorker): void {
    const { spec, instance, host, setup, listener } = this.options;
    const { cpus, memoryBytes, lifespanSeconds } = spec;
    const lifeLeft = (): number | null =>
      lifespanSeconds === null ? null : Math.max(0, lifespanSeconds - (performance.now() - this.startedAt) / 1000);
    this.link = linkConnection(instance, worker.connection(), listener, {
      hello: ({ pid, hostName }) => {
        const lifeSeconds = lifeLeft();
        const where = `${host} (${hostName}), process ${pid}`;
        setImmediate(() => {
          if (this.reason !== null || this.isDown) return;
          this.wasUp = true;
          this.options.onUp();
          // Hosts differ: what one is good for says nothing of the others.
          listener.up(instance, { type: `ssh ${host} ${cpus} cpu`, cpus, memoryBytes, lifeSeconds, where });
        });
        return { ...setup, instance, cpus, memoryBytes, lifeSeconds };
      },
      refused: (why) => this.end(why),
    });
  }

  private async workerEnded(why: string, isOrderly: boolean): Promise<void> {
    await this.link?.heard();
    this.link?.close();
    this.login.close();
    this.down(isOrderly && this.reason === null ? 'it was stopped there' : why);
  }

  private loginEnded({ why, mayLiveOn }: LoginEnd): void {
    if (this.worker === null) return this.down(why);
    if (!mayLiveOn) return this.worker.finish({ isOrderly: false, why });
    // Its lease ends in a while, and the worker with it.
    this.reason ??= `its connection broke (${why})`;
  }

  private down(why: string): void {
    if (this.isDown) return;
    this.isDown = true;
    clearInterval(this.check);
    for (const timer of this.timers) clearTimeout(timer);
    this.options.onDown(this.reason ?? why, this.wasUp);
  }

  private after(seconds: number, action: () => void): void {
    this.timers.push(setTimeout(action, Math.min(seconds * 1000, 2 ** 31 - 1)));
  }
}
