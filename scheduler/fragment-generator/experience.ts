import type { Predictor } from '../predictive-model/model.ts';
import type { Workload } from '../workload.ts';

/** Items are of one kind if their costs fall into the same so many parts of a doubling. */
const KINDS_PER_DOUBLING = 2;

/**
 * How many items of a kind have been seen. A model may be sure of items that it knows from others alone; the fragments
 * that hold them commit in small steps all the same until some of that very kind are done.
 */
export class Experience {
  private readonly workload: Workload;
  private readonly model: Predictor;
  /** Items that earlier runs had seen, by the key of their task. */
  private readonly past: ReadonlyMap<string, number>;
  private readonly seenHere = new Map<string, number>();

  constructor(workload: Workload, model: Predictor) {
    this.workload = workload;
    this.model = model;
    this.past = new Map(workload.tasks.map(({ key }) => [key, model.observations(key)]));
  }

  kindOf(task: number, cohort: number): string {
    const { key, cohorts } = this.workload.tasks[task]!;
    const { cost } = cohorts[cohort]!;
    return cost !== null && cost > 0 ? `${key} of size ${Math.round(KINDS_PER_DOUBLING * Math.log2(cost))}` : key;
  }

  seen(task: number, cohort: number): number {
    const { key } = this.workload.tasks[task]!;
    const kind = this.kindOf(task, cohort);
    if (kind === key) return this.model.observations(key);
    return (this.past.get(key) ?? 0) + (this.seenHere.get(kind) ?? 0);
  }

  add(task: number, cohort: number, items: number): void {
    const kind = this.kindOf(task, cohort);
    this.seenHere.set(kind, (this.seenHere.get(kind) ?? 0) + items);
  }
}
