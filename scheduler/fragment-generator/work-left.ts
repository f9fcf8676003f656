import {
  addItems,
  intervalOf,
  NO_WORK,
  type ItemPrediction,
  type Predictor,
  type WorkSum,
} from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';

/** A sum is exact enough while it is no smaller part than this of the largest number in it. */
const LEAST_OF_LARGEST = 1e-3;

/** Predictions of a task are used until so many times as many of its items were seen. */
const STALE = 1.03;

/** As much of an instance as decides how long its work takes. */
export type InstanceKind = Pick<InstanceRecord, 'type' | 'cpus' | 'memoryBytes'>;

/** Keeps the predicted work that no instance has yet, in seconds, up to date without looking at tasks that did not change. */
export class WorkLeft {
  private readonly perTask: WorkSum[];
  /** By cohort, with how many items of the task they rest on; null where they are to be made anew. */
  private readonly predictions: ({ seen: number; instanceType: string; byCohort: ItemPrediction[] } | null)[];
  private readonly readyPerTask: number[];
  private readonly dirty: Set<number>;
  private sum: WorkSum = NO_WORK;
  private readySum = 0;
  /** The most work of one task that was added since the sum was last made anew. */
  private largest = 0;
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly model: Predictor;
  private readonly instance: () => InstanceKind;

  /** @param instance what the work is counted for */
  constructor(workload: Workload, queue: TaskQueue, model: Predictor, instance: () => InstanceKind) {
    this.workload = workload;
    this.queue = queue;
    this.model = model;
    this.instance = instance;
    this.perTask = workload.tasks.map(() => NO_WORK);
    this.predictions = workload.tasks.map(() => null);
    this.readyPerTask = workload.tasks.map(() => 0);
    this.dirty = new Set(workload.tasks.keys());
  }

  /** To be called when a task's predictions changed; what becomes of its items the queue tells. */
  changed(task: number): void {
    this.predictions[task] = null;
    this.dirty.add(task);
  }

  /** To be called when so much was learnt that the predictions of all tasks may have changed. */
  allChanged(): void {
    for (const task of this.perTask.keys()) this.changed(task);
  }

  /** Expected seconds that one instance would need for it, with as many items at once as it has room for. */
  seconds(): number {
    this.update();
    return Math.max(0, this.sum.expected);
  }

  /** The same of what is ready. */
  readySeconds(): number {
    this.update();
    return Math.max(0, this.readySum);
  }

  /** The same with its 80 % interval. */
  interval(): Interval {
    this.update();
    return intervalOf(this.sum);
  }

  private update(): void {
    for (const task of this.queue.takeChanged()) this.dirty.add(task);
    for (const task of this.dirty) {
      const work = this.ofTask(task);
      const before = this.perTask[task]!;
      const ready = work.expected * this.readyShare(task);
      this.sum = combine(combine(this.sum, before, -1), work, 1);
      this.readySum += ready - this.readyPerTask[task]!;
      this.perTask[task] = work;
      this.readyPerTask[task] = ready;
      this.largest = Math.max(this.largest, before.expected, work.expected);
    }
    this.dirty.clear();
    if (this.sum.expected < LEAST_OF_LARGEST * this.largest) this.addUp();
    if (this.queue.unassigned === 0) this.sum = NO_WORK;
    if (this.queue.ready === 0) this.readySum = 0;
  }

  /** Small numbers are lost beside a large one that was added and taken away again: then all is added up anew. */
  private addUp(): void {
    this.sum = this.perTask.reduce((sum, work) => combine(sum, work, 1), NO_WORK);
    this.readySum = this.readyPerTask.reduce((sum, seconds) => sum + seconds, 0);
    this.largest = this.perTask.reduce((largest, { expected }) => Math.max(largest, expected), 0);
  }

  private readyShare(task: number): number {
    const unassigned = this.queue.unassignedOf(task);
    return unassigned === 0 ? 0 : this.queue.readyOf(task) / unassigned;
  }

  private ofTask(index: number): WorkSum {
    if (this.queue.unassignedOf(index) === 0) return NO_WORK;
    const predictions = this.predictionsOf(index);
    const width = Math.max(1, concurrency(this.instance(), this.workload.tasks[index]!.needs));
    let work = NO_WORK;
    for (let cohort = 0; cohort < predictions.length; cohort++) {
      const count = this.queue.unassignedIn(index, cohort) / width;
      if (count > 0) work = addItems(work, predictions[cohort]!, count);
    }
    return work;
  }

  /** Of each cohort of a task. */
  private predictionsOf(index: number): readonly ItemPrediction[] {
    const { key, cohorts, estimateSeconds } = this.workload.tasks[index]!;
    const seen = this.model.observations(key);
    const { type: instanceType } = this.instance();
    const known = this.predictions[index];
    if (known?.instanceType === instanceType && seen <= STALE * known.seen) return known.byCohort;
    const byCohort = cohorts.map(({ cost }) =>
      this.model.predict({ key, instanceType, cost, load: 0, idleSeconds: 0, estimateSeconds }),
    );
    this.predictions[index] = { seen, instanceType, byCohort };
    return byCohort;
  }
}

function combine(a: WorkSum, b: WorkSum, sign: 1 | -1): WorkSum {
  return {
    expected: a.expected + sign * b.expected,
    variance: a.variance + sign * b.variance,
    level: a.level + sign * b.level,
    low: a.low + sign * b.low,
    high: a.high + sign * b.high,
  };
}
