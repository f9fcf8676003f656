import { commonFinish, type Availability } from '../fragment-generator/fair-share.ts';
import type { Demand } from '../fragment-generator/demand.ts';
import type { WorkLeft } from '../fragment-generator/work-left.ts';
import type { TargetSpec } from '../job-spec.ts';
import { Lifetimes, type EndRisk } from '../resource-monitor/lifetimes.ts';
import type { InstanceRecord, ResourceMonitor } from '../resource-monitor/resource-monitor.ts';
import type { Overheads } from '../safe-points/injector.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import { remainingSeconds, type RunningFragment } from './running-fragment.ts';

/** An instance takes so much of its even share of what is left: the rest evens out what was predicted wrong. */
const SHARE = 0.8;
/** The same of what is ready, where more will be. */
const SHARE_OF_READY = 0.6;
/** An instance that ended is expected to be replaced within so many times what starting one takes. */
const SOON_BACK = 2;

/** What the supply of instances is reckoned from. All of it lives on in the scheduler. */
export interface SupplyOptions {
  target: Pick<TargetSpec, 'instances' | 'lifespanSeconds'>;
  monitor: ResourceMonitor;
  queue: TaskQueue;
  workLeft: WorkLeft;
  running: ReadonlyMap<number, RunningFragment>;
  overheads: Overheads;
}

/** What instances there are and will be, for how long, and how much of the work each of them should take. */
export class Supply {
  /** All types that instances have had. */
  readonly instanceTypes = new Set<string>();
  /** When an instance of a type ended last. */
  private readonly lastEnds = new Map<string, number>();
  private readonly lifetimes = new Lifetimes();
  private readonly options: SupplyOptions;
  private readonly priorFailureSeconds: number;
  /** It is asked for once for each instance that is free at a time. */
  private known: { now: number; risk: EndRisk } | null = null;

  constructor(options: SupplyOptions) {
    this.options = options;
    this.priorFailureSeconds = options.overheads.meanTimeBetweenFailuresSeconds;
  }

  cameUp(type: string): void {
    this.known = null;
    this.instanceTypes.add(type);
  }

  /**
   * @param isSudden it ended without warning: safe points are spaced by the mean time between failures as it turns out to be
   */
  ended({ type, upAt }: InstanceRecord, isSudden: boolean, now: number): void {
    const { monitor, overheads } = this.options;
    this.known = null;
    this.lastEnds.set(type, now);
    this.lifetimes.ended(now - upAt, isSudden);
    const ages = monitor.ages(now);
    overheads.meanTimeBetweenFailuresSeconds = this.lifetimes.meanTimeBetween(ages, this.priorFailureSeconds);
  }

  /** What may end instances that don't know their end. */
  risk(now: number): EndRisk {
    if (this.known?.now !== now) {
      const risk = this.lifetimes.risk(this.options.monitor.ages(now), this.priorFailureSeconds);
      this.known = { now, risk };
    }
    return this.known.risk;
  }

  /** What a fragment for an instance may be made from. */
  demandOf(instance: InstanceRecord, now: number): Demand {
    const { workLeft, overheads } = this.options;
    const finishSeconds = this.finishSeconds(now, workLeft.seconds());
    return {
      now,
      instance,
      sharers: this.sharers(),
      workLeftSeconds: workLeft.seconds(),
      finishSeconds,
      fairSeconds: this.fairSeconds(now, finishSeconds),
      overheads,
      instanceTypes: this.instanceTypes,
      risk: this.risk(now),
      peers: this.peers(now),
    };
  }

  /** How many more instances the work that is left could keep busy for longer than it takes to start them. */
  usefulInstances(): number {
    const { queue, workLeft, overheads } = this.options;
    const { startupSeconds, dispatchSeconds, safePointSeconds } = overheads;
    const worthwhile = startupSeconds + dispatchSeconds + safePointSeconds;
    return Math.min(queue.ready, Math.max(1, Math.ceil(workLeft.seconds() / Math.max(worthwhile, 1e-3))));
  }

  /** Instances that the work left is shared among: those that are there or could be. */
  private sharers(): number {
    const { monitor, target } = this.options;
    return Math.max(1, monitor.size, Math.min(target.instances.max, monitor.size + this.usefulInstances()));
  }

  /** The instances that are there; and of each type that ended a moment ago another, which should be there soon. */
  private peers(now: number): Demand['peers'] {
    const { monitor, overheads } = this.options;
    const since = now - SOON_BACK * overheads.startupSeconds;
    const there = Array.from(monitor.all(), ({ type, upAt }) => ({ type, age: now - upAt }));
    const comingBack = [...this.lastEnds].filter(([, endedAt]) => endedAt >= since);
    return [...there, ...comingBack.map(([type]) => ({ type, age: 0 }))];
  }

  /** Seconds from now until all instances would end together, if so much work were shared out as water finds its level. */
  private finishSeconds(now: number, workSeconds: number): number {
    const { monitor, running, target, overheads } = this.options;
    const { startupSeconds } = overheads;
    const all: Availability[] = [];
    for (const { fragment: id, deadline } of monitor.all()) {
      const fragment = id === null ? undefined : running.get(id);
      const endsAt = deadline ?? Infinity;
      const freeAt = Math.min(endsAt, now + (fragment ? remainingSeconds(fragment, now) : 0));
      all.push({ freeAt, endsAt, isReplaced: true });
    }
    const missing = this.sharers() - all.length;
    for (let i = 0; i < missing; i++) all.push({ freeAt: now + startupSeconds, endsAt: Infinity, isReplaced: false });
    const succession = { startupSeconds, lifeSeconds: target.lifespanSeconds ?? Infinity };
    return commonFinish(workSeconds, all, succession, now) - now;
  }

  /** Who takes more than a share of what is ready leaves others idle until more is. */
  private fairSeconds(now: number, finishSeconds: number): number {
    const { workLeft } = this.options;
    const share = SHARE * finishSeconds;
    const ready = workLeft.readySeconds();
    return ready < workLeft.seconds() ? Math.min(share, SHARE_OF_READY * this.finishSeconds(now, ready)) : share;
  }
}
