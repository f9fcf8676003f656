import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fragment } from '../../fragment-scheduler/events.ts';
import type { TargetSpec } from '../../job-spec.ts';
import type { WireTimes } from '../../wire/remote-worker.ts';
import type { WorkerSetup } from '../../worker/protocol.ts';
import type { Target, TargetListener } from '../target.ts';
import { readBundle, type WorkerBundle } from './bootstrap.ts';
import { HostInstance, type StagePlan } from './host-instance.ts';
import { messageOf } from '../../words.ts';

const usualTimes: WireTimes = { pingSeconds: 2, leaseSeconds: 20 };
/** Where files are copied over the same connection, an answer may have to wait for those. */
const stagedTimes: WireTimes = { pingSeconds: 5, leaseSeconds: 60 };
/** How long a login may take until its worker speaks: the worker may have to be brought there first, by a slow line. */
const PATIENCE_SECONDS = 90;
/** How long the end of a run waits for workers to say goodbye. */
const GOODBYE_SECONDS = 3;

export interface SshTargetOptions {
  /** The worker's file, bundled. */
  workerFile: string;
  setup: Pick<WorkerSetup, 'job' | 'stagingFolder' | 'heartbeatSeconds' | 'keepOutputBytes'>;
  times?: WireTimes;
  patienceSeconds?: number;
  /** How many items each task has. */
  counts: readonly number[];
}

interface Host {
  name: string;
  instances: number;
  /** Failures since it last had an instance that came up. */
  failures: number;
}

/**
 * Instances on hosts that the user can log in to, with the user's own `ssh`: its configuration, keys, agent and known
 * hosts. A host that fails is tried again after the others; when the last that is left fails, the run is told, which asks
 * again after longer and longer pauses. So hosts may vanish and come back.
 */
export function createSshTarget(spec: TargetSpec, options: SshTargetOptions, listener: TargetListener): Target {
  return new SshTarget(spec, options, listener);
}

class SshTarget implements Target {
  private readonly spec: TargetSpec;
  private readonly options: SshTargetOptions;
  private readonly listener: TargetListener;
  private readonly hosts: Host[];
  private readonly instances = new Map<string, HostInstance>();
  private readonly mostOnHost: number;
  private bundle: WorkerBundle | null = null;
  /** The folder of the sockets of logins; null before one is needed. */
  private sockets: string | null = null;
  /** One after the other, each with a socket that no other login ever has: files must not go to another host. */
  private logins = 0;
  private isClosed = false;
  private onEmpty: () => void = () => {};

  constructor(spec: TargetSpec, options: SshTargetOptions, listener: TargetListener) {
    this.spec = spec;
    this.options = options;
    this.listener = listener;
    const { hosts } = spec.options;
    const names = Array.isArray(hosts) ? hosts : [];
    this.hosts = names.map((name) => ({ name, instances: 0, failures: 0 }));
    this.mostOnHost = Math.ceil(spec.instances.max / Math.max(1, names.length));
  }

  start(instance: string): void {
    if (this.isClosed) return;
    try {
      this.bundle ??= readBundle(this.options.workerFile);
    } catch (error) {
      const why = `the worker's file can't be read: ${messageOf(error)}`;
      return queueMicrotask(() => this.isClosed || this.listener.down(instance, why));
    }
    const host = this.bestHost();
    if (host === null) {
      return queueMicrotask(() => this.isClosed || this.listener.down(instance, 'all hosts are taken'));
    }
    this.startOn(host, instance, this.bundle);
  }

  assign(fragment: Fragment): void {
    this.instances.get(fragment.instance)?.assign(fragment);
  }

  split(instance: string, fragment: number): void {
    this.instances.get(instance)?.split(fragment);
  }

  stop(instance: string, graceSeconds: number): void {
    this.instances.get(instance)?.stop(graceSeconds);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.endAll();
    if (this.sockets !== null) rmSync(this.sockets, { recursive: true, force: true });
  }

  private async endAll(): Promise<void> {
    if (this.instances.size === 0) return;
    const empty = Promise.withResolvers<void>();
    this.onEmpty = empty.resolve;
    const impatience = setTimeout(empty.resolve, GOODBYE_SECONDS * 1000);
    for (const instance of this.instances.values()) instance.end('the run ended');
    await empty.promise;
    clearTimeout(impatience);
  }

  /** One with room, that failed least often, and has the fewest instances. */
  private bestHost(): Host | null {
    const withRoom = this.hosts.filter(({ instances }) => instances < this.mostOnHost);
    return withRoom.toSorted((a, b) => a.failures - b.failures || a.instances - b.instances)[0] ?? null;
  }

  private startOn(host: Host, instance: string, bundle: WorkerBundle): void {
    const { spec, listener } = this;
    const stage = this.stagePlan();
    const { setup, times = stage === null ? usualTimes : stagedTimes } = this.options;
    const { patienceSeconds = PATIENCE_SECONDS } = this.options;
    host.instances++;
    const onDown = (why: string, wasUp: boolean): void => {
      host.instances--;
      this.instances.delete(instance);
      if (this.instances.size === 0) this.onEmpty();
      if (this.isClosed) return;
      host.failures = wasUp ? Math.min(1, host.failures) : host.failures + 1;
      if (wasUp) return listener.down(instance, why);
      this.startFailed(host, instance, why, bundle);
    };
    const onUp = (): void => {
      host.failures = 0;
    };
    const about = { spec, host: host.name, instance, bundle, setup, times, patienceSeconds, stage, listener };
    this.instances.set(instance, new HostInstance({ ...about, onUp, onDown }));
  }

  private stagePlan(): StagePlan | null {
    const { stage: patterns } = this.spec.options;
    if (!Array.isArray(patterns)) return null;
    // Short, since the path of a socket may not be long, and nobody else's.
    this.sockets ??= mkdtempSync(join(tmpdir(), 'morsel-ssh-'));
    return { patterns, counts: this.options.counts, socket: join(this.sockets, String(++this.logins)) };
  }

  /** Another host may do; if all have failed, the run is told. */
  private startFailed(host: Host, instance: string, why: string, bundle: WorkerBundle): void {
    if (host.failures === 1) this.listener.notice(`target ${this.spec.name}: host ${host.name}: ${why}`);
    const other = this.bestHost();
    if (other !== null && other.failures === 0) this.startOn(other, instance, bundle);
    else this.listener.down(instance, `host ${host.name}: ${why}`);
  }
}
