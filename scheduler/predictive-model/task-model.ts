import { Calibration } from './calibration.ts';
import { CostRange } from './cost-range.ts';
import { bounded, cdf, MEDIAN, NINE_TENTHS, quantile, TENTH, withBounds, type ItemPrediction } from './distribution.ts';
import { extremes } from './families.ts';
import { Moments } from './moments.ts';
import { Noise } from './noise.ts';
import type { Observation } from './observation.ts';
import { outcomeOf, standInsFor } from './outcome.ts';
import { Samples, type Sample } from './samples.ts';
import { exponentOf, type Siblings, type TaskSummary, UNLIKE_COST, UNLIKE_TYPE } from './siblings.ts';
import { TaskTypes } from './task-types.ts';
import { Tournament } from './tournament.ts';
import { TrackRecord } from './track-record.ts';
import { Unended } from './unended.ts';
import { UsualLoad } from './usual-load.ts';

/** What is known of an item before it runs. */
export interface Features {
  /** Null where the task has no cost. */
  cost: number | null;
  /** Share of the machine that others use. */
  load: number;
  /** How long the instance had been idle before the item's fragment. */
  idleSeconds: number;
}

/** A prediction with what its outcome will be held against, in logarithms. */
interface Typical {
  /** ln seconds of the typical item, with load. */
  y: number;
  /** What the load adds to it. */
  load: number;
  /** By how much it is off, roughly. */
  scale: number;
  /** Where residuals are kept of costs or instance types unlike any of the task's; null if it is like some. */
  unlike: number | null;
}

/** Run times are skewed to the right: their mean is not below such a share of their median. */
const LEAST_MEAN = 0.8;
/** Below so many items predictions are too rough to learn from how wrong they come, … */
const FEWEST_SEEN = 4;
/** … and below so many, or so many on one of several instance types, nothing but what holds everywhere is used. */
const FEW_SEEN = 8;
const FEW_ON_TYPE = 3;
/** ln of how many times a cost is as large, or as small, as any seen, until it is not trusted which family did best so far. */
const FAR_OUTSIDE = 0.2;
/** Variance of a fit, in units of single items' variance, times the number of items that it rests on. */
const FIT_VARIANCE = 3;
/** By how much a prediction is off for each time that its cost is e times as far out as any seen. */
const OUTSIDE_SPREAD = 0.15;
/** An instance type of which nothing is known is off by this. */
const UNKNOWN_TYPE_SPREAD = 0.4;
/** Items that were cut short count as no more than so many, and not at all below so little weight. */
const MOST_OUTLASTED = 4;
const LEAST_WEIGHT = 0.1;
/** Up to so many samples, one more or less makes a difference. */
const COLOURED = 24;
/** A fit is used until such a share of its samples is new. */
const NEW_SHARE = 1 / 6;
/** How fast the level that siblings are told follows the items, where costs explain nothing. */
const LEVEL_PACE = 0.2;
/** Errors are not told apart beyond e to the power of this. */
const MOST_ERROR = 100;

/** What has been learnt of one task: see {@link Tournament} for how it predicts, and {@link Calibration} for how sure. */
export class TaskModel {
  readonly summary: TaskSummary;
  /** Items observed, ever. */
  observations = 0;
  private readonly siblings: Siblings;
  private readonly tournament: Tournament;
  private readonly calibration: Calibration;
  private readonly usualLoad: UsualLoad;
  private readonly samples = new Samples();
  private readonly unended = new Unended();
  private readonly costs = new CostRange();
  private readonly noiseSeen = new Noise();
  private readonly moments = new Moments();
  private readonly record = new TrackRecord();
  private readonly types: TaskTypes;
  /** Weight of all samples of what has ended, ever. */
  private weightEnded = 0;
  private untilFit = 0;

  constructor(siblings: Siblings) {
    this.siblings = siblings;
    this.types = new TaskTypes(siblings.types);
    this.tournament = new Tournament(siblings, this.types);
    this.calibration = new Calibration(siblings);
    this.usualLoad = new UsualLoad(siblings);
    this.summary = {
      level: Number.NaN,
      rate: Number.NaN,
      exponent: 0,
      exponentVariance: Infinity,
      noise: siblings.noise,
      types: this.types,
      cells: this.tournament.families[0]!.cells,
    };
    siblings.join(this.summary);
  }

  /** The family in use. */
  get family(): string {
    return this.tournament.hasWinner ? this.tournament.winner.name : 'none yet';
  }

  /** Median of |predicted − actual| / actual over recent observations; null before there are any. */
  get medianError(): number | null {
    return this.record.medianError;
  }

  /** Share of recent observations inside of their 80 % intervals; null before there are any. */
  get coverage(): number | null {
    return this.record.coverage;
  }

  /** Null before anything was observed. */
  predict(features: Features, instanceType: string): ItemPrediction | null {
    if (!this.hasSamples) return null;
    const { y, scale, unlike } = this.typical(features, instanceType);
    const { noise } = this;
    const table = this.calibration.table(this.seen, unlike);
    const usual = Math.min(scale, Math.sqrt(noise * (1 + 1 / this.seen)));
    const medianSeconds = bounded(y + usual * table[MEDIAN]!);
    const { first, second } = this.moments.ratios(usual);
    const seconds = Math.max(bounded(y + Math.log(first)), LEAST_MEAN * medianSeconds);
    const relative = Math.max(second / first ** 2 - 1, 1e-6);
    const level = Math.sqrt(Math.min(Math.max(this.noiseSeen.covariance, noise / (this.seen + 1)), relative / 2));
    const within = Math.sqrt(Math.max(relative - level ** 2, relative / 4));
    return withBounds({ seconds, medianSeconds, scale, table, within, level });
  }

  /** @param priorOf what is predicted where nothing is known of the task */
  observe(observation: Observation, priorOf: () => ItemPrediction): void {
    const prior = this.hasSamples ? null : priorOf();
    const cell = this.cellOf(observation.instanceType);
    const typical = this.typicalOr(prior, observation);
    if (observation.outlasted === true) {
      const { residual, weight, y } = this.outlasted(typical, prior, observation);
      if (!prior) this.calibration.learnOutlasted(residual);
      if (weight >= LEAST_WEIGHT) this.learn(y, weight, observation, cell);
    } else {
      const { y, spread, weight } = outcomeOf(observation);
      if (prior) this.siblings.learnResidual(0, (y - typical.y) / typical.scale);
      else this.judge(typical, y, spread, observation, cell);
      this.observations += observation.count;
      this.learn(y, weight, observation, cell);
    }
  }

  /** What has not ended after so long stands in for its end until that is seen. */
  observeUnended(name: string, observation: Observation, priorOf: () => ItemPrediction): void {
    const seconds = observation.seconds / observation.count;
    if (seconds <= this.unended.secondsOf(name)) return;
    this.forgetUnended(name);
    const cell = this.cellOf(observation.instanceType);
    const prior = this.hasSamples ? null : priorOf();
    const typical = this.typicalOr(prior, observation);
    const { residual, weight, y } = this.outlasted(typical, prior, observation);
    const sample = weight < LEAST_WEIGHT ? null : this.sampleOf(y, weight, observation, cell);
    this.unended.set(name, { seconds, sample, residual: prior ? null : residual });
    this.calibration.setUnended(this.unended.residuals);
    if (sample) this.relearn();
  }

  /** The end of what stood in for it was seen. */
  ended(name: string): void {
    if (!this.unended.delete(name)) return;
    this.calibration.setUnended(this.unended.residuals);
    if (this.seen < COLOURED) this.untilFit = 0;
  }

  /** What was told of an item before must not colour what is predicted of it now. */
  private forgetUnended(name: string): void {
    if (!this.unended.delete(name)) return;
    this.calibration.setUnended(this.unended.residuals);
    if (!this.hasSamples || this.seen >= COLOURED) return;
    this.refit();
    this.tournament.choose();
  }

  private get hasSamples(): boolean {
    return this.tournament.hasWinner && this.samples.size + this.unended.weight > 0;
  }

  /** Weight of all samples, above 0 even if there are none any more. */
  private get seen(): number {
    return Math.max(this.weightEnded + this.unended.weight, LEAST_WEIGHT);
  }

  /** Variance of items around predictions, in logarithms. */
  private get noise(): number {
    return this.noiseSeen.variance(this.siblings.noise);
  }

  private typicalOr(prior: ItemPrediction | null, observation: Observation): Typical {
    if (!prior) return this.typical(observation, observation.instanceType);
    return { y: Math.log(prior.medianSeconds), load: 0, scale: prior.scale, unlike: null };
  }

  private typical({ cost, load, idleSeconds }: Features, instanceType: string): Typical {
    this.types.refresh();
    const { noise, tournament, types, costs } = this;
    const x = costs.position(cost);
    const outside = costs.outside(x);
    const isFar = costs.isKnown && outside > FAR_OUTSIDE;
    const cell = types.indexOf(instanceType);
    const count = cell < 0 ? 0 : tournament.winner.cells[cell]!.count;
    const hasFew = this.seen < FEW_SEEN || (types.names.length > 1 && count > 0 && count < FEW_ON_TYPE);
    const extrapolating = isFar || (costs.isKnown && hasFew) ? tournament.extrapolating : null;
    const candidate = extrapolating ?? tournament.winner;
    const effect = cell < 0 ? candidate.effectOf(instanceType, noise) : candidate.effect(cell, noise);
    const level = extrapolating
      ? candidate.steadyLevel(cell, effect, noise)
      : candidate.level(tournament.way, cell, effect);
    const loadPart = this.siblings.loadExponent * logOfOneMore(load);
    const y = candidate.fit!(x, logOfOneMore(idleSeconds)) + level + loadPart;
    const fitVariance = noise * (1 + FIT_VARIANCE / this.seen) + (OUTSIDE_SPREAD * outside) ** 2;
    const scale = Math.sqrt(fitVariance + this.typeVariance(instanceType, count));
    return { y, load: loadPart, scale, unlike: count === 0 ? UNLIKE_TYPE : isFar ? UNLIKE_COST : null };
  }

  /** How far off the task's factor on an instance type is, of which so many of the task's items tell. */
  private typeVariance(instanceType: string, count: number): number {
    if (count > 0 && this.types.names.length === 1) return 0;
    const { types } = this.siblings;
    const prior = types.of(instanceType) === null ? UNKNOWN_TYPE_SPREAD ** 2 : types.cellVariance;
    return 1 / (1 / prior + count / this.noise);
  }

  /**
   * Takes items that had not ended for what such items take that last as long: the less likely that is, the more it says.
   * @returns the residual that they outlasted, ln seconds that they take, and how much that counts
   */
  private outlasted(typical: Typical, prior: ItemPrediction | null, { seconds, count }: Observation) {
    const table = prior?.table ?? this.calibration.table(this.seen, typical.unlike);
    const residual = (Math.log(seconds / count) - typical.y) / typical.scale;
    const chance = cdf(table, residual);
    const y = typical.y + typical.scale * quantile(table, 1 - (1 - chance) / 2);
    return { residual, y, weight: chance * Math.min(count, MOST_OUTLASTED) };
  }

  /** Holds what was predicted against what came. */
  private judge(typical: Typical, y: number, spread: number, observation: Observation, cell: number): void {
    const { scale } = typical;
    const residual = y - typical.y;
    const score = residual / scale;
    const table = this.calibration.table(this.seen, typical.unlike);
    const error = Math.abs(Math.expm1(Math.min(scale * table[MEDIAN]! - residual, MOST_ERROR)));
    this.record.add(error, score >= table[TENTH]! && score <= table[NINE_TENTHS]!);
    const own = Math.sqrt(spread);
    this.calibration.learn(
      standInsFor(observation.count).map((point) => (residual + point * own) / scale),
      this.seen,
      typical.unlike,
    );
    const load = logOfOneMore(observation.load);
    this.usualLoad.learn(load, residual + typical.load, this.noise);
    const x = this.costs.position(observation.cost);
    // How wrong the first few items came, or a cost beyond all that were seen, tells nothing of others.
    if (this.seen >= FEWEST_SEEN && this.costs.holds(x)) this.moments.learn(typical.y, scale, observation);
    // What a prediction was off because little was known is no noise of items.
    const deviation = Math.sqrt(this.noise);
    this.noiseSeen.learn(score * deviation, deviation, spread);
    const idle = logOfOneMore(observation.idleSeconds);
    this.tournament.judge({ x, y: y - typical.load, idle, load, cell, weight: 1 }, this.noise, this.seen);
  }

  private learn(y: number, weight: number, observation: Observation, cell: number): void {
    this.weightEnded += weight;
    const sample = this.sampleOf(y, weight, observation, cell);
    this.samples.add(sample);
    // Before a fit, so that what is the instance type's is not taken for the cost's.
    const at = this.costs.isKnown && sample.x !== null ? sample.x : 0;
    this.tournament.follow({ ...sample, x: at, y: this.withoutLoad(sample) }, this.noise);
    this.relearn();
    this.summarize(y);
  }

  private sampleOf(y: number, weight: number, { cost, load, idleSeconds }: Observation, cell: number): Sample {
    const x = this.costs.see(cost, weight);
    return { x, y, load: logOfOneMore(load), idle: logOfOneMore(idleSeconds), cell, weight };
  }

  private relearn(): void {
    if (--this.untilFit <= 0) this.refit();
    this.tournament.choose();
    this.siblings.changed();
  }

  private withoutLoad({ y, load }: Sample): number {
    return y - this.siblings.loadExponent * load;
  }

  /** Fits anew after each of the first samples, later after every few: a fit costs more than a sample changes. */
  private refit(): void {
    const samples = this.unended.among(this.samples.all());
    this.untilFit = NEW_SHARE * samples.length;
    const { isKnown } = this.costs;
    const x = samples.map((sample) => (isKnown ? (sample.x ?? 0) : 0));
    const order = [...x.keys()].toSorted((a, b) => x[a]! - x[b]!);
    const y = samples.map((sample) => this.withoutLoad(sample));
    const points = {
      x,
      order,
      y,
      xRange: extremes(x),
      yRange: extremes(y),
      idle: samples.map(({ idle }) => idle),
      weights: samples.map(({ weight }) => weight),
      exponent: this.siblings.exponent,
      noise: this.noise,
    };
    const costs = isKnown ? order.filter((at, i) => i === 0 || x[at] !== x[order[i - 1]!]).length : 0;
    this.tournament.refit(
      { ...points, costs },
      samples.map(({ cell }) => cell),
    );
    if (costs > 1) Object.assign(this.summary, exponentOf(x, y, this.noise));
  }

  /** Tells the siblings. */
  private summarize(y: number): void {
    const { summary } = this;
    summary.noise = this.noise;
    summary.cells = this.tournament.winner.cells;
    if (Number.isNaN(summary.level)) summary.level = y;
    else if (summary.exponentVariance === Infinity) summary.level += LEVEL_PACE * (y - summary.level);
  }

  private cellOf(type: string): number {
    const known = this.types.names.length;
    const cell = this.types.add(type);
    if (cell === known) for (const candidate of this.tournament.families) candidate.addCell();
    return cell;
  }
}

/** ln(1 + value): of loads and of idle times, which may be 0. */
function logOfOneMore(value: number): number {
  return Math.log1p(Math.max(0, value));
}
