import { setTimeout as wait } from 'node:timers/promises';
import type { Fragment } from '../../fragment-scheduler/events.ts';
import type { TargetSpec } from '../../job-spec.ts';
import type { RemoteWorker } from '../../wire/remote-worker.ts';
import type { WorkerSetup } from '../../worker/protocol.ts';
import type { Target, TargetListener } from '../target.ts';
import { Allocations } from './allocations.ts';
import type { BatchSystem } from './batch-system.ts';
import { openHome, removeHomeFiles, type Home, type HomeOptions } from './home.ts';
import type { Pilot } from './pilot.ts';
import { Relays } from './relays.ts';
import { messageOf } from '../../words.ts';

/** A pilot whose worker nobody has work for is given back after so long. */
const IDLE_SECONDS = 20;
const CHECK_MILLISECONDS = 1000;
/** How often, and how long after one another, an engine is asked how a pilot ended. */
const MOST_LOOKS = 8;
const LOOK_SECONDS = 0.7;

export interface PilotTargetOptions extends HomeOptions {
  system: BatchSystem;
  setup: Pick<WorkerSetup, 'job' | 'stagingFolder' | 'heartbeatSeconds' | 'keepOutputBytes'>;
}

/**
 * Instances in allocations of a batch system. An allocation runs a pilot, whose worker calls this run; the next instance
 * that was asked for is given to whichever worker calls first. So a pilot that had been asked for by a process of the run
 * that was cut off, and lives on, is taken over by whoever resumes it; and a worker that lost its run for too long is
 * followed by a fresh one in the same allocation.
 */
export function createPilotTarget(spec: TargetSpec, options: PilotTargetOptions, listener: TargetListener): Target {
  return new PilotTarget(spec, options, listener);
}

class PilotTarget implements Target {
  private readonly spec: TargetSpec;
  private readonly options: PilotTargetOptions;
  private readonly listener: TargetListener;
  private readonly allocations: Allocations;
  /** By instance. */
  private readonly serving = new Map<string, Pilot>();
  /** Instances that were asked for, the longest ago first. */
  private readonly wanted: string[] = [];
  private readonly opened: Promise<void>;
  private readonly check: NodeJS.Timeout;
  private home: Home | null = null;
  /** Null where workers call by themselves. */
  private relays: Relays | null = null;
  /** True once those of an earlier process are known, so that no more are asked for than are missing. */
  private isOpen = false;
  private isGivingBack = false;
  private isClosed = false;
  /** Why nothing can ever be had from it. */
  private failure: string | null = null;

  constructor(spec: TargetSpec, options: PilotTargetOptions, listener: TargetListener) {
    this.spec = spec;
    this.options = options;
    this.listener = listener;
    this.allocations = new Allocations(options.system, {
      refused: (count, why) => this.downAll(this.wanted.splice(-count), why),
      neverCame: (pilot, why) => this.downAll(this.wanted.splice(-1), pilot.complaint(options.runFolder, why)),
      lives: (pilot, lifeSeconds) => {
        this.tellOfEnd(pilot, lifeSeconds);
        this.relay(pilot);
      },
      looked: () => this.balance(),
      notice: (message) => listener.notice(`target ${spec.name}: ${message}`),
    });
    this.check = setInterval(() => this.giveBackIdle(), CHECK_MILLISECONDS);
    this.opened = this.open().catch((error: unknown) => this.failed(messageOf(error)));
  }

  // ---- what the run asks

  start(instance: string): void {
    if (this.isClosed) return;
    this.wanted.push(instance);
    if (this.failure === null) this.balance();
    else queueMicrotask(() => this.failed(this.failure!));
  }

  assign(fragment: Fragment): void {
    this.serverOf(fragment.instance)?.link?.assign(fragment);
  }

  split(instance: string, fragment: number): void {
    this.serverOf(instance)?.link?.split(fragment);
  }

  stop(instance: string, graceSeconds: number): void {
    const waiting = this.wanted.indexOf(instance);
    if (waiting >= 0) {
      this.wanted.splice(waiting, 1);
      queueMicrotask(() => this.down(instance, 'it was stopped'));
      this.giveBackUnwanted();
    }
    this.serverOf(instance)?.stop(graceSeconds, (id) => this.allocations.cancel([id]));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.check);
    // Workers first: the engine may take its time for what it is asked now.
    for (const pilot of this.allocations.all()) pilot.dismiss('the run ended');
    const homeClosed = this.home?.close();
    await this.opened;
    const untold = await this.allocations.stop();
    await (homeClosed ?? this.home?.close());
    this.relays?.close();
    await this.allocations.cancelAll(untold);
    removeHomeFiles(this.options.runFolder);
  }

  // ---- instances and allocations find each other

  private async open(): Promise<void> {
    this.home = await openHome(this.options, (worker) => this.arrived(worker));
    if (this.options.isRelayed === true) this.relays = this.openRelays(this.home.port);
    await this.allocations.begin(this.home.prefix);
    this.isOpen = true;
    this.balance();
  }

  private openRelays(port: number): Relays {
    return new Relays(this.options.system, port, {
      ended: () => this.allocations.lookSoon(),
      notice: (message) => this.listener.notice(`target ${this.spec.name}: ${message}`),
    });
  }

  /** A worker that has no connection waits for one. */
  private relay(pilot: Pilot): void {
    const isWaiting = pilot.worker === null || pilot.isSilent;
    if (isWaiting && !pilot.isDismissed && pilot.id !== null) this.relays?.ensure(pilot.name, pilot.id);
  }

  private failed(why: string): void {
    this.failure = why;
    this.downAll(this.wanted.splice(0), why);
  }

  /** Gives workers that wait to instances that wait, and asks for as many pilots as are missing. */
  private balance(): void {
    if (!this.isOpen || this.isClosed) return;
    for (const pilot of this.allocations.all()) if (pilot.isIdle && this.wanted.length > 0) this.serve(pilot);
    for (let missing = this.wanted.length - this.coming(); missing > 0; missing--) this.allocations.ask();
  }

  private coming(): number {
    return this.allocations.all().filter((pilot) => pilot.isComing).length;
  }

  /** Instances that wait are often stopped several at a time: the allocations of all of them are given back together. */
  private giveBackUnwanted(): void {
    if (this.isGivingBack) return;
    this.isGivingBack = true;
    setImmediate(() => {
      this.isGivingBack = false;
      if (!this.isClosed) this.allocations.giveBack(this.coming() - this.wanted.length);
    });
  }

  /** The pilot that serves this instance, and no other that came after it. */
  private serverOf(instance: string): Pilot | null {
    const pilot = this.serving.get(instance);
    return pilot?.instance === instance ? pilot : null;
  }

  private arrived(worker: RemoteWorker): void {
    const pilot = this.allocations.known(worker.greeting.pilot, worker.greeting.place['id'] ?? null);
    pilot.arrived(worker);
    worker.onSilence = () => this.allocations.lookSoon();
    worker.onEnd = ({ why }) => void this.workerEnded(pilot, worker, why);
    if (pilot.isDismissed) worker.dismiss('the run has no work for it');
    this.balance();
  }

  private serve(pilot: Pilot): void {
    const { spec, listener } = this;
    const { setup, system } = this.options;
    const instance = this.wanted.shift()!;
    this.serving.set(instance, pilot);
    const { cpus, memoryBytes } = spec;
    pilot.serve(instance, listener, {
      hello: async ({ pid }) => {
        const lifeSeconds = await this.lifeOf(pilot);
        const where = `${pilot.host}, allocation ${pilot.id ?? '?'}, process ${pid}`;
        const type = `${system.name} ${cpus} cpu`;
        setImmediate(() => {
          if (this.serverOf(instance) !== pilot || this.isClosed) return;
          pilot.isUp = true;
          listener.up(instance, { type, cpus, memoryBytes, lifeSeconds, where });
        });
        return { ...setup, instance, cpus, memoryBytes, lifeSeconds };
      },
      refused: (why) => pilot.dismiss(why),
    });
  }

  /** By the engine's word; where it does not answer in time, by what it was asked for and how long ago the pilot began. */
  private async lifeOf(pilot: Pilot): Promise<number | null> {
    const report = await this.allocations.lookAt(pilot);
    if (report?.state === 'running') return pilot.livesFor(report.lifeSeconds);
    const { lifespanSeconds } = this.spec;
    return pilot.livesFor(lifespanSeconds === null ? null : Math.max(0, lifespanSeconds - pilot.ageSeconds));
  }

  private async workerEnded(pilot: Pilot, worker: RemoteWorker, why: string): Promise<void> {
    if (pilot.worker !== worker) return;
    const { instance, link, isStopping } = pilot;
    pilot.left();
    if (pilot.isDismissed) this.allocations.lookSoon();
    if (instance === null) return;
    // At once: while it is looked for the reason, the next instance may be given to this pilot.
    this.serving.delete(instance);
    await link?.heard();
    link?.close();
    const how = isStopping || this.isClosed ? 'it was stopped' : await this.howItEnded(pilot, why);
    this.down(instance, how);
  }

  /** The engine may need a moment to know; it has nothing to say where the pilot lives on. */
  private async howItEnded(pilot: Pilot, why: string): Promise<string> {
    for (let looks = 1; ; looks++) {
      const report = await this.allocations.lookAt(pilot);
      if (report?.state === 'over' || (report?.state === 'ending' && looks >= MOST_LOOKS)) return report.why;
      if (report?.state !== 'ending') return why;
      await wait(LOOK_SECONDS * 1000);
    }
  }

  private downAll(instances: readonly string[], why: string): void {
    for (const instance of instances) this.down(instance, why);
  }

  private down(instance: string, why: string): void {
    if (!this.isClosed) this.listener.down(instance, why);
  }

  private tellOfEnd(pilot: Pilot, lifeSeconds: number | null): void {
    if (pilot.instance === null || !pilot.hasMoved(lifeSeconds)) return;
    const left = pilot.livesFor(lifeSeconds)!;
    pilot.link?.endsIn(left);
    this.listener.ending(pilot.instance, left);
  }

  private giveBackIdle(): void {
    for (const pilot of this.allocations.all())
      if (pilot.idleSeconds > IDLE_SECONDS) pilot.dismiss('the run has no work for it');
  }
}
