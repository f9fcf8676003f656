/** How many of the latest scores count: enough for a tenth, few enough to follow a drift. */
const WINDOW = 200;
/** Below so many scores the normal distribution stands in. */
const ENOUGH = 10;
const NORMAL_TENTH = 1.2816;

/**
 * Makes intervals hold what they promise, whatever the model's own idea of its spread is worth: split conformal prediction
 * on normalised residuals (Papadopoulos et al. 2002; Lei et al. 2018, "Distribution-Free Predictive Inference for
 * Regression"), with a moving window in place of the split, since samples come one after the other and drift.
 *
 * A score is `(ln actual − ln predicted) / spread`. The tenth and ninetieth percentile of recent scores are the factors
 * that an 80 % interval needs.
 */
export class Calibration {
  private scores: number[] = [];
  private inside: boolean[] = [];
  private errors: number[] = [];
  private factors: { low: number; high: number } | null = null;

  /** Takes in what came of a prediction. Call it before the model learns from the same sample. */
  record(predicted: number, actual: number, spread: number): void {
    const score = (Math.log(actual) - Math.log(predicted)) / spread;
    const { low, high } = this.bounds();
    push(this.inside, score >= low && score <= high);
    push(this.errors, Math.abs(predicted - actual) / actual);
    push(this.scores, score);
    this.factors = null;
  }

  /** How many spreads below and above the prediction (in logarithms) an 80 % interval begins and ends. */
  bounds(): { low: number; high: number } {
    this.factors ??= this.scores.length < ENOUGH ? { low: -NORMAL_TENTH, high: NORMAL_TENTH } : this.percentiles();
    return this.factors;
  }

  /** Share of recent outcomes inside their interval; null before there are any. */
  get coverage(): number | null {
    return this.inside.length === 0 ? null : this.inside.filter(Boolean).length / this.inside.length;
  }

  /** Median of |predicted − actual| / actual; null before there is any. */
  get medianError(): number | null {
    if (this.errors.length === 0) return null;
    const sorted = this.errors.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1]!;
  }

  /** The finite-sample corrected ranks: the k-th smallest of n with k = ⌈(n + 1) · q⌉. */
  private percentiles(): { low: number; high: number } {
    const sorted = this.scores.toSorted((a, b) => a - b);
    const n = sorted.length;
    const high = sorted[Math.min(n, Math.ceil((n + 1) * 0.9)) - 1]!;
    const low = sorted[Math.max(1, Math.floor((n + 1) * 0.1)) - 1]!;
    return { low: Math.min(low, 0), high: Math.max(high, 0) };
  }
}

function push<T>(window: T[], value: T): void {
  window.push(value);
  if (window.length > WINDOW) window.shift();
}
