/** Over how many of the latest observations. */
const WINDOW = 200;

/** How good a task's predictions have been, for those who read about it. */
export class TrackRecord {
  private readonly errors: number[] = [];
  private readonly inside: boolean[] = [];

  /**
   * @param error |predicted − actual| / actual
   * @param isInside whether the outcome was inside of its 80 % interval
   */
  add(error: number, isInside: boolean): void {
    this.errors.push(error);
    this.inside.push(isInside);
    if (this.errors.length <= WINDOW) return;
    this.errors.shift();
    this.inside.shift();
  }

  /** Null before there was any. */
  get medianError(): number | null {
    if (this.errors.length === 0) return null;
    return this.errors.toSorted((a, b) => a - b)[this.errors.length >> 1]!;
  }

  /** Share of outcomes inside of their 80 % intervals; null before there was any. */
  get coverage(): number | null {
    return this.inside.length === 0 ? null : this.inside.filter(Boolean).length / this.inside.length;
  }
}
