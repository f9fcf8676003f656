import { quantileSeconds, type ItemPrediction } from './distribution.ts';
import type { Interval } from './prediction.ts';

/** Half an 80 % interval of a normal distribution, in standard deviations. */
const NORMAL_TENTH = 1.2816;

/** The 80 % interval of one item; where the mean lies beyond nine tenths of the items, it reaches up to the mean. */
export function itemInterval(prediction: ItemPrediction): Interval {
  const { seconds } = prediction;
  return {
    low: Math.min(quantileSeconds(prediction, 0.1), seconds),
    expected: seconds,
    high: Math.max(quantileSeconds(prediction, 0.9), seconds),
  };
}

/** The 80 % interval of the summed run times of many items. */
export function sumInterval(parts: readonly { prediction: ItemPrediction; count: number }[]): Interval {
  return intervalOf(parts.reduce((sum, { prediction, count }) => addItems(sum, prediction, count), NO_WORK));
}

/**
 * What has to be added up over items to know the 80 % interval of their summed run times. Single items' deviations are
 * independent and average out (`variance`); the level of alike items is off as a whole and does not (`level`).
 */
export interface WorkSum {
  /** Expected seconds. */
  expected: number;
  variance: number;
  level: number;
  /** The interval's bounds in spreads, weighted by expected seconds. */
  low: number;
  high: number;
}

export const NO_WORK: WorkSum = { expected: 0, variance: 0, level: 0, low: 0, high: 0 };

/** The sum with `count` alike items more. */
export function addItems(sum: WorkSum, prediction: ItemPrediction, count: number): WorkSum {
  const { seconds, within, level, bounds } = prediction;
  const expected = seconds * count;
  // A single item is distributed as it was observed to be, many together as a normal: skewness falls with the root of their number.
  const single = 1 / Math.sqrt(Math.max(1, count));
  return {
    expected: sum.expected + expected,
    variance: sum.variance + count * (within * seconds) ** 2,
    level: sum.level + level * expected,
    low: sum.low + (single * bounds.low - (1 - single) * NORMAL_TENTH) * expected,
    high: sum.high + (single * bounds.high + (1 - single) * NORMAL_TENTH) * expected,
  };
}

/** The 80 % interval of a sum. */
export function intervalOf({ expected, variance, level, low, high }: WorkSum): Interval {
  if (expected <= 0) return { low: 0, expected: 0, high: 0 };
  const spread = Math.sqrt(Math.max(0, variance) + level ** 2) / expected;
  return {
    low: expected * Math.exp(Math.min(0, low / expected) * spread),
    expected,
    high: expected * Math.exp(Math.min(Math.max(0, high / expected) * spread, 600)),
  };
}
