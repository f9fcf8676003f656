import type { ItemPrediction } from '../predictive-model/model.ts';
import { ItemMap } from '../task-queue/item-map.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Range } from '../workload.ts';
import { bestChanceToLive, chanceToLive, isFresh, type Bounds, type Demand } from './demand.ts';
import type { Filling, Part } from './filling.ts';
import type { LostItems, Outlook } from './lost-items.ts';
import type { Prospects } from './prospects.ts';

/** A lost item that is ready. */
interface Retry {
  task: number;
  position: number;
  part: Part;
  outlook: Outlook;
  /** What it is expected to take. */
  seconds: number;
}

/** Puts items that were lost with their instances, or handed back between two tries, into fragments again. */
export class Retries {
  private readonly queue: TaskQueue;
  private readonly prospects: Prospects;
  private readonly lost: LostItems;
  /** How often items failed, by task and position. */
  private readonly failedTries = new ItemMap<number>();

  constructor(queue: TaskQueue, prospects: Prospects, lost: LostItems) {
    this.queue = queue;
    this.prospects = prospects;
    this.lost = lost;
  }

  /** An item that failed so often goes on from there, wherever it is tried next. */
  failed(task: number, position: number, tries: number): void {
    this.failedTries.set(task, position, tries);
  }

  /** Those items have ended. */
  forget(task: number, items: Range): void {
    this.failedTries.delete(task, items);
    this.lost.forget(task, items);
  }

  /** Adds an even part of them, the longest first, where there is time for them. */
  addTo(filling: Filling, bounds: Bounds, demand: Demand): void {
    const retries = this.ready(bounds, demand);
    let left = Math.ceil(retries.length / demand.sharers);
    for (const { task, position, part, outlook } of retries) {
      if (left === 0 || filling.seconds >= bounds.size) return;
      if (!this.lost.isWorthATry(task, position, filling, outlook)) continue;
      filling.add(part);
      left--;
    }
  }

  /** For an instance that would be idle for the rest of its life, or has just begun it: adds the one with the best chance. */
  addAgainstOdds(filling: Filling, bounds: Bounds, demand: Demand): void {
    let best: Part | null = null;
    let bestChance = isFresh(bounds, demand) ? -1 : 0;
    for (const { task, position, part, outlook } of this.ready(bounds, demand)) {
      if (this.lost.isForOthers(task, position, outlook)) continue;
      const chance = this.lost.chance(task, position, filling, outlook);
      if (chance <= bestChance) continue;
      best = part;
      bestChance = chance;
    }
    if (best) filling.add(best);
  }

  private ready(bounds: Bounds, demand: Demand): Retry[] {
    const { instance, instanceTypes } = demand;
    const { life, wholeLife } = bounds;
    const conditions = {
      life,
      wholeLife,
      isFresh: isFresh(bounds, demand),
      instanceType: instance.type,
      instanceTypes,
      peers: demand.peers,
      chanceToLive: (from: number, seconds: number) => chanceToLive(demand, from, seconds),
      bestChanceToLive: (seconds: number) => bestChanceToLive(demand, seconds),
    };
    const retries = this.queue.readyApart().flatMap(({ task, position }) => {
      const cohort = this.queue.cohortOf(task, position);
      const part = this.prospects.part(task, cohort, 1, demand);
      if (!part) return [];
      const predict = (type: string): ItemPrediction => this.prospects.predict(task, cohort, demand, type);
      const outlook = { ...conditions, predict };
      const seconds = this.lost.expectedSeconds(task, position, outlook);
      const failedTries = this.failedTries.get(task, position) ?? 0;
      return { task, position, part: { ...part, position, failedTries }, outlook, seconds };
    });
    return retries.toSorted((a, b) => b.seconds - a.seconds);
  }
}
