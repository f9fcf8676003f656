import type { Features } from './families.ts';
import type { Observation } from './observation.ts';
import type { Interval, PredictionBasis } from './prediction.ts';
import { PRIOR_SPREAD, TaskModel, type Spread } from './task-model.ts';

/** Half an 80 % interval of a normal distribution, in standard deviations. */
const NORMAL_TENTH = 1.2816;
/** An item's seconds where nothing at all is known, … */
const GUESS_SECONDS = 1;
/** … and how far that may be off, as a spread: ten times as long, or a tenth. */
const GUESS_LEVEL = 1.8;
/** The same for a task that is taken to be like the other tasks of the job: four times as long, or a quarter. */
const SIBLING_LEVEL = 1.1;

export interface Query extends Features {
  key: string;
  instanceType: string;
  /** The user's `estimate`, where there is one. */
  estimateSeconds: number | null;
}

/** One item's predicted run time as a distribution. */
export interface ItemPrediction extends Spread {
  /** Expected seconds. */
  seconds: number;
  /** Where an 80 % interval begins and ends, in spreads below and above the expected value's logarithm. */
  bounds: { low: number; high: number };
}

/** Anything that predicts: the model itself, or one that stands still for a preview. */
export interface Predictor {
  predict(query: Query): ItemPrediction;
  observe(observation: Observation): void;
  /** How many samples of the task have been seen: the fewer, the smaller the fragments. */
  observations(key: string): number;
  basis(key: string, estimateSeconds: number | null): PredictionBasis;
}

/**
 * The Predictive Model: learns online, per task, from every committed range of items, and predicts distributions.
 * Its features are the task, the cost, the instance type, the load, and the time since the instance's last fragment.
 */
export class PredictiveModel implements Predictor {
  private readonly tasks = new Map<string, TaskModel>();
  /** Mean logarithm of item seconds over all tasks: what a task starts from of which nothing is known. */
  private siblings = { log: 0, weight: 0 };

  /** @param past what earlier runs observed, oldest first */
  constructor(past: readonly Observation[] = []) {
    for (const observation of past) this.observe(observation);
  }

  observe(observation: Observation): void {
    let task = this.tasks.get(observation.key);
    if (!task) this.tasks.set(observation.key, (task = new TaskModel()));
    task.observe(observation);
    if (observation.count <= 0 || observation.seconds <= 0) return;
    this.siblings.weight = Math.min(this.siblings.weight + 1, 20);
    this.siblings.log += (Math.log(observation.seconds / observation.count) - this.siblings.log) / this.siblings.weight;
  }

  predict(query: Query): ItemPrediction {
    const task = this.tasks.get(query.key);
    const seconds = task?.seconds(query, query.instanceType) ?? null;
    if (!task || seconds === null) {
      return { ...this.prior(query.estimateSeconds), bounds: { low: -NORMAL_TENTH, high: NORMAL_TENTH } };
    }
    return { seconds, ...task.spread, bounds: task.calibration.bounds() };
  }

  observations(key: string): number {
    return this.tasks.get(key)?.observations ?? 0;
  }

  basis(key: string, estimateSeconds: number | null): PredictionBasis {
    const task = this.tasks.get(key);
    if (!task || task.observations === 0) {
      const kind = estimateSeconds !== null ? 'estimate' : this.siblings.weight > 0 ? 'sibling' : 'guess';
      return { kind, observations: 0, model: 'none yet', medianError: null, coverage: null };
    }
    const { calibration } = task;
    return {
      kind: 'observed',
      observations: task.observations,
      model: task.family,
      medianError: calibration.medianError,
      coverage: calibration.coverage,
    };
  }

  private prior(estimateSeconds: number | null): { seconds: number } & Spread {
    if (estimateSeconds !== null) return { seconds: estimateSeconds, ...PRIOR_SPREAD };
    if (this.siblings.weight > 0)
      return { seconds: Math.exp(this.siblings.log), ...PRIOR_SPREAD, level: SIBLING_LEVEL };
    return { seconds: GUESS_SECONDS, ...PRIOR_SPREAD, level: GUESS_LEVEL };
  }
}

/** The 80 % interval of one item. */
export function itemInterval(prediction: ItemPrediction): Interval {
  return sumInterval([{ prediction, count: 1 }]);
}

/** The 80 % interval of the summed run times of many items. */
export function sumInterval(parts: readonly { prediction: ItemPrediction; count: number }[]): Interval {
  return intervalOf(parts.reduce((sum, { prediction, count }) => addItems(sum, prediction, count), NO_WORK));
}

/**
 * What has to be added up over items to know the 80 % interval of their summed run times. Single items' deviations are
 * independent and average out (`variance`); the level of alike items is off as a whole and does not (`level`).
 */
export interface WorkSum {
  /** Expected seconds. */
  expected: number;
  variance: number;
  level: number;
  /** The interval's bounds in spreads, weighted by expected seconds. */
  low: number;
  high: number;
}

export const NO_WORK: WorkSum = { expected: 0, variance: 0, level: 0, low: 0, high: 0 };

/** The sum with `count` alike items more. */
export function addItems(sum: WorkSum, { seconds, within, level, bounds }: ItemPrediction, count: number): WorkSum {
  const expected = seconds * count;
  return {
    expected: sum.expected + expected,
    variance: sum.variance + count * (within * seconds) ** 2,
    level: sum.level + level * expected,
    low: sum.low + bounds.low * expected,
    high: sum.high + bounds.high * expected,
  };
}

/** The 80 % interval of a sum. */
export function intervalOf({ expected, variance, level, low, high }: WorkSum): Interval {
  if (expected <= 0) return { low: 0, expected: 0, high: 0 };
  const spread = Math.sqrt(Math.max(0, variance) + level ** 2) / expected;
  return {
    low: expected * Math.exp((low / expected) * spread),
    expected,
    high: expected * Math.exp((high / expected) * spread),
  };
}
