import { Candidate, LEVELS } from './candidate.ts';
import { FAMILIES, type Points } from './families.ts';
import type { Observation } from './observation.ts';
import { KNOTS, Residuals } from './residuals.ts';
import { Samples, type Sample } from './samples.ts';
import type { Siblings, TaskSummary } from './siblings.ts';
import { bounded, cdf, quantile, withBounds, type ItemPrediction } from './distribution.ts';

/** What is known of an item before it runs. */
export interface Features {
  /** Null where the task has no cost. */
  cost: number | null;
  /** Share of the machine that others use. */
  load: number;
  /** How long the instance had been idle before the item's fragment. */
  idleSeconds: number;
}

/** A prediction with what its outcome will be held against. All in logarithms but for the last. */
interface Typical {
  /** ln seconds of the typical item, with load. */
  y: number;
  /** What the load adds to it. */
  load: number;
  /** By how much it is off, roughly. */
  scale: number;
}

/** How many ways to predict compete. */
export const CANDIDATES = FAMILIES.length * LEVELS;
/** Share of the past that errors and spreads keep with each new sample. */
const MEMORY = 0.95;
const LONG_MEMORY = 0.995;
/** How much better another candidate must predict than the one in use before it replaces it. */
const ADVANTAGE = 0.98;
/** How many observations the siblings' word is worth: on losses, on noise, on the distribution, on the mean. */
const LOSS_PRIOR = 2;
const NOISE_PRIOR = 3;
const RESIDUAL_PRIOR = 10;
const MEAN_PRIOR = 4;
/** How many of the latest residuals make the distribution. */
const WINDOW = 256;
/** Run times are skewed to the right: their mean is not below such a share of their median. */
const LEAST_MEAN = 0.8;
/** Below so many items predictions are too rough to learn from how wrong they come. */
const FEWEST_SEEN = 4;
/** Residuals further off than this many standard deviations count as if they were not: for spreads only. */
const WILD = 4;
/** No mean is believed that is so many times the median, or a single item that is. */
const MOST_RATIO = 1000;
/** By how much a prediction is off for each time that its cost is e times as far out as any seen. */
const OUTSIDE_SPREAD = 0.15;
/** An instance type of which nothing is known is off by this, and one known from other tasks by that. */
const UNKNOWN_TYPE_SPREAD = 0.4;
const KNOWN_TYPE_SPREAD = 0.15;
/** Items in one observation count as no more than so many. */
const MOST_WEIGHT = 8;
/** A task keeps what so many instance types do to it; the rest count as unknown. */
const MOST_CELLS = 64;

/** Points of a normal distribution that stand for the items of an observation: its quantiles at (i − ½) / count. */
const SPREAD_OUT: readonly (readonly number[])[] = [
  [],
  [0],
  [-0.6745, 0.6745],
  [-0.9674, 0, 0.9674],
  [-1.1503, -0.3186, 0.3186, 1.1503],
  [-1.2816, -0.5244, 0, 0.5244, 1.2816],
  [-1.383, -0.6745, -0.2104, 0.2104, 0.6745, 1.383],
  [-1.4652, -0.7916, -0.3661, 0, 0.3661, 0.7916, 1.4652],
  [-1.5341, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.5341],
];

/**
 * What has been learnt of one task. Several families of regression compete, each with several ways to follow its level; each
 * predicts every sample before it learns from it, and the one with the smallest recent error is used (prequential
 * selection; Dawid 1984).
 */
export class TaskModel {
  readonly summary: TaskSummary;
  /** Items observed, ever. */
  observations = 0;
  private readonly siblings: Siblings;
  private readonly samples = new Samples();
  private readonly candidates: Candidate[];
  private readonly errors = new Float64Array(CANDIDATES);
  private readonly tries = new Float64Array(CANDIDATES);
  private readonly types = new Map<string, number>();
  private readonly residuals = new Residuals(WINDOW);
  private chosen = -1;
  private seen = 0;
  private untilFit = 0;
  private x = { least: Infinity, most: -Infinity, leastPositive: Infinity, sum: 0, hasNull: false };
  private noiseSum = 0;
  private noiseWeight = 0;
  private meanLoad = { mean: 0, count: 0 };
  private last = 0;
  private covariance = 0;
  private moments = { weight: 0, count: 0, first: 0, second: 0 };
  private table: readonly number[] | null = null;
  private untilTable = 0;
  private readonly inside: boolean[] = [];
  private readonly absolute: number[] = [];

  constructor(siblings: Siblings) {
    this.siblings = siblings;
    this.candidates = FAMILIES.map((family) => new Candidate(family, siblings));
    this.errors.set(siblings.losses);
    this.summary = {
      level: Number.NaN,
      rate: Number.NaN,
      exponent: 0,
      exponentVariance: Infinity,
      noise: siblings.noise,
      cells: this.candidates[0]!.cells,
    };
    siblings.join(this.summary);
  }

  /** The family in use. */
  get family(): string {
    return this.chosen < 0 ? 'none yet' : this.candidates[Math.floor(this.chosen / LEVELS)]!.name;
  }
  get way(): number {
    return this.chosen % LEVELS;
  }

  get medianError(): number | null {
    if (this.absolute.length === 0) return null;
    const sorted = this.absolute.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1]!;
  }

  get coverage(): number | null {
    return this.inside.length === 0 ? null : this.inside.filter(Boolean).length / this.inside.length;
  }

  /** @param prior what is taken of an item before the task was ever observed */
  predict(features: Features, instanceType: string): ItemPrediction | null {
    if (this.chosen < 0) return null;
    const typical = this.typical(features, instanceType);
    return this.distribution(typical);
  }

  private distribution({ y, scale }: Typical): ItemPrediction {
    const table = this.distributionTable();
    const usual = Math.min(scale, Math.sqrt(this.noise * (1 + 1 / this.seen)));
    const medianSeconds = bounded(y + usual * table[MEDIAN]!);
    const { first, second } = this.ratios(usual);
    const seconds = Math.max(bounded(y + Math.log(first)), LEAST_MEAN * medianSeconds);
    const relative = Math.max(second / first ** 2 - 1, 1e-6);
    const level = Math.sqrt(Math.min(Math.max(this.covariance, this.noise / (this.seen + 1)), relative / 2));
    const within = Math.sqrt(Math.max(relative - level ** 2, relative / 4));
    return withBounds({ seconds, medianSeconds, scale, table, within, level });
  }

  private typical({ cost, load, idleSeconds }: Features, instanceType: string): Typical {
    const { noise } = this;
    const x = this.position(cost);
    const outside = this.hasCosts ? Math.max(0, this.x.least - x, x - this.x.most) : 0;
    const extrapolating = this.hasCosts && (outside > FAR_OUTSIDE || this.seen < 8) ? this.extrapolating() : -1;
    const candidate = this.candidates[extrapolating >= 0 ? extrapolating : Math.floor(this.chosen / LEVELS)]!;
    const cell = this.types.get(instanceType) ?? -1;
    const effect = cell < 0 ? candidate.effectOf(instanceType, noise) : candidate.effect(cell, noise);
    const loadPart = this.siblings.loadExponent * Math.log1p(Math.max(0, load));
    const y =
      candidate.fit!(x, Math.log1p(Math.max(0, idleSeconds))) +
      (extrapolating >= 0 ? candidate.outside(effect, noise) : candidate.level(this.chosen % LEVELS, cell, effect)) +
      loadPart;
    const count = cell < 0 ? 0 : candidate.cells[cell]!.count;
    const isStranger = count === 0;
    const typeSpread = isStranger
      ? this.siblings.factor(instanceType) === null
        ? UNKNOWN_TYPE_SPREAD
        : KNOWN_TYPE_SPREAD
      : 0;
    const scale = Math.sqrt(noise * (1 + 1 / this.seen) + (OUTSIDE_SPREAD * outside) ** 2 + typeSpread ** 2);
    return { y, load: loadPart, scale };
  }

  /** The candidate for costs far from any seen: a fixed part and a rate, if they were found; the latest items tell little there. */
  private extrapolating(): number {
    const index = EXTRAPOLATING.find((each) => this.candidates[each]!.fit);
    return index === undefined ? -1 : index;
  }

  /** ln of a cost, or what stands for it where there is none. */
  private position(cost: number | null): number {
    if (!this.hasCosts) return 0;
    if (cost === null) return this.x.sum / this.seen;
    if (cost > 0) return Math.log(cost);
    return Number.isFinite(this.x.leastPositive) ? this.x.leastPositive - Math.LN2 : 0;
  }

  private get hasCosts(): boolean {
    return !this.x.hasNull && this.x.least <= this.x.most;
  }

  /** Variance of items around predictions, in logarithms. */
  private get noise(): number {
    return (NOISE_PRIOR * this.siblings.noise + this.noiseSum) / (NOISE_PRIOR + this.noiseWeight);
  }

  private ratios(scale: number): { first: number; second: number } {
    const { weight, count, first, second } = this.moments;
    const prior = count === 0 ? 1 : (MEAN_PRIOR * weight) / count;
    const square = Math.min(scale ** 2, 1);
    return {
      first: (first + prior * Math.exp(square / 2)) / (weight + prior),
      second: (second + prior * Math.exp(2 * square)) / (weight + prior),
    };
  }

  private distributionTable(): readonly number[] {
    if (this.table && this.untilTable > 0) return this.table;
    this.table = this.residuals.quantiles(this.siblings.residuals(this.seen), RESIDUAL_PRIOR);
    this.untilTable = 1 + this.residuals.size / 16;
    return this.table;
  }

  /** @param prior what was predicted where nothing is known of the task */
  observe(observation: Observation, priorOf: () => ItemPrediction): void {
    const prior = this.chosen < 0 ? priorOf() : null;
    const { count, instanceType, idleSeconds } = observation;
    const cell = this.cellOf(instanceType);
    const typical: Typical = prior
      ? { y: Math.log(prior.medianSeconds), load: 0, scale: prior.scale }
      : this.typical(observation, instanceType);
    const item = Math.log(observation.seconds / count);
    const loadLog = Math.log1p(Math.max(0, observation.load));
    const usual = {
      x: this.logCost(observation.cost),
      idle: Math.log1p(Math.max(0, idleSeconds)),
      cell,
      load: loadLog,
    };
    const table = prior ? prior.table : this.distributionTable();
    if (observation.outlasted === true) {
      const score = (item - typical.y) / typical.scale;
      const chance = cdf(table, score);
      if (this.chosen >= 0) this.residuals.add(score, true);
      const y = typical.y + typical.scale * quantile(table, 1 - (1 - chance) / 2);
      const weight = chance * Math.min(count, 4);
      if (weight < 0.1) return;
      this.learn({ ...usual, y, weight });
    } else {
      const relative = count > 1 ? Math.max(0, (observation.squaredSeconds / count) * Math.exp(-2 * item) - 1) : 0;
      const spread = Math.log1p(relative);
      const y = item - spread / 2;
      if (this.chosen >= 0) this.judge(typical, y, spread, observation, cell, loadLog);
      else this.siblings.learnResidual(0, (y - typical.y) / typical.scale);
      this.observations += count;
      this.learn({ ...usual, y, weight: 1 + Math.log2(Math.min(count, MOST_WEIGHT)) });
    }
    this.siblings.changed();
  }

  /** Holds what was predicted against what came. */
  private judge(typical: Typical, y: number, spread: number, o: Observation, cell: number, loadLog: number): void {
    const table = this.distributionTable();
    const residual = y - typical.y;
    const { scale } = typical;
    const score = residual / scale;
    push(this.inside, score >= table[TENTH]! && score <= table[NINE_TENTHS]!);
    push(this.absolute, Math.abs(Math.expm1(Math.min(-residual + scale * table[MEDIAN]!, 100))));
    const items = SPREAD_OUT[Math.min(o.count, MOST_WEIGHT)] ?? SPREAD_OUT.at(-1)!;
    for (const point of items) {
      const each = (residual + point * Math.sqrt(spread)) / scale;
      this.residuals.add(each);
      this.siblings.learnResidual(this.seen, each);
    }
    this.untilTable--;
    this.learnLoad(residual + typical.load, loadLog);
    if (this.isWithinExperience(o)) this.learnMoments(typical, o);
    const clipped = Math.min(Math.max(residual, -WILD * scale), WILD * scale);
    this.covariance += (1 - MEMORY) * (clipped * this.last - this.covariance);
    this.last = clipped;
    const square = Math.min(residual ** 2, (WILD * scale) ** 2) + spread;
    this.noiseSum = LONG_NOISE * this.noiseSum + square;
    this.noiseWeight = LONG_NOISE * this.noiseWeight + 1;
    this.score(y - typical.load, o, cell);
  }

  private learnLoad(residual: number, loadLog: number): void {
    this.meanLoad.count++;
    const deviation = loadLog - this.meanLoad.mean;
    this.meanLoad.mean += deviation / Math.min(this.meanLoad.count, 200);
    if (deviation !== 0) this.siblings.learnLoad(deviation, residual, this.noise);
  }

  /** False for the first few items and for a cost beyond all that were seen: how wrong they came tells nothing of others. */
  private isWithinExperience({ cost }: Observation): boolean {
    if (this.seen < FEWEST_SEEN) return false;
    const x = this.position(cost);
    return !this.hasCosts || (x >= this.x.least - 1e-9 && x <= this.x.most + 1e-9);
  }

  private learnMoments({ y, scale }: Typical, { count, seconds, squaredSeconds }: Observation): void {
    const { moments } = this;
    const most = Math.min(MOST_RATIO, Math.exp(WILD * scale));
    const weight = Math.min(count, 64) * Math.exp(y * WEIGHT_POWER);
    moments.weight = LONG_MEMORY * moments.weight + weight;
    moments.count = LONG_MEMORY * moments.count + count;
    const ratio = Math.min((seconds / count) * Math.exp(-y), most);
    const square = Math.min((squaredSeconds / count) * Math.exp(-2 * y), most ** 2);
    moments.first = LONG_MEMORY * moments.first + weight * ratio;
    moments.second = LONG_MEMORY * moments.second + weight * Math.max(square, ratio ** 2);
  }

  /** Holds each candidate's prediction against a sample that it has not seen, and chooses. */
  private score(y: number, { cost, idleSeconds }: Observation, cell: number): void {
    const x = this.position(cost);
    const idle = Math.log1p(Math.max(0, idleSeconds));
    const { noise } = this;
    let least = Infinity;
    const losses = this.lossBuffer;
    for (const [index, candidate] of this.candidates.entries()) {
      for (let way = 0; way < LEVELS; way++) losses[index * LEVELS + way] = Number.NaN;
      if (!candidate.fit) continue;
      const fitted = candidate.fit(x, idle);
      const effect = candidate.effect(cell, noise);
      for (let way = 0; way < LEVELS; way++) {
        const at = index * LEVELS + way;
        const loss = Math.min(Math.abs(y - fitted - candidate.level(way, cell, effect)), 3);
        losses[at] = loss;
        least = Math.min(least, loss);
        const tries = ++this.tries[at]!;
        this.errors[at]! += (loss - this.errors[at]!) / Math.min(tries + LOSS_PRIOR, 1 / (1 - MEMORY));
      }
    }
    if (this.seen < 16)
      for (const [i, loss] of losses.entries()) if (!Number.isNaN(loss)) this.siblings.learnLoss(i, loss - least);
  }
  private readonly lossBuffer = new Float64Array(CANDIDATES);

  private learn(sample: Sample): void {
    this.seen += sample.weight;
    const { x } = sample;
    if (x === null) this.x.hasNull = true;
    else {
      this.x.least = Math.min(this.x.least, x);
      this.x.most = Math.max(this.x.most, x);
      this.x.sum += x * sample.weight;
    }
    this.samples.add(sample);
    if (--this.untilFit <= 0) this.refit();
    else {
      const { noise } = this;
      const at = x === null || this.x.hasNull ? 0 : x;
      const y = this.withoutLoad(sample);
      for (const candidate of this.candidates) {
        if (candidate.fit)
          candidate.learn(y - candidate.fit(at, sample.idle), sample.cell, Math.min(1, sample.weight), noise);
      }
    }
    this.choose();
    this.summarize();
  }

  private withoutLoad({ y, load }: Sample): number {
    return y - this.siblings.loadExponent * load;
  }

  /** Fits anew after each of the first samples, later after every few: a fit costs more than a sample changes. */
  private refit(): void {
    const samples = this.samples.all();
    this.untilFit = samples.length / 6;
    const { noise } = this;
    const ys = samples.map((sample) => this.withoutLoad(sample));
    const hasCosts = !this.x.hasNull;
    const x = samples.map((sample) => (hasCosts ? (sample.x ?? 0) : 0));
    const idle = samples.map((sample) => sample.idle);
    const weights = samples.map(({ weight }) => weight);
    const costs = hasCosts ? new Set(x).size : 0;
    for (const candidate of this.candidates) {
      const effects = candidate.cells.map((_, i) => candidate.effect(i, noise));
      // Centred, so that the level is the fit's and cannot drift between the two.
      const centre = samples.reduce((sum, { cell }) => sum + effects[cell]!, 0) / samples.length;
      const points: Points = {
        x,
        y: samples.map(({ cell }, i) => ys[i]! - effects[cell]! + centre),
        idle,
        weights,
        costs,
        exponent: this.siblings.exponent,
        noise,
      };
      candidate.refit(points);
      if (!candidate.fit) continue;
      for (const [i, sample] of samples.entries()) {
        candidate.take(ys[i]! - candidate.fit(x[i]!, sample.idle), sample.cell, Math.min(1, sample.weight), noise);
      }
    }
    this.learnExponent(x, ys, costs);
  }

  private learnExponent(x: readonly number[], y: readonly number[], costs: number): void {
    if (costs < 2) return;
    const n = x.length;
    const meanX = x.reduce((a, b) => a + b, 0) / n;
    const meanY = y.reduce((a, b) => a + b, 0) / n;
    let xx = 0;
    let xy = 0;
    for (let i = 0; i < n; i++) {
      xx += (x[i]! - meanX) ** 2;
      xy += (x[i]! - meanX) * (y[i]! - meanY);
    }
    if (xx < 1e-6) return;
    this.summary.exponent = xy / xx;
    this.summary.exponentVariance = this.noise / xx;
    this.summary.level = meanY;
    this.summary.rate = meanY - meanX;
  }

  private choose(): void {
    let best = this.chosen >= 0 && this.candidates[Math.floor(this.chosen / LEVELS)]!.fit ? this.chosen : -1;
    for (let i = 0; i < this.errors.length; i++) {
      if (!this.candidates[Math.floor(i / LEVELS)]!.fit) continue;
      if (best < 0 || this.errors[i]! < ADVANTAGE * this.errors[best]!) best = i;
    }
    this.chosen = best;
  }

  private summarize(): void {
    this.summary.noise = this.noise;
    this.summary.cells = this.candidates[Math.floor(this.chosen / LEVELS)]!.cells;
    if (Number.isNaN(this.summary.level) || this.summary.exponentVariance === Infinity) {
      const y = this.samples.all().at(-1)!.y;
      this.summary.level = Number.isNaN(this.summary.level) ? y : this.summary.level + 0.2 * (y - this.summary.level);
    }
  }

  private cellOf(type: string): number {
    const known = this.types.get(type);
    if (known !== undefined) return known;
    if (this.types.size >= MOST_CELLS) return MOST_CELLS - 1;
    const cell = this.types.size;
    this.types.set(type, cell);
    for (const candidate of this.candidates) candidate.addCell(type);
    return cell;
  }

  private logCost(cost: number | null): number | null {
    if (cost === null) return null;
    if (cost > 0) {
      const x = Math.log(cost);
      this.x.leastPositive = Math.min(this.x.leastPositive, x);
      return x;
    }
    return Number.isFinite(this.x.leastPositive) ? this.x.leastPositive - Math.LN2 : 0;
  }
}

const LONG_NOISE = 0.98;
/** Families that hold beyond the costs that they were fitted to, the best first. */
const EXTRAPOLATING = ['linear in cost', 'power of cost, as for other tasks'].map((name) =>
  FAMILIES.findIndex((family) => family.name === name),
);
/** ln of how many times a cost is as large, or as small, as any seen before the choice among the seen counts for nothing. */
const FAR_OUTSIDE = Math.LN2;
const MEDIAN = KNOTS.indexOf(0.5);
const TENTH = KNOTS.indexOf(0.1);
const NINE_TENTHS = KNOTS.indexOf(0.9);
const WEIGHT_POWER = 1;

function push<T>(window: T[], value: T): void {
  window.push(value);
  if (window.length > 200) window.shift();
}
