/** Beyond this much more, a cost counts as unseen: what a logarithm loses in rounding is not. */
const ROUNDING = 1e-9;

/** The costs that a task was seen with, as logarithms. */
export class CostRange {
  private least = Infinity;
  private most = -Infinity;
  private leastPositive = Infinity;
  private sum = 0;
  private weight = 0;
  private hasNull = false;

  /** False where some item had no cost, or none was seen yet: then no item's cost counts. */
  get isKnown(): boolean {
    return !this.hasNull && this.least <= this.most;
  }

  /** @returns ln of the cost, or what stands for it where it is not above 0; null where there is none */
  see(cost: number | null, weight: number): number | null {
    this.weight += weight;
    if (cost === null) {
      this.hasNull = true;
      return null;
    }
    if (cost > 0) this.leastPositive = Math.min(this.leastPositive, Math.log(cost));
    const x = this.logOf(cost);
    this.least = Math.min(this.least, x);
    this.most = Math.max(this.most, x);
    this.sum += x * weight;
    return x;
  }

  /** What a fit is asked with: ln of the cost; of an item without one the mean of the others; 0 where no cost counts. */
  position(cost: number | null): number {
    if (!this.isKnown) return 0;
    return cost === null ? this.sum / this.weight : this.logOf(cost);
  }

  /** How far such a cost is from all that were seen, as the logarithm of a factor. */
  outside(x: number): number {
    return this.isKnown ? Math.max(0, this.least - x, x - this.most) : 0;
  }

  /** True if such a cost lies between those that were seen. */
  holds(x: number): boolean {
    return this.outside(x) <= ROUNDING;
  }

  /** A cost of 0 is taken for half of the least positive one. */
  private logOf(cost: number): number {
    if (cost > 0) return Math.log(cost);
    return Number.isFinite(this.leastPositive) ? this.leastPositive - Math.LN2 : 0;
  }
}
