import { normalCdf } from '../normal.ts';
import { chanceWithin } from '../predictive-model/distribution.ts';
import type { ItemPrediction } from '../predictive-model/model.ts';

/** Alike items in a fragment that is being made. */
export interface Part {
  task: number;
  cohort: number;
  /** The one item, if it is one that is handed out by itself. */
  position: number | null;
  /** How often that one failed before. */
  failedTries?: number;
  count: number;
  prediction: ItemPrediction;
  /** Items that run at once. */
  width: number;
}

/** Three points that stand for a normal distribution (Gauss–Hermite quadrature), in standard deviations. */
const NODES = [
  { at: -Math.sqrt(3), weight: 1 / 6 },
  { at: 0, weight: 2 / 3 },
  { at: Math.sqrt(3), weight: 1 / 6 },
];

/**
 * A fragment in the making: what is in it, and the distribution of the time that it takes. Single items' deviations are
 * independent and average out; the level of alike items is off as a whole and does not.
 */
export class Filling {
  readonly parts: Part[] = [];
  /** Expected seconds of the instance. */
  seconds = 0;
  /** How much of the instance its items hold if all run at once; as long as that is less than 1, more cost no time. */
  held = 0;
  private variance = 0;
  private level = 0;

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Items of a cohort that are in it. */
  itemsOf(task: number, cohort: number): number {
    return this.parts.reduce((sum, part) => sum + (part.task === task && part.cohort === cohort ? part.count : 0), 0);
  }

  /** Standard deviation of {@link seconds}. */
  get deviation(): number {
    return Math.sqrt(this.variance + this.level ** 2);
  }

  add(part: Part): void {
    const { count, prediction, width } = part;
    const { mean, variance } = side(prediction, width);
    this.parts.push(part);
    this.seconds += count * mean;
    this.held += count / width;
    this.variance += count * variance;
    this.level += count * mean * prediction.level;
  }

  /** The seconds with `count` more items, and how far they may be off: `sigmas` standard deviations more. */
  secondsWith(prediction: ItemPrediction, width: number, count: number, sigmas: number): number {
    const { mean, variance } = side(prediction, width);
    const deviation = Math.hypot(
      Math.sqrt(this.variance + count * variance),
      this.level + count * mean * prediction.level,
    );
    return this.seconds + count * mean + sigmas * deviation;
  }

  /** The chance that all of it ends within so many seconds. */
  chanceWithin(seconds: number): number {
    if (this.isEmpty) return seconds >= 0 ? 1 : 0;
    return normalCdf((seconds - this.seconds) / Math.max(this.deviation, 1e-9));
  }

  /** The chance that one more item ends within so many seconds, given that the fragment comes to it by then. */
  chanceOfOneMore(prediction: ItemPrediction, seconds: number): number {
    if (this.isEmpty) return chanceWithin(prediction, seconds);
    let chance = 0;
    let reached = 0;
    for (const { at, weight } of NODES) {
      const left = seconds - this.seconds - at * this.deviation;
      if (left <= 0) continue;
      reached += weight;
      chance += weight * chanceWithin(prediction, left);
    }
    return reached === 0 ? 0 : chance / reached;
  }
}

/** What one item more or less means where several run side by side: its share of the time, and the variance of that. */
function side({ seconds, within }: ItemPrediction, width: number): { mean: number; variance: number } {
  return { mean: seconds / width, variance: ((within * seconds) / width) ** 2 };
}
