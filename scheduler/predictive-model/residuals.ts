/** The chances at which the distribution of an item's run time is known; between them it is interpolated. */
export const KNOTS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99] as const;

/** Quantiles of the normal distribution at the knots: what is taken until residuals tell otherwise. */
export const NORMAL: readonly number[] = [
  -2.3263, -1.96, -1.6449, -1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.0364, 1.2816, 1.6449, 1.96,
  2.3263,
];

/** How far beyond the last outcome one is put that was still under way then, if none came later. */
const BEYOND = 0.5;

/**
 * The latest normalised residuals, `(ln actual − ln predicted) / scale`, each from a prediction that was made before its
 * outcome was learnt. Their quantiles calibrate the next predictions (split conformal prediction with a moving window:
 * Papadopoulos et al. 2002; Lei et al. 2018).
 */
export class Residuals {
  private readonly values: Float64Array;
  private readonly isCensored: Uint8Array;
  private next = 0;
  size = 0;

  /** @param capacity how many of the latest count */
  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
    this.isCensored = new Uint8Array(capacity);
  }

  /** @param censored true if the outcome lies somewhere above */
  add(residual: number, censored = false): void {
    this.values[this.next] = residual;
    this.isCensored[this.next] = censored ? 1 : 0;
    this.next = (this.next + 1) % this.values.length;
    this.size = Math.min(this.size + 1, this.values.length);
  }

  /**
   * The quantiles at {@link KNOTS}, as if besides the residuals there had been `weight` more, distributed like `prior`.
   * Censored residuals give their weight to those above them (Efron's redistribution, which is the Kaplan–Meier estimate).
   */
  quantiles(prior: readonly number[], weight: number): number[] {
    const points = this.points(prior, weight);
    let total = 0;
    for (const point of points) total += point.weight;
    let atRisk = total;
    let inflation = 1;
    const values: number[] = [];
    const ranks: number[] = [];
    let below = 0;
    for (const [i, point] of points.entries()) {
      const isLast = i === points.length - 1;
      atRisk -= point.weight;
      if (point.isCensored && !isLast) {
        inflation *= (atRisk + point.weight) / atRisk;
        continue;
      }
      const mass = point.weight * inflation;
      values.push(point.value + (point.isCensored ? BEYOND : 0));
      ranks.push((below + mass / 2) / total);
      below += mass;
    }
    return KNOTS.map((knot) => interpolate(ranks, values, knot));
  }

  private points(prior: readonly number[], weight: number): { value: number; weight: number; isCensored: boolean }[] {
    const points = prior.map((value, i) => ({ value, weight: weight * share(i), isCensored: false }));
    for (let i = 0; i < this.size; i++) {
      points.push({ value: this.values[i]!, weight: 1, isCensored: this.isCensored[i] === 1 });
    }
    return points.toSorted((a, b) => a.value - b.value);
  }
}

/** How much of a distribution a knot stands for. */
function share(knot: number): number {
  const from = knot === 0 ? 0 : (KNOTS[knot - 1]! + KNOTS[knot]!) / 2;
  const to = knot === KNOTS.length - 1 ? 1 : (KNOTS[knot]! + KNOTS[knot + 1]!) / 2;
  return to - from;
}

function interpolate(xs: readonly number[], ys: readonly number[], at: number): number {
  let high = xs.findIndex((x) => x >= at);
  if (high === 0) return ys[0]!;
  if (high < 0) return ys.at(-1)!;
  while (high > 1 && xs[high] === xs[high - 1]) high--;
  const part = (at - xs[high - 1]!) / (xs[high]! - xs[high - 1]!);
  return ys[high - 1]! + part * (ys[high]! - ys[high - 1]!);
}
