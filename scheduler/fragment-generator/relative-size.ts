import type { Workload } from '../workload.ts';

/** An item is large if it is so many times the mean of its kind. */
const LARGE = 2;

/** How large items are beside others of their kind: all that can be said of tasks that were never run. */
export class RelativeSizes {
  private readonly workload: Workload;
  /** By the key of the task; 0 where no item has a cost. */
  private readonly largestCosts = new Map<string, number>();
  private readonly sums = new Map<string, { cost: number; count: number }>();

  constructor(workload: Workload) {
    this.workload = workload;
    for (const { key, cohorts } of workload.tasks) {
      const costs = cohorts.map(({ cost }) => cost ?? 0);
      this.largestCosts.set(
        key,
        costs.reduce((most, cost) => Math.max(most, cost), this.largestCosts.get(key) ?? 0),
      );
      const sum = this.sums.get(key) ?? { cost: 0, count: 0 };
      for (const { start, end, cost } of cohorts) {
        sum.cost += (end - start) * (cost ?? 0);
        sum.count += end - start;
      }
      this.sums.set(key, sum);
    }
  }

  /** From 0 to 1; 0 where there are no costs. */
  of(task: number, cohort: number): number {
    const { key, cohorts } = this.workload.tasks[task]!;
    const largest = this.largestCosts.get(key)!;
    return largest > 0 ? (cohorts[cohort]!.cost ?? 0) / largest : 0;
  }

  isLarge(task: number, cohort: number): boolean {
    const { key, cohorts } = this.workload.tasks[task]!;
    const { cost, count } = this.sums.get(key)!;
    return (cohorts[cohort]!.cost ?? 0) > (LARGE * cost) / count;
  }
}
