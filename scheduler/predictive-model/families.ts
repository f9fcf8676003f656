import {
  MultivariateLinearRegression,
  PowerRegression,
  SimpleLinearRegression,
  TheilSenRegression,
} from 'ml-regression';

/** What is known of an item before it runs. */
export interface Features {
  /** Null where the task has no cost. */
  cost: number | null;
  /** Share of the machine that others use. */
  load: number;
  /** How long the instance had been idle before the item's fragment. */
  idleSeconds: number;
}

/** Some alike items that were run: their features, and the mean of their run times. */
export interface Sample extends Features {
  seconds: number;
  count: number;
}

/** Predicts one item's seconds. May go wrong outside of what it was fitted to: see {@link sensible}. */
export type Fit = (features: Features) => number;

/** A way to predict. Several compete for each task, and the one with the smallest recent error is used. */
export interface Family {
  name: string;
  /** Null where these samples do not support the family. */
  fit(samples: readonly Sample[]): Fit | null;
}

/** Theil–Sen looks at each pair of samples: of many it takes these, spread over all. */
const ROBUST_SAMPLES = 40;

/** A sample that is so many times as long as its fit is no guide for others. */
const WILD = 10;

const costs = (samples: readonly Sample[]): number[] => samples.map(({ cost }) => cost ?? 0);
const seconds = (samples: readonly Sample[]): number[] => samples.map((sample) => sample.seconds);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const distinct = (numbers: readonly number[]): number => new Set(numbers).size;
const row = ({ cost, load, idleSeconds }: Features): number[] => [cost ?? 0, load, idleSeconds];
const hasCosts = (samples: readonly Sample[], least: number): boolean =>
  samples.length >= least && samples.every(({ cost }) => cost !== null) && distinct(costs(samples)) >= least;

/** Weighted by how many items each sample stands for, so that it is the mean over items. */
const mean: Family = {
  name: 'mean',
  fit(samples) {
    const total = sum(samples.map((sample) => sample.seconds * sample.count));
    const average = total / sum(samples.map(({ count }) => count));
    return () => average;
  },
};

const proportional: Family = {
  name: 'proportional to cost',
  fit(samples) {
    if (!hasCosts(samples, 1)) return null;
    const total = sum(samples.map(({ cost, count }) => (cost ?? 0) * count));
    if (total <= 0) return null;
    const rate = sum(samples.map((sample) => sample.seconds * sample.count)) / total;
    return ({ cost }) => rate * (cost ?? 0);
  },
};

const linear: Family = {
  name: 'linear in cost',
  fit(samples) {
    if (!hasCosts(samples, 2)) return null;
    const regression = new SimpleLinearRegression(costs(samples), seconds(samples));
    return ({ cost }) => regression.predict(cost ?? 0);
  },
};

const power: Family = {
  name: 'power of cost',
  fit(samples) {
    const positive = samples.filter((sample) => (sample.cost ?? 0) > 0 && sample.seconds > 0);
    if (!hasCosts(positive, 3)) return null;
    const regression = new PowerRegression(costs(positive), seconds(positive));
    return ({ cost }) => regression.predict(cost ?? 0);
  },
};

const robust: Family = {
  name: 'linear in cost, robust',
  fit(samples) {
    const step = Math.ceil(samples.length / ROBUST_SAMPLES);
    const some = samples.filter((_, i) => (samples.length - 1 - i) % step === 0);
    if (!hasCosts(some, 4)) return null;
    const regression = new TheilSenRegression(costs(some), seconds(some));
    return ({ cost }) => regression.predict(cost ?? 0);
  },
};

const multivariate: Family = {
  name: 'linear in cost, load and idle time',
  fit(samples) {
    const varying = distinct(samples.map(({ load }) => load)) > 1 || distinct(samples.map((s) => s.idleSeconds)) > 1;
    if (samples.length < 12 || !varying) return null;
    const regression = new MultivariateLinearRegression(
      samples.map(row),
      samples.map((sample) => [sample.seconds]),
      { statistics: false },
    );
    return (features) => regression.predict(row(features))[0] ?? Number.NaN;
  },
};

/** In order of simplicity: of two that predict equally well, the simpler one is used. */
export const FAMILIES: readonly Family[] = [mean, proportional, linear, power, robust, multivariate];

/**
 * Keeps a fit to what the samples make believable: finite, positive, and no further from the observed run times than
 * the cost is from the observed costs.
 */
export function sensible(fit: Fit, samples: readonly Sample[]): Fit {
  const times = seconds(samples);
  const least = Math.min(...times);
  const most = Math.max(...times);
  const known = costs(samples).filter((cost) => cost > 0);
  const leastCost = Math.min(...known);
  const mostCost = Math.max(...known);
  return (features) => {
    const cost = features.cost ?? 0;
    const below = known.length > 0 && cost > 0 && cost < leastCost ? cost / leastCost : 1;
    const above = known.length > 0 && cost > mostCost ? cost / mostCost : 1;
    const predicted = fit(features);
    const floor = 0.5 * least * below;
    return Number.isFinite(predicted) ? Math.min(Math.max(predicted, floor, 1e-9), 2 * most * above) : most;
  };
}

/**
 * Scales a fit so that over the samples it predicts as many seconds in all as there were: regressions that are robust or
 * work on logarithms follow the typical item, but what a job takes is the sum. Wild samples do not count in it.
 */
export function unbiased(fit: Fit, samples: readonly Sample[]): Fit {
  let actual = 0;
  let predicted = 0;
  for (const sample of samples) {
    const one = fit(sample);
    if (sample.seconds > WILD * one) continue;
    actual += sample.seconds * sample.count;
    predicted += one * sample.count;
  }
  const factor = actual > 0 && predicted > 0 ? actual / predicted : 1;
  return (features) => factor * fit(features);
}
