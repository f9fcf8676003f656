import type { InstanceKind } from '../fragment-generator/work-left.ts';
import { sumInterval, type ItemPrediction, type Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import type { Overheads } from '../safe-points/injector.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';

export interface Outlook {
  workload: Workload;
  queue: TaskQueue;
  model: Predictor;
  instance: InstanceKind;
  instances: number;
  overheads: Overheads;
  lifespanSeconds: number | null;
  /** What running fragments still have to do, in seconds of one instance. */
  runningSeconds: number;
}

/**
 * Seconds until the job ends, from what is left and what it shares: a quick estimate for a progress line, without waiting
 * times between tasks. The plan (../plan) simulates instead.
 */
export function forecast(outlook: Outlook): Interval {
  const parts: { prediction: ItemPrediction; count: number }[] = [];
  for (const [index, task] of outlook.workload.tasks.entries()) {
    const width = Math.max(1, concurrency(outlook.instance, task.needs));
    for (const [cohort, { cost }] of task.cohorts.entries()) {
      const count = outlook.queue.unassignedIn(index, cohort) / width;
      if (count === 0) continue;
      const query = { key: task.key, instanceType: outlook.instance.type, cost, load: 0, idleSeconds: 0 };
      parts.push({ prediction: outlook.model.predict({ ...query, estimateSeconds: task.estimateSeconds }), count });
    }
  }
  const work = sumInterval(parts);
  const scale = (seconds: number): number => (seconds + outlook.runningSeconds) / outlook.instances;
  return { low: lived(scale(work.low)), expected: lived(scale(work.expected)), high: lived(scale(work.high)) };

  /** Adds a start-up for each lifespan that so many seconds take. */
  function lived(seconds: number): number {
    const { lifespanSeconds, overheads } = outlook;
    if (lifespanSeconds === null) return seconds;
    return seconds + Math.floor(seconds / lifespanSeconds) * overheads.startupSeconds;
  }
}
