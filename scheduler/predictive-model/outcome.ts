import type { Observation } from './observation.ts';

/** Items in one observation count as no more than so many. */
const MOST_ITEMS = 8;

/** Points of a normal distribution that stand for the items of an observation: its quantiles at (i − ½) / count. */
const SPREAD_OUT: readonly (readonly number[])[] = [
  [],
  [0],
  [-0.6745, 0.6745],
  [-0.9674, 0, 0.9674],
  [-1.1503, -0.3186, 0.3186, 1.1503],
  [-1.2816, -0.5244, 0, 0.5244, 1.2816],
  [-1.383, -0.6745, -0.2104, 0.2104, 0.6745, 1.383],
  [-1.4652, -0.7916, -0.3661, 0, 0.3661, 0.7916, 1.4652],
  [-1.5341, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.5341],
];

/** What an observation says of the items in it, in logarithms. */
export interface Outcome {
  /** ln seconds of the typical item: the mean is above it where items differ. */
  y: number;
  /** Variance of ln seconds among the items of the observation. */
  spread: number;
  /** How much it counts in a fit: more for many items. */
  weight: number;
}

/** Takes items to be distributed log-normally: of more than their sum and the sum of squares nothing is known. */
export function outcomeOf({ count, seconds, squaredSeconds }: Observation): Outcome {
  const mean = Math.log(seconds / count);
  const relative = count > 1 ? Math.max(0, (squaredSeconds / count) * Math.exp(-2 * mean) - 1) : 0;
  const spread = Math.log1p(relative);
  return { y: mean - spread / 2, spread, weight: 1 + Math.log2(Math.min(count, MOST_ITEMS)) };
}

/** Standardised deviations that stand for so many items' own. */
export function standInsFor(count: number): readonly number[] {
  return SPREAD_OUT[Math.min(count, MOST_ITEMS)] ?? SPREAD_OUT.at(-1)!;
}
