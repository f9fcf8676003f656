/** A cohort of a task: what the fragment generator chooses among. */
export interface CohortRef {
  task: number;
  cohort: number;
}

/**
 * Which cohorts have ready items, in order of priority. Cohorts are numbered through all tasks, in the order of the
 * workload; of two with the same priority the lower number comes first.
 */
export class ReadyOrder {
  private readonly refs: readonly CohortRef[];
  private readonly priorities: Float64Array;
  /** Numbers of the ready ones, highest priority first. */
  private sorted: number[] = [];

  constructor(refs: readonly CohortRef[]) {
    this.refs = refs;
    this.priorities = new Float64Array(refs.length);
  }

  get size(): number {
    return this.sorted.length;
  }

  /** The ready ones, highest priority first. Stops being valid with the next change. */
  *[Symbol.iterator](): Generator<CohortRef> {
    for (const number of this.sorted) yield this.refs[number]!;
  }

  /** Keeps a cohort's place true to whether it has ready items. */
  set(number: number, isReady: boolean): void {
    const place = this.placeOf(number);
    const isListed = this.sorted[place] === number;
    if (isReady && !isListed) this.sorted.splice(place, 0, number);
    if (!isReady && isListed) this.sorted.splice(place, 1);
  }

  priorityOf(number: number): number {
    return this.priorities[number]!;
  }

  /** Gives all cohorts new priorities. */
  prioritise(priority: (ref: CohortRef) => number): void {
    for (const [number, ref] of this.refs.entries()) this.priorities[number] = priority(ref);
    this.sorted.sort((a, b) => this.priorities[b]! - this.priorities[a]! || a - b);
  }

  private placeOf(number: number): number {
    const priority = this.priorities[number]!;
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.sorted[middle]!;
      const isBefore = this.priorities[other]! > priority || (this.priorities[other] === priority && other < number);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
