/** The chances at which the distribution of an item's run time is known; between them it is interpolated. */
export const KNOTS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99] as const;

/** Quantiles of the normal distribution at the knots: what is taken until residuals tell otherwise. */
export const NORMAL: readonly number[] = [
  -2.3263, -1.96, -1.6449, -1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.0364, 1.2816, 1.6449, 1.96,
  2.3263,
];

/** How far beyond the last outcome one is put that was still under way then, if none came later. */
const BEYOND = 0.5;

/** How much of a distribution each knot stands for. */
const SHARES = KNOTS.map((knot, i) => {
  const from = i === 0 ? 0 : (KNOTS[i - 1]! + knot) / 2;
  const to = i === KNOTS.length - 1 ? 1 : (knot + KNOTS[i + 1]!) / 2;
  return to - from;
});

/**
 * The latest normalised residuals, `(ln actual − ln predicted) / scale`, each from a prediction that was made before its
 * outcome was learnt. Their quantiles calibrate the next predictions (split conformal prediction with a moving window:
 * Papadopoulos et al. 2002; Lei et al. 2018).
 */
export class Residuals {
  /** In order of arrival, from `next` on once there are as many as fit. */
  private readonly values: Float64Array;
  private readonly isCensored: Uint8Array;
  private next = 0;
  /** The same in order of size: kept so, because quantiles are asked for far more often than residuals go. */
  private readonly sorted: Float64Array;
  private readonly isSortedCensored: Uint8Array;
  size = 0;

  /** @param capacity how many of the latest count */
  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
    this.isCensored = new Uint8Array(capacity);
    this.sorted = new Float64Array(capacity);
    this.isSortedCensored = new Uint8Array(capacity);
  }

  /** @param censored true if the outcome lies somewhere above */
  add(residual: number, censored = false): void {
    const flag = censored ? 1 : 0;
    if (this.size === this.values.length) this.remove(this.values[this.next]!, this.isCensored[this.next]!);
    this.insert(residual, flag);
    this.values[this.next] = residual;
    this.isCensored[this.next] = flag;
    this.next = (this.next + 1) % this.values.length;
  }

  /**
   * The quantiles at {@link KNOTS}, as if besides the residuals there had been `weight` more, distributed like `prior`.
   * Censored residuals give their weight to those above them (Efron's redistribution, which is the Kaplan–Meier estimate).
   *
   * @param prior quantiles at the knots
   */
  quantiles(prior: readonly number[], weight: number): number[] {
    const { sorted, isSortedCensored, size } = this;
    const total = size + weight;
    const quantiles: number[] = [];
    let atRisk = total;
    let inflation = 1;
    let below = 0;
    let lastRank = 0;
    let lastValue = Number.NaN;
    for (let own = 0, other = 0; own + other < size + prior.length;) {
      const isOwn = other === prior.length || (own < size && sorted[own]! < prior[other]!);
      const share = isOwn ? 1 : weight * SHARES[other]!;
      const censored = isOwn && isSortedCensored[own] === 1;
      let value = isOwn ? sorted[own++]! : prior[other++]!;
      atRisk -= share;
      if (censored) {
        if (own + other < size + prior.length) {
          inflation *= (atRisk + share) / atRisk;
          continue;
        }
        value += BEYOND;
      }
      const mass = share * inflation;
      const rank = (below + mass / 2) / total;
      below += mass;
      for (let knot = quantiles.length; knot < KNOTS.length && KNOTS[knot]! <= rank; knot++) {
        const part = (KNOTS[knot]! - lastRank) / (rank - lastRank);
        quantiles.push(Number.isNaN(lastValue) ? value : lastValue + part * (value - lastValue));
      }
      lastRank = rank;
      lastValue = value;
    }
    while (quantiles.length < KNOTS.length) quantiles.push(lastValue);
    return quantiles;
  }

  /** These residuals and some more whose outcomes lie somewhere above. */
  withCensored(more: readonly number[]): Residuals {
    const all = new Residuals(this.size + more.length);
    for (let i = 0; i < this.size; i++) all.add(this.sorted[i]!, this.isSortedCensored[i] === 1);
    for (const residual of more) all.add(residual, true);
    return all;
  }

  private insert(value: number, flag: number): void {
    // Of equal ones those that ended come first: what was cut short took longer.
    let at = this.placeOf(value);
    if (flag === 1) while (at < this.size && this.sorted[at] === value) at++;
    this.sorted.copyWithin(at + 1, at, this.size);
    this.isSortedCensored.copyWithin(at + 1, at, this.size);
    this.sorted[at] = value;
    this.isSortedCensored[at] = flag;
    this.size++;
  }

  private remove(value: number, flag: number): void {
    let at = this.placeOf(value);
    while (this.isSortedCensored[at] !== flag) at++;
    this.sorted.copyWithin(at, at + 1, this.size);
    this.isSortedCensored.copyWithin(at, at + 1, this.size);
    this.size--;
  }

  /** How many are less. */
  private placeOf(value: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
