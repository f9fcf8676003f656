import type { Predictor } from '../predictive-model/model.ts';
import { concurrency, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';

/** As much of an instance as decides how long its work takes. */
export type InstanceKind = Pick<InstanceRecord, 'type' | 'cpus' | 'memoryBytes'>;

/** Keeps the predicted work that no instance has yet, in seconds, up to date without looking at tasks that did not change. */
export class WorkLeft {
  private readonly seconds: number[];
  private readonly dirty: Set<number>;
  private sum = 0;
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
    this.seconds = workload.tasks.map(() => 0);
    this.dirty = new Set(workload.tasks.keys());
  }

  /** To be called whenever items of the task were taken, given back or settled, or its predictions changed. */
  changed(task: number): void {
    this.dirty.add(task);
  }

  /** Seconds that one instance would need for it, with as many items at once as it has room for. */
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
    const instance = this.instance();
    let seconds = 0;
    for (const [cohort, { cost }] of task.cohorts.entries()) {
      const count = this.queue.unassignedIn(index, cohort);
      if (count === 0) continue;
      seconds +=
        count *
        this.model.predict({
          key: task.key,
          instanceType: instance.type,
          cost,
          load: 0,
          idleSeconds: 0,
          estimateSeconds: task.estimateSeconds,
        }).seconds;
    }
    return seconds / Math.max(1, concurrency(instance, task.needs));
  }
}
