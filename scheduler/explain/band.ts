/** Where the truth fell, seen from an 80 % band. */
import type { Interval } from '../predictive-model/prediction.ts';
import { count, percent } from '../words.ts';

/** Outside the band, or inside it on the side of its expected value. */
export type Place = 'below' | 'lower' | 'upper' | 'above';

export function placeIn({ low, expected, high }: Interval, value: number): Place {
  if (value < low) return 'below';
  if (value > high) return 'above';
  return value < expected ? 'lower' : 'upper';
}

/** `inside the band, in its upper part, 7 % longer than expected`. */
export function placeInWords(band: Interval, seconds: number): string {
  return `${PLACES[placeIn(band, seconds)]}, ${differenceInWords(seconds, band.expected)}`;
}

const PLACES: Record<Place, string> = {
  below: 'shorter than the band',
  lower: 'inside the band, in its lower part',
  upper: 'inside the band, in its upper part',
  above: 'longer than the band',
};

/** `7 % longer than expected`, `3.2 times as long as expected`. */
export function differenceInWords(seconds: number, expected: number): string {
  if (expected <= 0) return 'where nothing was expected';
  const ratio = seconds / expected;
  if (ratio >= 2) return `${ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio)} times as long as expected`;
  if (Math.abs(ratio - 1) < 0.005) return 'as long as expected';
  return `${errorInWords(Math.abs(ratio - 1))} ${ratio > 1 ? 'longer' : 'shorter'} than expected`;
}

/** How far something is off, which may be by more than all of it: `0.9 %`, `7 %`, `218 %`. */
export const errorInWords = (share: number): string => (share < 0.0995 ? percent(share) : `${count(share * 100)} %`);
