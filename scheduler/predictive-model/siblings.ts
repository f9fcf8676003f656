import { KNOTS, NORMAL, Residuals } from './residuals.ts';
import type { TaskTypes } from './task-types.ts';
import { TypeFactors } from './type-factors.ts';

/** What a task tells its siblings. Its model keeps it up to date. */
export interface TaskSummary {
  /** Mean ln seconds of its items; NaN before there are any. */
  level: number;
  /** Mean of ln seconds − ln cost; NaN without costs. */
  rate: number;
  /** Exponent of its cost, and the variance of that estimate; Infinity if the costs do not tell. */
  exponent: number;
  exponentVariance: number;
  /** Variance of its items around predictions, in logarithms. */
  noise: number;
  /** The instance types that it ran on, how far its items are from the fit on each, and how many there were. */
  types: TaskTypes;
  cells: readonly { mean: number; count: number }[];
}

/** What an exponent is taken to be before any task tells: run time grows with cost, but less than in proportion. */
const EXPONENT = { mean: 0.8, variance: 0.1 };
/** Variance of items around predictions before any task tells: a third. */
const NOISE = 0.1;
/** Tasks of one job differ by a factor of four, unless they tell otherwise. */
const LEVEL_SPREAD = 1.4;
/** How many observations such a prior is worth. */
const PRIOR_WEIGHT = 2;
/** Memory of the mean losses. */
const MEMORY = 0.98;
/** Below this sum of squares, costs are the same but for rounding. */
const LEAST_SQUARES = 1e-6;
/** Residuals are kept apart by how much evidence predictions rest on, and those for costs or instance types unlike any seen. */
const EVIDENCE_BUCKETS = 6;
export const UNLIKE_TYPE = EVIDENCE_BUCKETS;
export const UNLIKE_COST = EVIDENCE_BUCKETS + 1;
const BUCKETS = EVIDENCE_BUCKETS + 2;
const BUCKET_SIZE = 256;
/** A table of quantiles is used until such a share of its residuals is new. */
const UNTOLD_SHARE = 1 / 8;
/** What is common is used until so many observations came, for each task and type, … */
const STALE_SHARE = 1 / 4;
/** … and such a share of all of them, … */
const STALE_TOLD = 1 / 16;
/** … but no more than so many for the sake of that. */
const MOST_STALE = 8;

/** How an item's time grows with the load that others put on its machine: as (1 + load) to this power. */
const LOAD_EXPONENT = { mean: 0.5, variance: 0.25 };

/**
 * What the tasks of a model have in common, for those of which little is known yet: an empirical Bayes prior (Efron and
 * Morris 1975). Instance types have a factor that all tasks share, costs an exponent, the load another; levels, noise and
 * the distribution of residuals of a new task are taken to be like those of its siblings.
 */
export class Siblings {
  private readonly tasks: TaskSummary[] = [];
  readonly types = new TypeFactors();
  exponent = EXPONENT;
  noise = NOISE;
  /** By evidence: residuals of predictions that rested on so little. */
  private readonly buckets = Array.from({ length: BUCKETS }, () => new Residuals(BUCKET_SIZE));
  private readonly tables: (readonly number[] | null)[] = Array.from({ length: BUCKETS }, () => null);
  private readonly untold = new Float64Array(BUCKETS);
  /** Mean loss of each family and level beside the best, over tasks of which little was known. */
  readonly losses: Float64Array;
  private load = { weight: 1 / LOAD_EXPONENT.variance, sum: LOAD_EXPONENT.mean / LOAD_EXPONENT.variance };
  private stale = 0;
  private told = 0;

  /** @param candidates how many ways to predict compete in each task */
  constructor(candidates: number) {
    this.losses = new Float64Array(candidates);
  }

  join(summary: TaskSummary): void {
    this.tasks.push(summary);
  }

  /** True if any task tells something. */
  get isKnown(): boolean {
    return this.tasks.length > 0;
  }

  /** To be called after each observation. What is common is worked out anew the more seldom, the more tasks and types it is made of. */
  changed(): void {
    this.stale++;
    this.told++;
    const size = this.tasks.length * Math.max(1, this.types.size);
    if (this.stale < Math.max(STALE_SHARE * size, Math.min(this.told * STALE_TOLD, MOST_STALE))) return;
    this.stale = 0;
    this.types.update(this.tasks);
    this.updateShapes();
  }

  /** Mean and standard deviation of ln seconds of a task of which nothing is known; null if nothing is known of any. */
  level(x: number | null): { mean: number; spread: number } | null {
    const levels = spreadOf(this.tasks.map(({ level }) => level));
    const rates = x === null ? null : spreadOf(this.tasks.map(({ rate }) => rate));
    if (x !== null && rates && levels && rates.count > 2 && rates.spread < levels.spread)
      return { mean: rates.mean + x, spread: rates.spread };
    return levels;
  }

  /** Exponent of (1 + load). */
  get loadExponent(): number {
    return Math.min(Math.max(this.load.sum / this.load.weight, 0), 2);
  }

  /** Learns from a residual (with the load's part in it) at a load that was so far from the usual one. */
  learnLoad(deviation: number, residual: number, noise: number): void {
    this.load.weight += deviation ** 2 / noise;
    this.load.sum += (deviation * residual) / noise;
  }

  /** Learns how far a prediction was off. @param bucket {@link bucketOf}, {@link UNLIKE_TYPE} or {@link UNLIKE_COST} */
  learnResidual(bucket: number, residual: number): void {
    this.buckets[bucket]!.add(residual);
    if (++this.untold[bucket]! < UNTOLD_SHARE * this.buckets[bucket]!.size) return;
    this.untold[bucket] = 0;
    this.tables[bucket] = null;
  }

  /** Quantiles of normalised residuals. @param bucket {@link bucketOf}, {@link UNLIKE_TYPE} or {@link UNLIKE_COST} */
  residuals(bucket: number): readonly number[] {
    return (this.tables[bucket] ??= this.buckets[bucket]!.quantiles(NORMAL, KNOTS.length));
  }

  /** Learns what each candidate lost beside the best. */
  learnLoss(candidate: number, loss: number): void {
    this.losses[candidate]! += (1 - MEMORY) * (Math.min(loss, 1) - this.losses[candidate]!);
  }

  private updateShapes(): void {
    let slopes = { sum: (2 * EXPONENT.mean) / EXPONENT.variance, weight: 2 / EXPONENT.variance };
    let noise = { sum: PRIOR_WEIGHT * Math.log(NOISE), weight: PRIOR_WEIGHT };
    for (const task of this.tasks) {
      const weight = 1 / (task.exponentVariance + EXPONENT.variance);
      slopes = { sum: slopes.sum + weight * task.exponent, weight: slopes.weight + weight };
      noise = { sum: noise.sum + Math.log(task.noise), weight: noise.weight + 1 };
    }
    this.exponent = { mean: slopes.sum / slopes.weight, variance: EXPONENT.variance };
    this.noise = Math.exp(noise.sum / noise.weight);
  }
}

/** A task's exponent by least squares, with its level; nothing if the costs hardly differ. */
export function exponentOf(x: readonly number[], y: readonly number[], noise: number): Partial<TaskSummary> {
  const n = x.length;
  const meanX = x.reduce((a, b) => a + b, 0) / n;
  const meanY = y.reduce((a, b) => a + b, 0) / n;
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - meanX) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
  }
  if (xx < LEAST_SQUARES) return {};
  return { exponent: xy / xx, exponentVariance: noise / xx, level: meanY, rate: meanY - meanX };
}

/** Where residuals are kept of predictions that rest on so little evidence. */
export const bucketOf = (evidence: number): number =>
  Math.min(EVIDENCE_BUCKETS - 1, Math.floor(Math.log2(evidence + 1)));

/** Mean and spread, the spread drawn towards {@link LEVEL_SPREAD}. */
function spreadOf(values: readonly number[]): { mean: number; spread: number; count: number } | null {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return null;
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, PRIOR_WEIGHT * LEVEL_SPREAD ** 2);
  return { mean, spread: Math.sqrt(square / (known.length - 1 + PRIOR_WEIGHT)), count: known.length };
}
