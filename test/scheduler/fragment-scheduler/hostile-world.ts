/**
 * Instances that misbehave in every way that real ones do, item by item and apart from the planner's own virtual world.
 * Deterministic for a seed.
 */
import type { CoreEvent, Fragment, Outcome, Piece } from '../../../scheduler/fragment-scheduler/events.ts';
import type { TargetSpec } from '../../../scheduler/job-spec.ts';
import { EventQueue } from '../../../scheduler/plan/event-queue.ts';
import { uniform } from '../../../scheduler/plan/random.ts';
import { concurrency } from '../../../scheduler/resource-monitor/resource-monitor.ts';
import type { Workload } from '../../../scheduler/workload.ts';

const DISPATCH_SECONDS = 0.01;
const SAFE_POINT_SECONDS = 0.005;

/** How bad it is: shares are of 1, seconds are means. */
export interface Hostility {
  seed: number;
  failedStarts: number;
  meanLifeSeconds: number;
  calledBack: number;
  failingItems: number;
  /** Items that end their instance whenever they run. */
  deadlyItems: number;
  itemSeconds: number;
  /** 0: all items alike; 1: some a hundred times as long as others. */
  tail: number;
  /** Instances that have half of the cpus that their target promises. */
  smallInstances: number;
  repeatedReports: number;
}

interface Instance {
  id: string;
  cpus: number;
  speed: number;
  deadline: number | null;
  fragment: Fragment | null;
  timeline: TimedItem[];
  reported: number;
  tried: boolean;
  /** Raised whenever its future changes. */
  version: number;
}

interface TimedItem {
  task: number;
  position: number;
  beginAt: number;
  endAt: number;
  failed: boolean;
  deadly: boolean;
}

export class HostileWorld {
  now = 0;
  private readonly queue = new EventQueue<() => CoreEvent | null>();
  private readonly instances = new Map<string, Instance>();
  private readonly random: () => number;
  private readonly workload: Workload;
  private readonly target: TargetSpec;
  private readonly hostility: Hostility;

  constructor(workload: Workload, target: TargetSpec, hostility: Hostility) {
    this.workload = workload;
    this.target = target;
    this.hostility = hostility;
    this.random = uniform(hostility.seed);
  }

  /** What happens next, with the clock moved to it; null if nothing is under way. */
  next(): CoreEvent | null {
    for (let next = this.queue.pop(); next; next = this.queue.pop()) {
      this.now = Math.max(this.now, next.at);
      const event = next.value();
      if (event) return event;
    }
    return null;
  }

  at(seconds: number, event: () => CoreEvent | null): void {
    this.queue.push(seconds, event);
  }

  /** The process of the run is killed, and its instances with it. */
  loseEverything(): void {
    this.instances.clear();
    while (this.queue.pop());
  }

  start(id: string): void {
    const upAt = this.now + 0.1 + this.random();
    if (this.chance(this.hostility.failedStarts)) return this.at(upAt, () => this.down(id, 'no such host'));
    this.at(upAt, () => this.up(id));
  }

  stop(id: string): void {
    this.at(this.now + 0.01, () => (this.instances.has(id) ? this.down(id, 'retired') : null));
  }

  assign(fragment: Fragment): void {
    const instance = this.instances.get(fragment.instance);
    if (!instance) return;
    instance.fragment = fragment;
    instance.reported = 0;
    instance.version++;
    const isWhole = this.playItems(instance, fragment.pieces);
    this.playReports(instance, isWhole ? 'done' : 'deadline');
  }

  split(id: string, fragment: number): void {
    const instance = this.instances.get(id);
    if (instance?.fragment?.id !== fragment) return;
    const begun = instance.timeline.filter(({ beginAt }) => beginAt < this.now);
    const isWhole = begun.length === instance.timeline.length;
    if (isWhole) return;
    instance.timeline = begun;
    instance.version++;
    this.playReports(instance, 'split');
  }

  private up(id: string): CoreEvent {
    const { lifespanSeconds, cpus, memoryBytes } = this.target;
    const { now, hostility } = this;
    const deadline = lifespanSeconds === null ? null : now + lifespanSeconds;
    const speed = this.chance(0.3) ? 2 : 1;
    const small = this.chance(hostility.smallInstances) ? 2 : 1;
    const own = { id, cpus: Math.max(1, Math.floor(cpus / small)), speed, deadline };
    this.instances.set(id, { ...own, fragment: null, timeline: [], reported: 0, tried: false, version: 0 });
    const hidden = now - hostility.meanLifeSeconds * Math.log(1 - this.random());
    this.endAt(id, Math.min(hidden, deadline ?? Infinity));
    if (this.chance(hostility.calledBack)) this.callBack(id, now + this.random() * 10);
    for (let i = 0; i < 3; i++) this.tellLoad(id, now + this.random() * 20);
    const event: CoreEvent = { kind: 'instance-up', now, instance: id, type: `x${speed}`, ...own, memoryBytes };
    return this.perhapsAgain(event);
  }

  private endAt(id: string, at: number): void {
    if (at < Infinity) this.at(at, () => (this.instances.has(id) ? this.down(id, 'it ended') : null));
  }

  private callBack(id: string, at: number): void {
    this.at(at, () => {
      const instance = this.instances.get(id);
      if (!instance) return null;
      const deadline = Math.min(this.now + 2, instance.deadline ?? Infinity);
      instance.deadline = deadline;
      this.endAt(id, deadline);
      return { kind: 'instance-ending', now: this.now, instance: id, deadline };
    });
  }

  private tellLoad(id: string, at: number): void {
    this.at(at, () => ({ kind: 'load', now: this.now, instance: id, load: this.random() }));
  }

  private down(id: string, reason: string): CoreEvent {
    const last = this.instances.get(id);
    this.instances.delete(id);
    if (last?.fragment && this.chance(this.hostility.repeatedReports)) {
      const { fragment, timeline, reported } = last;
      const outcomes = timeline.slice(reported).map(outcomeOf);
      this.at(this.now + this.random(), () => ({
        kind: 'safe-point',
        now: this.now,
        instance: id,
        fragment: fragment.id,
        outcomes,
      }));
    }
    return this.perhapsAgain({ kind: 'instance-down', now: this.now, instance: id, reason });
  }

  /** Lays the items of a fragment out in time; false if the deadline cut it. */
  private playItems(instance: Instance, pieces: readonly Piece[]): boolean {
    instance.timeline = [];
    let at = this.now + DISPATCH_SECONDS;
    for (const piece of pieces) {
      const width = Math.max(
        1,
        concurrency({ ...instance, memoryBytes: null }, this.workload.tasks[piece.task]!.needs),
      );
      for (let position = piece.start; position < piece.end; position++) {
        const isTooLate = instance.deadline !== null && at + piece.itemSeconds.high > instance.deadline;
        if (isTooLate && instance.tried) return false;
        instance.tried = true;
        const seconds = this.secondsOf(piece.task, position) / instance.speed / width;
        instance.timeline.push({ ...this.fateOf(piece.task, position), beginAt: at, endAt: at + seconds });
        at += seconds;
      }
    }
    return true;
  }

  /** Lays out the safe points of what was not reported yet, and the end. */
  private playReports(instance: Instance, how: 'done' | 'deadline' | 'split'): void {
    const { id, version, timeline } = instance;
    const isCurrent = (): boolean => this.instances.get(id)?.version === version;
    let at = this.now + DISPATCH_SECONDS;
    for (let next = instance.reported; next < timeline.length;) {
      const end = Math.min(timeline.length, next + 1 + Math.floor(this.random() * 8));
      const items = timeline.slice(next, end);
      const deadly = items.find((item) => item.deadly);
      if (deadly) return this.at(deadly.endAt, () => (isCurrent() ? this.down(id, 'killed') : null));
      at = Math.max(at, items.at(-1)!.endAt) + SAFE_POINT_SECONDS;
      this.at(at, () => (isCurrent() ? this.report(instance, end, items) : null));
      next = end;
    }
    this.at(at, () => (isCurrent() ? this.end(instance, how) : null));
  }

  private report(instance: Instance, end: number, items: TimedItem[]): CoreEvent {
    instance.reported = end;
    const { id, fragment } = instance;
    const outcomes = items.map(outcomeOf);
    return this.perhapsAgain({ kind: 'safe-point', now: this.now, instance: id, fragment: fragment!.id, outcomes });
  }

  private end(instance: Instance, how: 'done' | 'deadline' | 'split'): CoreEvent {
    const fragment = instance.fragment!.id;
    instance.fragment = null;
    return this.perhapsAgain({ kind: 'fragment-end', now: this.now, instance: instance.id, fragment, how });
  }

  private perhapsAgain(event: CoreEvent): CoreEvent {
    if (this.chance(this.hostility.repeatedReports)) {
      this.at(this.now + this.random() * 5, () => ({ ...event, now: this.now }));
    }
    return event;
  }

  private secondsOf(task: number, position: number): number {
    const { itemSeconds, tail } = this.hostility;
    const stretch = Math.exp(tail * 4.6 * (2 * this.ofItem(task, position, 1) - 1));
    return itemSeconds * stretch * (0.7 + 0.6 * this.ofItem(task, position, 2));
  }

  private fateOf(task: number, position: number): Omit<TimedItem, 'beginAt' | 'endAt'> {
    const { failingItems, deadlyItems } = this.hostility;
    const failed = this.ofItem(task, position, 3) < failingItems;
    return { task, position, failed, deadly: this.ofItem(task, position, 4) < deadlyItems };
  }

  /** A number that is the item's own, however often and wherever it runs. */
  private ofItem(task: number, position: number, which: number): number {
    return uniform(this.hostility.seed + 7919 * task + 104_729 * position + 1_299_709 * which)();
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }
}

function outcomeOf({ task, position, beginAt, endAt, failed }: TimedItem): Outcome {
  const range = { task, start: position, end: position + 1 };
  const seconds = endAt - beginAt;
  return failed
    ? { ...range, state: 'failed' }
    : { ...range, state: 'committed', seconds, squaredSeconds: seconds ** 2 };
}
