/** How well a run was predicted: the length of each fragment that ran to its end, beside what was expected of it. */
import type { ReportedFragment } from '../../scheduler/run/runs.ts';
import { counted, percent } from '../../scheduler/words.ts';

export interface Accuracy {
  /** Fragments that ran to their end: of those that were cut, nobody knows how long they would have taken. */
  fragments: number;
  /** Share of them that took as long as their 80 % band said. */
  insideBand: number;
  /** Median of |actual − expected| / actual. */
  medianError: number;
}

/** Null where no fragment ran to its end. */
export function accuracyOf(fragments: readonly ReportedFragment[]): Accuracy | null {
  const whole = fragments.flatMap(({ how, startSeconds, endSeconds, predictedSeconds }) =>
    how === 'done' && endSeconds !== null ? [{ seconds: endSeconds - startSeconds, ...predictedSeconds }] : [],
  );
  if (whole.length === 0) return null;
  const errors = whole.map(({ seconds, expected }) => Math.abs(seconds - expected) / Math.max(seconds, 1e-9));
  return {
    fragments: whole.length,
    insideBand: whole.filter(({ seconds, low, high }) => low <= seconds && seconds <= high).length / whole.length,
    medianError: median(errors),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A line for the terminal; none where there is nothing to tell. */
export function accuracyInWords(fragments: readonly ReportedFragment[]): string[] {
  const accuracy = accuracyOf(fragments);
  if (accuracy === null) return [];
  const { fragments: number, insideBand, medianError } = accuracy;
  return [
    `  predictions  of ${counted(number, 'whole fragment')} ${percent(insideBand)} fell into their 80 % band; half were off by under ${percent(medianError)}`,
  ];
}
