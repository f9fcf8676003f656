import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Fragment } from '../../fragment-scheduler/events.ts';
import type { TargetSpec } from '../../job-spec.ts';
import { Channel, frames, parseJson } from '../../wire/channel.ts';
import { readGreeting, versionProblem, type Welcome } from '../../wire/greeting.ts';
import { CalledWorker, type WireTimes } from '../../wire/remote-worker.ts';
import type { WorkerSetup } from '../../worker/protocol.ts';
import { durationText } from '../../worker/words.ts';
import type { TargetListener } from '../target.ts';
import { linkConnection, type WorkerLink, type WorkerListener } from '../worker-link.ts';
import type { WorkerBundle } from './bootstrap.ts';
import { Login, sshBeside, type LoginEnd } from './login.ts';
import { folderOnHost, Stage, stagingOnHost } from './stage.ts';
import { messageOf } from '../../words.ts';

/** How long after its grace a worker that was told to stop is cut off. */
const STOP_MARGIN_SECONDS = 3;
const CHECK_MILLISECONDS = 500;

/** How files get to a host and back. */
export interface StagePlan {
  /** Of files that programs need beside the items' own. */
  patterns: readonly string[];
  /** How many items each task has. */
  counts: readonly number[];
  /** Path of a socket by which copies use the connection of the login. */
  socket: string;
}

export interface HostInstanceOptions {
  spec: TargetSpec;
  host: string;
  instance: string;
  bundle: WorkerBundle;
  setup: Pick<WorkerSetup, 'job' | 'stagingFolder' | 'heartbeatSeconds' | 'keepOutputBytes'>;
  times: WireTimes;
  patienceSeconds: number;
  /** Null where the job's folder is on a file system that the host shares. */
  stage: StagePlan | null;
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
  private stage: Stage | null = null;
  /** The fragment whose files are on their way, and whether it is to be cut as soon as it has begun. */
  private bringing: { id: number; isSplit: boolean } | null = null;
  private reason: string | null = null;
  private wasUp = false;
  private isDown = false;

  constructor(options: HostInstanceOptions) {
    this.options = options;
    const { spec, host, instance, bundle, times, patienceSeconds, stage, setup } = options;
    const folders = { folder: folderOnHost(setup.job), staging: stagingOnHost(setup.stagingFolder, instance) };
    const brought = { stage: stage === null ? null : folders, shared: stage?.socket ?? null };
    const { directory } = setup.job;
    this.login = new Login({ spec, host, name: instance, bundle, patienceSeconds, directory, ...brought });
    this.login.onWorker = (stream) => this.spoken(stream);
    this.login.onEnd = (end) => this.loginEnded(end);
    this.check = setInterval(() => this.worker?.check(times), CHECK_MILLISECONDS);
    const { lifespanSeconds } = spec;
    if (lifespanSeconds !== null)
      this.after(lifespanSeconds, () => this.end(`its lifespan of ${durationText(lifespanSeconds)} ended`));
  }

  assign(fragment: Fragment): void {
    if (this.stage === null) this.link?.assign(fragment);
    else void this.bringFor(this.stage, fragment);
  }

  split(fragment: number): void {
    if (this.bringing?.id === fragment) this.bringing.isSplit = true;
    else this.link?.split(fragment);
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

  /** Hands a fragment on when its files are there. */
  private async bringFor(stage: Stage, fragment: Fragment): Promise<void> {
    const bringing = { id: fragment.id, isSplit: false };
    this.bringing = bringing;
    try {
      await stage.bring(fragment);
    } catch (error) {
      return this.end(`files could not be brought there: ${messageOf(error)}`);
    }
    this.bringing = null;
    this.link?.assign(fragment);
    if (bringing.isSplit) this.link?.split(fragment.id);
  }

  /** What the worker is to work in: the job's folder, or what stands for it over there, with what programs need in it. */
  private async place(worker: CalledWorker): Promise<Pick<WorkerSetup, 'job' | 'stagingFolder'>> {
    const { setup, stage: plan, spec, host, instance, listener } = this.options;
    if (plan === null) return setup;
    const hostFolder = worker.greeting.place['directory'];
    if (hostFolder === undefined) throw new Error('the folder of its cache has too long a name');
    const { job, stagingFolder } = setup;
    const { patterns, counts, socket } = plan;
    const ssh = sshBeside(spec, socket);
    const items = (task: number, start: number, end: number): Promise<unknown[]> => listener.items(task, start, end);
    this.stage = new Stage({ job, patterns, counts, stagingFolder, ssh, host, hostFolder, instance, items });
    await this.stage.begin();
    const staging = join(hostFolder, stagingOnHost(stagingFolder, instance));
    return { job: { ...job, directory: hostFolder }, stagingFolder: staging };
  }

  /** What is done counts when its outputs are here. */
  private afterFetching(): WorkerListener {
    const { listener } = this.options;
    return {
      safePoint: async (instance, fragment, reports) => {
        await this.stage?.fetch(fragment, reports);
        return listener.safePoint(instance, fragment, reports);
      },
      checkpoint: (instance, fragment, checkpoint) => listener.checkpoint(instance, fragment, checkpoint),
      tried: (instance, fragment, tries) => listener.tried(instance, fragment, tries),
      fragmentEnd: (instance, fragment, how) => listener.fragmentEnd(instance, fragment, how),
      sample: (instance, sample) => listener.sample(instance, sample),
      items: (task, start, end) => listener.items(task, start, end),
    };
  }

  private serve(worker: CalledWorker): void {
    const { spec, instance, host, setup, listener } = this.options;
    const { cpus, memoryBytes, lifespanSeconds } = spec;
    const lifeLeft = (): number | null =>
      lifespanSeconds === null ? null : Math.max(0, lifespanSeconds - (performance.now() - this.startedAt) / 1000);
    this.link = linkConnection(instance, worker.connection(), this.afterFetching(), {
      hello: async ({ pid, hostName }) => {
        const place = await this.place(worker).catch((error: unknown) => {
          this.end(`files could not be brought there: ${messageOf(error)}`);
          return setup;
        });
        const lifeSeconds = lifeLeft();
        const where = `${host} (${hostName}), process ${pid}`;
        setImmediate(() => {
          if (this.reason !== null || this.isDown) return;
          this.wasUp = true;
          this.options.onUp();
          // Hosts differ: what one is good for says nothing of the others.
          listener.up(instance, { type: `ssh ${host} ${cpus} cpu`, cpus, memoryBytes, lifeSeconds, where });
        });
        return { ...setup, ...place, instance, cpus, memoryBytes, lifeSeconds };
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
