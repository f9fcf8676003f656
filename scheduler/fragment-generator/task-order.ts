import type { Predictor } from '../predictive-model/model.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';
import { secondsAfter } from './critical-path.ts';
import { RelativeSizes } from './relative-size.ts';

/** By so much observations grow until the order is worked out anew. */
const REORDER = 1.2;
/** A task is known once so many of its items were seen. */
const KNOWN_ITEMS = 3;
/** What puts unknown tasks before all others, and leaves the order among them as it is: longer than any job, in seconds. */
const BEFORE_ALL = 1e12;

/**
 * Keeps the queue in the order of list scheduling: those cohorts first whose items, with the longest chain of work behind
 * them, take longest. What is not known yet comes before all: it may be long, and then it must not come last.
 */
export class TaskOrder {
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly model: Predictor;
  private readonly sizes: RelativeSizes;
  private observed = 0;
  /** How many observations there were when the order was last worked out. */
  private orderedAt = -1;

  constructor(workload: Workload, queue: TaskQueue, model: Predictor) {
    this.workload = workload;
    this.queue = queue;
    this.model = model;
    this.sizes = new RelativeSizes(workload);
  }

  /** To be called for each observation. */
  changed(): void {
    this.observed++;
  }

  /**
   * Works the order out anew after every few observations, fewer and fewer as more is known.
   * @param instanceType what most work will run on
   * @returns true if it did
   */
  update(instanceType: string): boolean {
    if (this.observed < REORDER * this.orderedAt) return false;
    this.orderedAt = Math.max(1, this.observed);
    const { tasks } = this.workload;
    const seconds = (task: number, cohort: number): number => {
      const { key, cohorts, estimateSeconds } = tasks[task]!;
      const { cost } = cohorts[cohort]!;
      return this.model.predict({ key, instanceType, cost, load: 0, idleSeconds: 0, estimateSeconds }).seconds;
    };
    const after = secondsAfter(this.workload, (task) => seconds(task, tasks[task]!.cohorts.length - 1));
    const isUnknown = (task: number): boolean => this.model.observations(tasks[task]!.key) < KNOWN_ITEMS;
    this.queue.prioritise(({ task, cohort }) => {
      const first = isUnknown(task) ? BEFORE_ALL + this.sizes.of(task, cohort) : 0;
      return first + after[task]! + seconds(task, cohort);
    });
    return true;
  }
}
