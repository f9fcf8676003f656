import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fragment } from '../../fragment-scheduler/events.ts';
import type { TargetSpec } from '../../job-spec.ts';
import { wireTimes, type RemoteWorker, type WireTimes } from '../../wire/remote-worker.ts';
import { listenForWorkers, type WireServer } from '../../wire/server.ts';
import { credentialsIn, writePrivately, type Credentials } from '../../wire/credentials.ts';
import type { WorkerSetup } from '../../worker/protocol.ts';
import { messageOf } from '../../worker/words.ts';
import type { Target, TargetListener } from '../target.ts';
import { ownAddresses } from './addresses.ts';
import type { BatchSystem, PilotReport } from './batch-system.ts';
import { LookOut } from './look-out.ts';
import { Pilot } from './pilot.ts';
import { Submissions } from './submissions.ts';

/** A pilot whose worker nobody has work for is given back after so long. */
const IDLE_SECONDS = 20;
const CHECK_MILLISECONDS = 1000;
/** A pilot that the engine does not know any more, so long after it was asked for, is over. */
const FORGOTTEN_SECONDS = 15;
/** An end that moves by less than this is no news. */
const END_MOVES_SECONDS = 3;
/** How often, and how long after one another, an engine is asked how a pilot ended. */
const MOST_LOOKS = 8;
const LOOK_SECONDS = 0.7;

export interface PilotTargetOptions {
  system: BatchSystem;
  /** The run's own folder, on a file system that pilots see. */
  runFolder: string;
  setup: Pick<WorkerSetup, 'job' | 'stagingFolder' | 'heartbeatSeconds' | 'keepOutputBytes'>;
  /** Where pilots reach this machine; by all its own names and addresses if none are given. */
  addresses?: string[];
  /** 0 for any that is free. */
  port?: number;
  times?: WireTimes;
}

/** The file, in a run's folder, that tells workers where their run is. */
export const homeFileIn = (runFolder: string): string => join(runFolder, 'home.json');

/** What the names of all pilots of a run begin with. */
export const pilotPrefix = ({ token }: Credentials): string => `morsel-${token}-`;

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
  private readonly pilots = new Map<string, Pilot>();
  /** By instance. */
  private readonly serving = new Map<string, Pilot>();
  /** Instances that were asked for, the longest ago first. */
  private readonly wanted: string[] = [];
  private readonly submissions: Submissions;
  private readonly lookOut: LookOut;
  private readonly opened: Promise<void>;
  private readonly check: NodeJS.Timeout;
  private server: WireServer | null = null;
  private prefix = '';
  private isOpen = false;
  private isClosed = false;
  /** Why nothing can ever be had from it. */
  private failure: string | null = null;

  constructor(spec: TargetSpec, options: PilotTargetOptions, listener: TargetListener) {
    this.spec = spec;
    this.options = options;
    this.listener = listener;
    const notice = (message: string): void => {
      if (!this.isClosed) listener.notice(`target ${spec.name}: ${message}`);
    };
    this.submissions = new Submissions(options.system, {
      submitted: (name, id) => this.submitted(name, id),
      refused: (name, why) => this.refused(name, why),
      notice,
    });
    this.lookOut = new LookOut(options.system, {
      pilots: () => [...this.pilots.keys()],
      isUrgent: () => [...this.pilots.values()].some((pilot) => pilot.isSilent),
      seen: (reports) => this.seen(reports),
      notice,
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
    this.serving.get(fragment.instance)?.link?.assign(fragment);
  }

  split(instance: string, fragment: number): void {
    this.serving.get(instance)?.link?.split(fragment);
  }

  stop(instance: string, graceSeconds: number): void {
    const waiting = this.wanted.indexOf(instance);
    if (waiting >= 0) {
      this.wanted.splice(waiting, 1);
      queueMicrotask(() => this.isClosed || this.listener.down(instance, 'it was stopped'));
    }
    this.serving.get(instance)?.stop(graceSeconds, (id) => void this.options.system.cancel([id]).catch(() => {}));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.check);
    this.lookOut.close();
    await this.opened;
    const submitting = await this.submissions.close();
    for (const pilot of this.pilots.values()) pilot.dismiss('the run ended');
    await this.server?.close();
    await this.cancelAll(submitting);
    for (const file of ['home.json', 'wire.json']) rmSync(join(this.options.runFolder, file), { force: true });
  }

  // ---- beginning and end

  private async open(): Promise<void> {
    const { runFolder, times = wireTimes, port = 0, addresses, system } = this.options;
    const credentials = await credentialsIn(join(runFolder, 'wire.json'));
    this.prefix = pilotPrefix(credentials);
    const { certificate, secret } = credentials;
    this.server = await listenForWorkers(credentials, { port, times }, this.callers(this.prefix));
    const home = { addresses: addresses ?? ownAddresses(), port: this.server.port, certificate, secret };
    writePrivately(homeFileIn(runFolder), home);
    // Those of an earlier process of this run. If the engine can't be asked they call by themselves.
    const earlier = await system.look({ prefix: this.prefix }).catch(() => []);
    for (const report of earlier)
      if (report.state === 'waiting' || report.state === 'running') this.known(report.pilot, report.id);
    this.isOpen = true;
    this.seen(earlier);
    this.balance();
    this.lookOut.begin();
  }

  private callers(prefix: string): Parameters<typeof listenForWorkers>[2] {
    return {
      admit: ({ pilot }) =>
        pilot.startsWith(prefix) ? null : { why: `${pilot} is no pilot of this run`, anew: false },
      arrived: (worker) => this.arrived(worker),
    };
  }

  private failed(why: string): void {
    this.failure = why;
    for (const instance of this.wanted.splice(0)) this.down(instance, why);
  }

  private async cancelAll(submitted: string[]): Promise<void> {
    const ids = [...this.pilots.values()].map(({ id }) => id).filter((id) => id !== null);
    const all = [...new Set([...ids, ...submitted])];
    if (all.length === 0) return;
    try {
      await this.options.system.cancel(all);
    } catch (error) {
      this.listener.notice(
        `target ${this.spec.name}: allocations ${all.join(', ')} could not be given back (${messageOf(error)}): they end by themselves within minutes of their start`,
      );
    }
  }

  // ---- allocations come and go

  /** Gives workers that wait to instances that wait, and asks for as many pilots as are missing. */
  private balance(): void {
    if (!this.isOpen || this.isClosed) return;
    for (const pilot of this.pilots.values()) if (pilot.isIdle && this.wanted.length > 0) this.serve(pilot);
    const coming = [...this.pilots.values()].filter((pilot) => pilot.isComing).length;
    for (let missing = this.wanted.length - coming; missing > 0; missing--) {
      const name = `${this.prefix}${randomBytes(5).toString('hex')}`;
      this.known(name, null);
      this.submissions.add(name);
    }
  }

  private known(name: string, id: string | null): Pilot {
    const pilot = this.pilots.get(name) ?? new Pilot(name);
    pilot.id ??= id;
    this.pilots.set(name, pilot);
    return pilot;
  }

  private submitted(name: string, id: string): void {
    const pilot = this.known(name, id);
    pilot.askedAt = performance.now();
    this.lookOut.hurry();
  }

  /** The engine will take it at no other time either, nor any other that is asked for now. */
  private refused(name: string, why: string): void {
    this.pilots.delete(name);
    const waiting = this.submissions.takeBack();
    for (const other of waiting) this.pilots.delete(other);
    for (const instance of this.wanted.splice(-1 - waiting.length)) this.down(instance, why);
  }

  private arrived(worker: RemoteWorker): void {
    const pilot = this.known(worker.greeting.pilot, worker.greeting.place['id'] ?? null);
    pilot.arrived(worker);
    worker.onSilence = () => this.lookOut.hurry();
    worker.onEnd = ({ why }) => void this.workerEnded(pilot, worker, why);
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
          if (this.serving.get(instance) !== pilot || this.isClosed) return;
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
    const report = await this.lookOut.lookAt(pilot.name);
    if (report?.state === 'running') return pilot.livesFor(report.lifeSeconds);
    const { lifespanSeconds } = this.spec;
    return pilot.livesFor(lifespanSeconds === null ? null : Math.max(0, lifespanSeconds - pilot.ageSeconds));
  }

  private async workerEnded(pilot: Pilot, worker: RemoteWorker, why: string): Promise<void> {
    if (pilot.worker !== worker) return;
    const { instance, link, isStopping } = pilot;
    pilot.left();
    if (instance === null) return;
    await link?.heard();
    link?.close();
    const how = isStopping || this.isClosed ? 'it was stopped' : await this.howItEnded(pilot, why);
    this.serving.delete(instance);
    this.down(instance, how);
  }

  /** The engine may need a moment to know; it has nothing to say where the pilot lives on. */
  private async howItEnded({ name }: Pilot, why: string): Promise<string> {
    for (let looks = 1; ; looks++) {
      const report = await this.lookOut.lookAt(name);
      if (report?.state === 'over' || (report?.state === 'ending' && looks >= MOST_LOOKS)) return report.why;
      if (report?.state !== 'ending') return why;
      await wait(LOOK_SECONDS * 1000);
    }
  }

  private down(instance: string, why: string): void {
    if (!this.isClosed) this.listener.down(instance, why);
  }

  // ---- what the engine says

  private seen(reports: readonly PilotReport[]): void {
    if (this.isClosed) return;
    const byName = new Map(reports.map((report) => [report.pilot, report]));
    for (const pilot of this.pilots.values()) {
      const report = byName.get(pilot.name);
      if (report !== undefined) {
        pilot.id ??= report.id;
        if (report.state === 'over') this.over(pilot, report.why);
        else if (report.state === 'running') this.tellOfEnd(pilot, report.lifeSeconds);
      } else if (pilot.id !== null && pilot.secondsSinceAsked > FORGOTTEN_SECONDS) {
        this.over(pilot, `its allocation ${pilot.id} is gone`);
      }
    }
    this.balance();
  }

  /** What the engine has ended may live on where its node is out of reach: a worker that still speaks is believed. */
  private over(pilot: Pilot, why: string): void {
    if (pilot.worker !== null && !pilot.isSilent) return;
    const { worker, wasCalled } = pilot;
    if (worker === null) {
      this.pilots.delete(pilot.name);
      // Unless it had served: then whoever it served is down already, and the next is asked for in the usual way.
      const instance = wasCalled ? undefined : this.wanted.pop();
      if (instance !== undefined) this.down(instance, pilot.complaint(this.options.runFolder, why));
    } else worker.dismiss(why);
  }

  private tellOfEnd(pilot: Pilot, lifeSeconds: number | null): void {
    if (pilot.instance === null || !pilot.endsSooner(lifeSeconds, END_MOVES_SECONDS)) return;
    this.listener.ending(pilot.instance, pilot.livesFor(lifeSeconds)!);
  }

  private giveBackIdle(): void {
    for (const pilot of this.pilots.values())
      if (pilot.idleSeconds > IDLE_SECONDS) pilot.dismiss('the run has no work for it');
  }
}
