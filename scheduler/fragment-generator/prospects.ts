import { chanceWithin } from '../predictive-model/distribution.ts';
import type { ItemPrediction, Predictor } from '../predictive-model/model.ts';
import { concurrency, remainingLifespan, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { Workload } from '../workload.ts';
import type { Bounds, Demand, Pool } from './demand.ts';
import type { Part } from './filling.ts';

/** While fewer items of a task have been seen, its fragments hold at most twice as many as have. */
const LEARNT_ITEMS = 16;

/** What is to be expected of items on the instance that asks. */
export class Prospects {
  private readonly workload: Workload;
  private readonly model: Predictor;
  private readonly pool: Pool;

  constructor(workload: Workload, model: Predictor, pool: Pool) {
    this.workload = workload;
    this.model = model;
    this.pool = pool;
  }

  /** How many items of a task an instance runs at once; 0 if it has no room for one. */
  width(task: number, instance: InstanceRecord): number {
    return concurrency(instance, this.workload.tasks[task]!.needs);
  }

  /** Some items of a cohort as a part of a fragment; null if the instance has no room for one. */
  part(task: number, cohort: number, count: number, demand: Demand): Part | null {
    const width = this.width(task, demand.instance);
    if (width === 0) return null;
    return { task, cohort, position: null, count, prediction: this.predict(task, cohort, demand), width };
  }

  predict(
    task: number,
    cohort: number,
    { now, instance }: Demand,
    instanceType: string = instance.type,
  ): ItemPrediction {
    const { key, cohorts, estimateSeconds } = this.workload.tasks[task]!;
    return this.model.predict({
      key,
      instanceType,
      cost: cohorts[cohort]!.cost,
      load: instance.load,
      idleSeconds: now - instance.idleSince,
      estimateSeconds,
    });
  }

  /** The chance that an item ends within the whole life of an instance, of the type that suits it best. */
  bestChance({ task, cohort, prediction }: Part, { wholeLife }: Bounds, demand: Demand): number {
    let best = chanceWithin(prediction, wholeLife);
    for (const type of demand.instanceTypes) {
      if (type === demand.instance.type) continue;
      best = Math.max(best, chanceWithin(this.predict(task, cohort, demand, type), wholeLife));
    }
    return best;
  }

  /** Nobody knows how long the first item of a task takes: it is begun in the first half of a life. */
  isTooLateToTry(task: number, { instance, now }: Demand): boolean {
    const { key, estimateSeconds } = this.workload.tasks[task]!;
    if (!this.pool.replacesInstances || instance.deadline === null || instance.fragments === 0) return false;
    const isUnknown = estimateSeconds === null && this.model.observations(key) === 0;
    return isUnknown && remainingLifespan(instance, now) < (instance.deadline - instance.upAt) / 2;
  }

  /** How many items of a task a fragment may hold as long as little is known of it; infinite once enough is. */
  allowedWhileLearning(task: number, width: number): number {
    const seen = this.model.observations(this.workload.tasks[task]!.key);
    return seen < LEARNT_ITEMS ? Math.max(width, 2 * seen) : Infinity;
  }
}
