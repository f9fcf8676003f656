import { distributionOf, type ItemPrediction } from './distribution.ts';
import type { Observation } from './observation.ts';
import type { PredictionBasis } from './prediction.ts';
import { Siblings } from './siblings.ts';
import { TaskModel, type Features } from './task-model.ts';
import { CANDIDATES } from './tournament.ts';

export { type ItemPrediction } from './distribution.ts';
export { addItems, intervalOf, itemInterval, NO_WORK, sumInterval, type WorkSum } from './sums.ts';

/** An item's seconds where nothing at all is known, … */
const GUESS_SECONDS = 1;
/** … and by how much that may be off, as a standard deviation of logarithms: ten times as long, or a tenth. */
const GUESS_SCALE = 1.8;
/** The same for a user's estimate: three times as long, or a third. */
const ESTIMATE_SCALE = 0.86;
/** Of single items around their common level, before any is observed. */
const PRIOR_WITHIN = 0.5;

export interface Query extends Features {
  key: string;
  /** Empty where it is not known yet: then the prediction is for an average type. */
  instanceType: string;
  /** The user's `estimate`, where there is one. */
  estimateSeconds: number | null;
}

/** Anything that predicts: the model itself, or one that stands still for a preview. */
export interface Predictor {
  predict(query: Query): ItemPrediction;
  observe(observation: Observation): void;
  /**
   * Takes in that items have not ended after so long, and may yet: until {@link ended} is told of the same name.
   * @param name of those items; what was told of them before is forgotten, unless it was longer
   */
  observeUnended(name: string, observation: Observation): void;
  /** The end of items was seen, or nothing is to be concluded from them any more. @param key of their task */
  ended(name: string, key: string): void;
  /** How many items of the task have been seen to end: the fewer, the smaller the fragments. */
  observations(key: string): number;
  basis(key: string, estimateSeconds: number | null): PredictionBasis;
}

/**
 * The Predictive Model: learns online, per task, from every committed range of items, and predicts distributions.
 * Its features are the task, the cost, the instance type, the load, and the time since the instance's last fragment.
 */
export class PredictiveModel implements Predictor {
  private readonly tasks = new Map<string, TaskModel>();
  private readonly siblings = new Siblings(CANDIDATES);

  /** @param past what earlier runs observed, oldest first */
  constructor(past: readonly Observation[] = []) {
    for (const observation of past) this.observe(observation);
  }

  observe(observation: Observation): void {
    if (!isSound(observation)) return;
    this.taskModel(observation.key).observe(observation, () => this.prior({ ...observation, estimateSeconds: null }));
  }

  observeUnended(name: string, observation: Observation): void {
    if (!isSound(observation)) return;
    const priorOf = (): ItemPrediction => this.prior({ ...observation, estimateSeconds: null });
    this.taskModel(observation.key).observeUnended(name, observation, priorOf);
  }

  ended(name: string, key: string): void {
    this.tasks.get(key)?.ended(name);
  }

  predict(query: Query): ItemPrediction {
    return this.tasks.get(query.key)?.predict(query, query.instanceType) ?? this.prior(query);
  }

  observations(key: string): number {
    return this.tasks.get(key)?.observations ?? 0;
  }

  basis(key: string, estimateSeconds: number | null): PredictionBasis {
    const task = this.tasks.get(key);
    if (!task || task.observations === 0) {
      const kind = estimateSeconds !== null ? 'estimate' : this.siblings.isKnown ? 'sibling' : 'guess';
      return { kind, observations: 0, model: 'none yet', medianError: null, coverage: null };
    }
    const { observations, family, medianError, coverage } = task;
    return { kind: 'observed', observations, model: family, medianError, coverage };
  }

  private taskModel(key: string): TaskModel {
    let task = this.tasks.get(key);
    if (!task) this.tasks.set(key, (task = new TaskModel(this.siblings)));
    return task;
  }

  /** Of a task that was never observed: the user's estimate, else what the other tasks take, else a guess. */
  private prior({ estimateSeconds, cost, instanceType }: Omit<Query, 'key'>): ItemPrediction {
    const table = this.siblings.residuals(0);
    if (estimateSeconds !== null) return distributionOf(Math.log(estimateSeconds), ESTIMATE_SCALE, table, PRIOR_WITHIN);
    const level = this.siblings.level(cost !== null && cost > 0 ? Math.log(cost) : null);
    if (!level) return distributionOf(Math.log(GUESS_SECONDS), GUESS_SCALE, table, PRIOR_WITHIN);
    return distributionOf(level.mean + (this.siblings.types.of(instanceType) ?? 0), level.spread, table, PRIOR_WITHIN);
  }
}

function isSound({ count, seconds, squaredSeconds }: Observation): boolean {
  return count > 0 && seconds > 0 && Number.isFinite(seconds) && Number.isFinite(squaredSeconds);
}
