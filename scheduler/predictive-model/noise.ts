/** How many observations the siblings' noise is worth. */
const PRIOR = 3;
/** Share of the past that each new sample leaves of the noise, and of the covariance. */
const MEMORY = 0.98;
const COVARIANCE_MEMORY = 0.95;
/** Residuals further off than this many standard deviations count as if they were not. */
export const WILD = 4;

/** How far items are from what was predicted, in logarithms, recent ones counting more. */
export class Noise {
  private sum = 0;
  private weight = 0;
  private last = 0;
  private product = 0;

  /** Variance of a task's items around predictions. @param sibling that of other tasks */
  variance(sibling: number): number {
    return (PRIOR * sibling + this.sum) / (PRIOR + this.weight);
  }

  /** Covariance of one residual with the next: how far the level of the task is off, squared. */
  get covariance(): number {
    return this.product;
  }

  /**
   * @param scale that was predicted
   * @param spread variance among the items of the observation
   */
  learn(residual: number, scale: number, spread: number): void {
    const most = WILD * scale;
    const clipped = Math.min(Math.max(residual, -most), most);
    this.product += (1 - COVARIANCE_MEMORY) * (clipped * this.last - this.product);
    this.last = clipped;
    this.sum = MEMORY * this.sum + (clipped ** 2 + spread);
    this.weight = MEMORY * this.weight + 1;
  }
}
