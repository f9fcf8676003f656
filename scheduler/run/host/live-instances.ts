import type { Fragment } from '../../fragment-scheduler/events.ts';
import type { Journal } from '../../store/journal.ts';
import type { InstanceFacts } from '../../targets/target.ts';
import type { ResourceSample } from '../../worker/protocol.ts';
import type { Workload } from '../../workload.ts';
import type { InstanceProgress } from '../events.ts';
import { itemsByTask } from '../progress.ts';

export interface LiveInstance {
  facts: InstanceFacts;
  deadline: number | null;
  sample: ResourceSample | null;
  running: { fragment: Fragment; items: number; done: number } | null;
}

/** The instances of a run by name: those that were asked for, that are up, and that are gone. */
export class LiveInstances {
  /** So many of their fragments have ended. */
  fragmentsEnded: number;
  private readonly targetName: string;
  private readonly live = new Map<string, LiveInstance>();
  /** Asked for and not up yet, the longest ago first. */
  private readonly asked = new Set<string>();
  /** Ended, or never came: what is told of them later is old news. */
  private readonly gone = new Set<string>();
  private lastNumber: number;

  /** @param journal knows those of earlier processes of the run, and their fragments */
  constructor(targetName: string, journal: Journal) {
    this.targetName = targetName;
    const numbers = journal.instances().map(({ name }) => Number(name.slice(targetName.length + 1)));
    this.lastNumber = numbers.filter(Number.isInteger).reduce((most, number) => Math.max(most, number), 0);
    this.fragmentsEnded = journal.counts().fragments;
  }

  get names(): string[] {
    return [...this.live.keys()];
  }

  /** Those that are at work on a fragment. */
  get busy(): string[] {
    return this.names.filter((name) => this.live.get(name)!.running !== null);
  }

  get(name: string): LiveInstance | undefined {
    return this.live.get(name);
  }

  /** Names one that is to be asked for. */
  ask(): string {
    const name = `${this.targetName}-${++this.lastNumber}`;
    this.asked.add(name);
    return name;
  }

  /** Gives one up that was asked for: the one that is likely to come last. Null where all are up. */
  withdraw(): string | null {
    const last = [...this.asked].at(-1);
    if (last === undefined) return null;
    this.asked.delete(last);
    this.gone.add(last);
    return last;
  }

  /** False if that is no news. */
  cameUp(name: string, facts: InstanceFacts, deadline: number | null): boolean {
    if (this.live.has(name) || this.gone.has(name)) return false;
    this.asked.delete(name);
    this.live.set(name, { facts, deadline, sample: null, running: null });
    return true;
  }

  beginFragment(fragment: Fragment): void {
    const items = fragment.pieces.reduce((sum, { start, end }) => sum + end - start, 0);
    this.live.get(fragment.instance)!.running = { fragment, items, done: 0 };
  }

  /** The fragment that has ended; null if the instance has none. */
  endFragment(name: string): number | null {
    const instance = this.live.get(name);
    if (!instance?.running) return null;
    const { id } = instance.running.fragment;
    instance.running = null;
    this.fragmentsEnded++;
    return id;
  }

  /** Notes that it has ended, or will never come, and says what it was until then. */
  ended(name: string): 'live' | 'asked for' | 'gone' {
    if (this.gone.has(name)) return 'gone';
    this.gone.add(name);
    this.asked.delete(name);
    return this.live.delete(name) ? 'live' : 'asked for';
  }

  /** Where each stands. */
  progress(workload: Workload, now: number): InstanceProgress[] {
    return [...this.live].map(([instance, { facts, deadline, sample, running }]) => ({
      instance,
      instanceType: facts.type,
      where: facts.where,
      lifeLeftSeconds: deadline === null ? null : Math.max(0, deadline - now),
      lifeSeconds: facts.lifeSeconds,
      cpuShare: sample?.cpuShare ?? null,
      memoryShare: sample ? sample.memoryUsedBytes / sample.memoryTotalBytes : null,
      fragment: running && {
        id: running.fragment.id,
        items: running.items,
        done: running.done,
        tasks: Object.keys(itemsByTask(workload, running.fragment.pieces)),
        predictedSeconds: running.fragment.predictedSeconds,
      },
    }));
  }
}
