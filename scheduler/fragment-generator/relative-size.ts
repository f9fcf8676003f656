import type { Workload } from '../workload.ts';

/** An item is large if it is so many times the mean of its kind. */
const LARGE = 2;

/** Of all items of a kind. */
interface Costs {
  largest: number;
  sum: number;
  count: number;
}

/** How large items are beside others of their kind: all that can be said of tasks that were never run. */
export class RelativeSizes {
  private readonly workload: Workload;
  /** By the key of the task; costs are 0 where there are none. */
  private readonly kinds = new Map<string, Costs>();

  constructor(workload: Workload) {
    this.workload = workload;
    for (const { key, cohorts } of workload.tasks) {
      const costs = this.kinds.get(key) ?? { largest: 0, sum: 0, count: 0 };
      this.kinds.set(key, costs);
      for (const { start, end, cost } of cohorts) {
        costs.largest = Math.max(costs.largest, cost ?? 0);
        costs.sum += (end - start) * (cost ?? 0);
        costs.count += end - start;
      }
    }
  }

  /** The item's cost as a share of the largest, from 0 to 1; 0 where there are no costs. */
  of(task: number, cohort: number): number {
    const { cost, costs } = this.costsOf(task, cohort);
    return costs.largest > 0 ? cost / costs.largest : 0;
  }

  isLarge(task: number, cohort: number): boolean {
    const { cost, costs } = this.costsOf(task, cohort);
    return cost > (LARGE * costs.sum) / costs.count;
  }

  private costsOf(task: number, cohort: number): { cost: number; costs: Costs } {
    const { key, cohorts } = this.workload.tasks[task]!;
    return { cost: cohorts[cohort]!.cost ?? 0, costs: this.kinds.get(key)! };
  }
}
