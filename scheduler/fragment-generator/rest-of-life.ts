import type { TaskQueue } from '../task-queue/task-queue.ts';
import { isNearEnd, type Bounds, type Demand, type Pool } from './demand.ts';
import type { Filling, Part } from './filling.ts';
import { CONFIDENT } from './in-order.ts';
import type { Prospects } from './prospects.ts';

/** What is left of a life is offered to at most so many cohorts, of different lengths. */
const FILLERS = 24;
/** Two cohorts are of different length if their items differ by so much. */
const DIFFERENT = 1.15;
/** After so many cohorts that are like others, no more are looked at. */
const ALIKE = 256;
/** Items are taken by so many safe points' worth of work, so that a safe point is worth its while. */
const UNIT_POINTS = 4;
/** A fragment holds no more items than that are reached with such a chance, … */
const LEAST_REACH = 0.02;
/** … nor more than take so many times the life that is left. */
const MOST_OVERFILL = 1.25;
const MOST_TAKEN = 4096;
/** Where a fresh instance can be had instead, so much of the time must be expected to become work; where not, anything will do. */
const LEAST_USE = { replaced: 0.85, fixed: 0.01 };

/** Alike items that an end of a life may be filled with. */
interface Filler {
  /** `count` items are taken at once. */
  unit: Part;
  left: number;
}

/**
 * Gives what is left of a life, after all that surely fits, to what makes best use of it: the items whose expected work, if
 * it ends in time, is the greatest share of the time that they would take.
 */
export class RestOfLife {
  private readonly queue: TaskQueue;
  private readonly prospects: Prospects;
  private readonly pool: Pool;

  constructor(queue: TaskQueue, prospects: Prospects, pool: Pool) {
    this.queue = queue;
    this.prospects = prospects;
    this.pool = pool;
  }

  addTo(filling: Filling, bounds: Bounds, demand: Demand): void {
    const { life } = bounds;
    const most = Math.min(MOST_OVERFILL * life, Math.max(life, demand.fairSeconds));
    const leastChance = isNearEnd(bounds, demand) && !filling.isEmpty ? CONFIDENT : 0;
    const fillers = this.fillers(filling, demand);
    for (let taken = 0; taken < MOST_TAKEN; taken++) {
      if (filling.chanceWithin(life) < LEAST_REACH || filling.seconds > most) return;
      const best = this.best(fillers, filling, life, leastChance, demand);
      if (!best) return;
      const { prediction, width } = best.unit;
      const count = Math.min(best.unit.count, best.left);
      if (this.pool.watchesDeadlines && filling.secondsWith(prediction, width, count, 0) > life) return;
      best.left -= count;
      filling.add({ ...best.unit, count });
    }
  }

  private best(
    fillers: readonly Filler[],
    filling: Filling,
    life: number,
    leastChance: number,
    { overheads }: Demand,
  ): Filler | null {
    let best: Filler | null = null;
    let bestUse = this.pool.replacesInstances ? LEAST_USE.replaced : LEAST_USE.fixed;
    const left = Math.max(1e-9, life - filling.seconds);
    for (const filler of fillers) {
      if (filler.left <= 0) continue;
      const { count, prediction, width } = filler.unit;
      const chance = filling.chanceOfOneMore(prediction, life);
      if (chance < leastChance) continue;
      const work = (count * prediction.seconds) / width;
      const time = chance * work + (1 - chance) * Math.max(left, work / 2) + overheads.safePointSeconds;
      const use = (chance * work) / time;
      if (use <= bestUse) continue;
      best = filler;
      bestUse = use;
    }
    return best;
  }

  /** Some ready cohorts of different lengths. */
  private fillers(filling: Filling, demand: Demand): Filler[] {
    const fillers: Filler[] = [];
    let alike = 0;
    for (const { task, cohort } of this.queue.readyCohorts()) {
      if (fillers.length >= FILLERS || alike > ALIKE) break;
      const left = this.leftFor(task, cohort, filling, demand);
      if (left <= 0 || this.prospects.isTooLateToTry(task, demand)) continue;
      const unit = this.prospects.part(task, cohort, 1, demand);
      if (!unit) continue;
      if (fillers.every((other) => areDifferent(other.unit, unit))) fillers.push(this.filler(unit, left, demand));
      else alike++;
    }
    return fillers;
  }

  /** Ready items of a cohort that are not in the fragment; of what is hardly known nothing is put at the end of one. */
  private leftFor(task: number, cohort: number, filling: Filling, { instance }: Demand): number {
    const allowed = this.prospects.allowedWhileLearning(task, this.prospects.width(task, instance));
    if (allowed < Infinity && !filling.isEmpty) return 0;
    return Math.min(allowed, this.queue.readyIn(task, cohort) - filling.itemsOf(task, cohort));
  }

  private filler(unit: Part, left: number, { overheads }: Demand): Filler {
    const worthwhile = (UNIT_POINTS * overheads.safePointSeconds * unit.width) / unit.prediction.seconds;
    return { unit: { ...unit, count: Math.max(1, Math.min(left, Math.floor(worthwhile))) }, left };
  }
}

function areDifferent(a: Part, b: Part): boolean {
  const ratio = a.prediction.seconds / b.prediction.seconds;
  return ratio > DIFFERENT || ratio < 1 / DIFFERENT;
}
