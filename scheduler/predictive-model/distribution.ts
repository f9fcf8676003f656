import type { ItemPrediction } from './model.ts';

/** Half an 80 % interval of a normal distribution, in standard deviations. */
const NORMAL_TENTH = 1.2816;

/** The chance that one item ends within so many seconds. */
export function chanceWithin(prediction: ItemPrediction, seconds: number): number {
  if (seconds <= 0) return 0;
  const { within, level, bounds } = prediction;
  const score = Math.log(seconds / prediction.seconds) / Math.hypot(within, level);
  return normalCdf((NORMAL_TENTH * score) / (score < 0 ? -bounds.low : bounds.high));
}

/** The seconds within which an item ends with that chance, between 0 and 1. */
export function quantileSeconds(prediction: ItemPrediction, share: number): number {
  let low = 1e-12;
  let high = 1e15;
  while (high / low > 1.0001) {
    const middle = Math.sqrt(low * high);
    if (chanceWithin(prediction, middle) < share) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/** Φ by Abramowitz and Stegun 26.2.17 (1964); off by less than 1e-7. */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = 0.3989422804 * Math.exp((-z * z) / 2) * polynomial;
  return z < 0 ? tail : 1 - tail;
}
