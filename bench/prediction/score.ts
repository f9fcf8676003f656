/** What predictions are judged by. */
export class Score {
  private readonly errors: number[] = [];
  private inside = 0;
  private within = 0;
  private predictedSum = 0;
  private actualSum = 0;

  /** A point prediction: |predicted − actual| / actual. */
  point(predicted: number, actual: number): void {
    this.errors.push(Math.abs(predicted - actual) / actual);
  }

  /** An 80 % interval, and the mean of it. */
  interval({ low, expected, high }: { low: number; expected: number; high: number }, actual: number): void {
    this.within++;
    if (actual >= low && actual <= high) this.inside++;
    this.predictedSum += expected;
    this.actualSum += actual;
  }

  merge(other: Score): void {
    for (const error of other.errors) this.errors.push(error);
    this.inside += other.inside;
    this.within += other.within;
    this.predictedSum += other.predictedSum;
    this.actualSum += other.actualSum;
  }

  get count(): number {
    return this.errors.length;
  }

  /** The error that so large a share of predictions stays below; NaN if there are none. */
  error(share: number): number {
    const sorted = Float64Array.from(this.errors).toSorted();
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  }

  /** Share of outcomes inside their 80 % interval. */
  get coverage(): number {
    return this.inside / this.within;
  }

  /** Sum of the predicted means over the sum of what came. */
  get sumRatio(): number {
    return this.predictedSum / this.actualSum;
  }
}
