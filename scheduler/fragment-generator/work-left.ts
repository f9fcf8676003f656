import type { Predictor } from '../predictive-model/model.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';

/** Keeps the predicted work that no instance has yet, in seconds, up to date without looking at tasks that did not change. */
export class WorkLeft {
  private readonly seconds: number[];
  private readonly dirty: Set<number>;
  private sum = 0;
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly model: Predictor;
  private readonly instanceType: () => string;

  /** @param instanceType the type of instance that the work is counted for, as far as is known */
  constructor(workload: Workload, queue: TaskQueue, model: Predictor, instanceType: () => string) {
    this.workload = workload;
    this.queue = queue;
    this.model = model;
    this.instanceType = instanceType;
    this.seconds = workload.tasks.map(() => 0);
    this.dirty = new Set(workload.tasks.keys());
  }

  /** To be called whenever items of the task were taken, given back or settled, or its predictions changed. */
  changed(task: number): void {
    this.dirty.add(task);
  }

  /** Seconds of run time on one instance, items one after the other. */
  total(): number {
    for (const task of this.dirty) {
      const seconds = this.ofTask(task);
      this.sum += seconds - this.seconds[task]!;
      this.seconds[task] = seconds;
    }
    this.dirty.clear();
    return Math.max(0, this.sum);
  }

  private ofTask(index: number): number {
    const task = this.workload.tasks[index]!;
    let seconds = 0;
    for (const [cohort, { cost }] of task.cohorts.entries()) {
      const count = this.queue.unassignedIn(index, cohort);
      if (count === 0) continue;
      seconds +=
        count *
        this.model.predict({
          key: task.key,
          instanceType: this.instanceType(),
          cost,
          load: 0,
          idleSeconds: 0,
          estimateSeconds: task.estimateSeconds,
        }).seconds;
    }
    return seconds;
  }
}
