/** A predicted quantity, in the unit of its name: `low` and `high` bound an 80 % interval, `expected` is the mean. */
export interface Interval {
  low: number;
  expected: number;
  high: number;
}
