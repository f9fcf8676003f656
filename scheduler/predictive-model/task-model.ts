import { Calibration } from './calibration.ts';
import { FAMILIES, sensible, unbiased, type Features, type Fit, type Sample } from './families.ts';
import type { Observation } from './observation.ts';

/** How many of the latest samples a fit rests on. */
const WINDOW = 256;
/** How many of them its level is held against. */
const RECENT = 96;
/** Share of the past that an error or a spread keeps with each new sample. */
const MEMORY = 0.95;
/** How much better a family must predict than a simpler one before it replaces it. */
const ADVANTAGE = 0.97;

/** Before anything is observed: how far single items (`within`) and their common level are off, as shares. */
export const PRIOR_SPREAD = { within: 0.5, level: 0.7 };
/** How many observations that prior is worth. */
const PRIOR_WEIGHT = 2;

/** Spreads are standard deviations of logarithms: 0.1 is about 10 %. */
export interface Spread {
  /** Of single items around their common level: it averages out in a fragment. */
  within: number;
  /** Of that level around the prediction: it does not. */
  level: number;
}

interface Candidate {
  name: string;
  fit: Fit | null;
  /** Recent mean of |ln predicted − ln actual|, each prediction made before its sample was learnt. */
  error: number;
  tries: number;
}

/**
 * What has been learnt of one task. Several families of regression compete; each is asked to predict every sample before
 * it learns from it, and the one with the smallest recent error is used (prequential selection; Dawid 1984).
 */
export class TaskModel {
  readonly calibration = new Calibration();
  private samples: Sample[] = [];
  private candidates: Candidate[] = FAMILIES.map(({ name }) => ({ name, fit: null, error: 0, tries: 0 }));
  private chosen: Candidate | null = null;
  private sinceFit = 0;
  private readonly typeRatios = new Map<string, { log: number; weight: number }>();
  private withinVariance = PRIOR_SPREAD.within ** 2;
  private levelVariance = PRIOR_SPREAD.level ** 2;
  private seen = 0;
  /** Items observed, ever. */
  observations = 0;

  /** The family in use. */
  get family(): string {
    return this.chosen?.name ?? 'none yet';
  }

  get spread(): Spread {
    return { within: Math.sqrt(this.withinVariance), level: Math.sqrt(this.levelVariance) };
  }

  /** Expected seconds of one item on an instance of that type; null before the first observation. */
  seconds(features: Features, instanceType: string): number | null {
    if (!this.chosen?.fit) return null;
    return this.chosen.fit(features) * this.speedRatio(instanceType);
  }

  observe(observation: Observation): void {
    const { count, instanceType } = observation;
    if (count <= 0 || observation.seconds <= 0) return;
    const actual = observation.seconds / count;
    const predicted = this.seconds(observation, instanceType);
    if (predicted !== null) this.learnFromError(observation, predicted, actual);
    else this.typeRatios.set(instanceType, { log: 0, weight: Number.POSITIVE_INFINITY });
    const ratio = this.speedRatio(instanceType);
    const sample: Sample = {
      cost: observation.cost,
      load: observation.load,
      idleSeconds: observation.idleSeconds,
      seconds: actual / ratio,
      count,
    };
    this.score(sample);
    this.samples.push(sample);
    if (this.samples.length > WINDOW) this.samples.shift();
    this.observations += count;
    this.seen++;
    this.refit();
  }

  private learnFromError(
    { count, squaredSeconds, instanceType }: Observation,
    predicted: number,
    actual: number,
  ): void {
    const { within, level } = this.spread;
    this.calibration.record(predicted, actual, Math.sqrt(within ** 2 / count + level ** 2));
    const error = Math.log(actual / predicted);
    const weight = 1 / Math.min(this.seen + PRIOR_WEIGHT, 1 / (1 - MEMORY));
    if (count > 1) {
      const relative = Math.max(0, squaredSeconds / count - actual ** 2) / actual ** 2;
      this.withinVariance += weight * (Math.log1p(relative) - this.withinVariance);
    }
    const levelSquare = Math.max(error ** 2 - this.withinVariance / count, 0.01 * error ** 2);
    this.levelVariance += weight * (levelSquare - this.levelVariance);
    this.learnSpeed(instanceType, error);
  }

  /** The first type seen is the reference; others are learnt as a factor to it. */
  private learnSpeed(instanceType: string, error: number): void {
    const ratio = this.typeRatios.get(instanceType) ?? { log: 0, weight: 0 };
    if (ratio.weight === Number.POSITIVE_INFINITY) return;
    ratio.weight = Math.min(ratio.weight + 1, 1 / (1 - MEMORY));
    ratio.log += error / ratio.weight;
    this.typeRatios.set(instanceType, ratio);
  }

  private speedRatio(instanceType: string): number {
    return Math.exp(this.typeRatios.get(instanceType)?.log ?? 0);
  }

  /** Holds each family's prediction against a sample that it has not seen. */
  private score(sample: Sample): void {
    for (const candidate of this.candidates) {
      if (!candidate.fit) continue;
      const error = Math.abs(Math.log(candidate.fit(sample) / sample.seconds));
      candidate.tries++;
      candidate.error += (error - candidate.error) / Math.min(candidate.tries, 1 / (1 - MEMORY));
    }
    this.choose();
  }

  /** Fits anew after each of the first samples, later after every few: a fit costs more than a sample changes. */
  private refit(): void {
    this.sinceFit++;
    if (this.sinceFit < Math.min(16, this.samples.length / 8)) return;
    this.sinceFit = 0;
    for (const [index, family] of FAMILIES.entries()) {
      const fit = family.fit(this.samples);
      this.candidates[index]!.fit = fit && unbiased(sensible(fit, this.samples), this.samples.slice(-RECENT));
    }
    this.choose();
  }

  private choose(): void {
    let best: Candidate | null = null;
    for (const candidate of this.candidates) {
      if (!candidate.fit) continue;
      if (!best || this.isBetter(candidate, best)) best = candidate;
    }
    this.chosen = best;
  }

  /** Nothing tried yet: prefer what uses the cost. Else by recent error, with an edge for the simpler one. */
  private isBetter(candidate: Candidate, best: Candidate): boolean {
    if (candidate.tries === 0) return best.tries === 0 && candidate.name === 'proportional to cost';
    return best.tries === 0 || candidate.error < ADVANTAGE * best.error;
  }
}
