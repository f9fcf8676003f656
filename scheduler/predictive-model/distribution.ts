import { KNOTS } from './residuals.ts';

/** One item's predicted run time as a distribution. */
export interface ItemPrediction {
  /** Expected seconds: what sums are made of. */
  seconds: number;
  /** What half of such items stay below. Less than the mean where some take far longer than most. */
  medianSeconds: number;
  /** Standard deviation of single items around their common level, as a share of the mean: it averages out in a fragment. */
  within: number;
  /** The same of that level around the prediction: it does not. */
  level: number;
  /** Where an 80 % interval of one item begins and ends: ln of its seconds over the mean, in units of hypot(within, level). */
  bounds: { low: number; high: number };
  /** ln seconds at the {@link KNOTS} are ln of the median + scale · (table − the table's median). */
  scale: number;
  /** Quantiles of normalised residuals; shared by all predictions of a task. */
  table: readonly number[];
}

/** Where in a table of quantiles these are. */
export const MEDIAN = KNOTS.indexOf(0.5);
export const TENTH = KNOTS.indexOf(0.1);
export const NINE_TENTHS = KNOTS.indexOf(0.9);
/** A tail falls by half over at least this many units. */
const LEAST_TAIL = 0.05;
/** Beyond this, e to the power of it is no number any more. */
const MOST_LOG = 600;

/** What is predicted where nothing was observed: a median (its logarithm), by how much it may be off, and how much items differ. */
export function distributionOf(log: number, scale: number, table: readonly number[], within: number): ItemPrediction {
  const seconds = bounded(log);
  const level = Math.sqrt(Math.max(scale ** 2 - within ** 2, 0.01));
  return withBounds({ seconds, medianSeconds: seconds, within, level, scale, table: centred(table) });
}

/** Quantiles moved so that half lies below 0. */
export function centred(table: readonly number[]): readonly number[] {
  const middle = table[MEDIAN]!;
  return middle === 0 ? table : table.map((value) => value - middle);
}

/** Adds what an 80 % interval of the mean is made from. */
export function withBounds(prediction: Omit<ItemPrediction, 'bounds'>): ItemPrediction {
  const { seconds, medianSeconds, within, level, scale, table } = prediction;
  const spread = Math.hypot(within, level);
  const skew = Math.log(medianSeconds / seconds) - scale * table[MEDIAN]!;
  const bounds = { low: (scale * table[TENTH]! + skew) / spread, high: (scale * table[NINE_TENTHS]! + skew) / spread };
  return { ...prediction, bounds };
}

/** e to the power of it, kept a finite number above 0. */
export function bounded(log: number): number {
  return Math.exp(Math.min(Math.max(log, -MOST_LOG), MOST_LOG));
}

/** The chance that one item ends within so many seconds. */
export function chanceWithin({ medianSeconds, scale, table }: ItemPrediction, seconds: number): number {
  if (!(seconds > 0)) return 0;
  return cdf(table, Math.log(seconds / medianSeconds) / scale + table[MEDIAN]!);
}

/** The seconds within which an item ends with that chance, between 0 and 1. */
export function quantileSeconds({ medianSeconds, scale, table }: ItemPrediction, share: number): number {
  return bounded(Math.log(medianSeconds) + scale * (quantile(table, share) - table[MEDIAN]!));
}

/** Share of a distribution below a value, given its quantiles at the knots: linear between them, exponential tails beyond. */
export function cdf(table: readonly number[], value: number): number {
  const last = KNOTS.length - 1;
  if (value < table[0]!) return KNOTS[0] * Math.exp((value - table[0]!) / lowTail(table));
  if (value >= table[last]!) return 1 - (1 - KNOTS[last]!) * Math.exp((table[last]! - value) / highTail(table));
  let i = 1;
  while (table[i]! <= value) i++;
  const part = (value - table[i - 1]!) / (table[i]! - table[i - 1]!);
  return KNOTS[i - 1]! + part * (KNOTS[i]! - KNOTS[i - 1]!);
}

/** The inverse of {@link cdf}. */
export function quantile(table: readonly number[], share: number): number {
  const last = KNOTS.length - 1;
  const chance = Math.min(Math.max(share, 1e-9), 1 - 1e-9);
  if (chance < KNOTS[0]) return table[0]! + lowTail(table) * Math.log(chance / KNOTS[0]);
  if (chance >= KNOTS[last]!) return table[last]! - highTail(table) * Math.log((1 - chance) / (1 - KNOTS[last]!));
  let i = 1;
  while (KNOTS[i]! <= chance) i++;
  const part = (chance - KNOTS[i - 1]!) / (KNOTS[i]! - KNOTS[i - 1]!);
  return table[i - 1]! + part * (table[i]! - table[i - 1]!);
}

function lowTail(table: readonly number[]): number {
  return Math.max((table[1]! - table[0]!) / Math.log(KNOTS[1] / KNOTS[0]), LEAST_TAIL);
}

function highTail(table: readonly number[]): number {
  const last = KNOTS.length - 1;
  const fall = Math.log((1 - KNOTS[last - 1]!) / (1 - KNOTS[last]!));
  return Math.max((table[last]! - table[last - 1]!) / fall, LEAST_TAIL);
}

/** Φ by Abramowitz and Stegun 26.2.17 (1964); off by less than 1e-7. */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = 0.3989422804 * Math.exp((-z * z) / 2) * polynomial;
  return z < 0 ? tail : 1 - tail;
}
