/** A predicted quantity, in the unit of its name: `low` and `high` bound an 80 % interval, `expected` is the mean. */
export interface Interval {
  low: number;
  expected: number;
  high: number;
}

/** What a prediction rests on, in the order of trust. */
export interface PredictionBasis {
  kind: 'observed' | 'sibling' | 'estimate' | 'guess';
  /** Items seen, in this run and before. */
  observations: number;
  /** The family that predicts at present: `linear in cost`, `mean`, … */
  model: string;
  /** Median of |predicted − actual| / actual over recent items; null before there are any. */
  medianError: number | null;
  /** Share of recent items that fell into their 80 % interval; null before there are any. */
  coverage: number | null;
}
