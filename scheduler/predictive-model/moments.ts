import { bounded } from './distribution.ts';
import { WILD } from './noise.ts';
import type { Observation } from './observation.ts';

/** Share of the past that each new sample leaves. */
const MEMORY = 0.995;
/** How many items a normal distribution is worth. */
const PRIOR = 4;
/** No mean is believed that is so many times the prediction, nor a single item that is. */
const MOST_RATIO = 1000;
/** Items in one observation count as no more than so many. */
const MOST_ITEMS = 64;

/**
 * Mean and mean square of items over what the typical item was predicted to take, each weighted by that prediction: so the
 * means are right in sum, to which large items contribute most.
 */
export class Moments {
  private weight = 0;
  private count = 0;
  private first = 0;
  private second = 0;

  /** @param y ln seconds predicted of the typical item, and by how much it may be off */
  learn(y: number, scale: number, { count, seconds, squaredSeconds }: Observation): void {
    const most = Math.min(MOST_RATIO, Math.exp(WILD * scale));
    const typical = bounded(y);
    const weight = Math.min(count, MOST_ITEMS) * typical;
    const ratio = Math.min(seconds / count / typical, most);
    const square = Math.min(squaredSeconds / count / typical / typical, most ** 2);
    this.weight = MEMORY * this.weight + weight;
    this.count = MEMORY * this.count + count;
    this.first = MEMORY * this.first + weight * ratio;
    this.second = MEMORY * this.second + weight * Math.max(square, ratio ** 2);
  }

  /** Mean and mean square; those of a log-normal distribution of that scale as far as there were few items. */
  ratios(scale: number): { first: number; second: number } {
    const prior = this.count === 0 ? 1 : (PRIOR * this.weight) / this.count;
    const square = Math.min(scale ** 2, 1);
    const total = this.weight + prior;
    return {
      first: (this.first + prior * Math.exp(square / 2)) / total,
      second: (this.second + prior * Math.exp(2 * square)) / total,
    };
  }
}
