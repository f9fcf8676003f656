import {
  MultivariateLinearRegression,
  PolynomialRegression,
  SimpleLinearRegression,
  TheilSenRegression,
} from 'ml-regression';

/**
 * What a family is fitted to, all in logarithms: x of costs, y of seconds, idle of seconds of idleness. Instance types and
 * load are taken out of y already.
 */
export interface Points {
  x: readonly number[];
  y: readonly number[];
  idle: readonly number[];
  weights: readonly number[];
  /** Indices of the points in ascending order of x. */
  order: readonly number[];
  /** How many different costs there are; 0 where the task has none. */
  costs: number;
  /** What the exponent of the cost is taken to be where the points do not tell: that of the job's other tasks. */
  exponent: { mean: number; variance: number };
  /** Variance of y around a good fit, roughly. */
  noise: number;
  /** Least and largest of x and of y. */
  xRange: readonly [least: number, most: number];
  yRange: readonly [least: number, most: number];
}

/** ln seconds of an item with this ln cost, after so much idleness. */
export type Fit = (x: number, idle: number) => number;

/** A way to predict. Several compete for each task, and the one with the smallest recent error is used. */
export interface Family {
  name: string;
  /** Null where these points do not support the family. */
  fit(points: Points): Fit | null;
}

/** Theil–Sen looks at each pair of samples: of many it takes these, spread over all. */
const ROBUST_POINTS = 32;
/** So many points, or the root of all, are alike enough in cost to speak for each other. */
const LEAST_NEIGHBOURS = 3;

const typical: Family = {
  name: 'mean',
  fit: ({ y }) => {
    const middle = median(y);
    return () => middle;
  },
};

const proportional: Family = {
  name: 'proportional to cost',
  fit({ x, y, costs }) {
    if (costs === 0) return null;
    const rate = median(y.map((each, i) => each - x[i]!));
    return (at) => rate + at;
  },
};

/**
 * A fixed part and a part proportional to the cost: least squares, weighted by what the last round predicted, so that large
 * items do not drown small ones. The fixed part may be negative as long as no observed cost comes out negative.
 */
const linear: Family = {
  name: 'linear in cost',
  fit({ x, y, weights, costs }) {
    if (costs < 2) return null;
    const cost = x.map(Math.exp);
    const seconds = y.map(Math.exp);
    let fitted: readonly number[] = seconds;
    let line = { fixed: 0, rate: 0 };
    for (let round = 0; round < 3; round++) {
      line = weightedLine(
        cost,
        seconds,
        weights.map((weight, i) => weight / fitted[i]!),
      );
      if (!(line.rate > 0)) return null;
      const { fixed: part, rate: slope } = line;
      if (cost.some((each) => part + slope * each <= 0))
        line = { fixed: 0, rate: throughOrigin(cost, seconds, fitted) };
      fitted = cost.map((each) => line.fixed + line.rate * each);
    }
    const { fixed, rate } = line;
    return (at) => Math.log(Math.max(0, fixed + rate * Math.exp(at)));
  },
};

/** A power of the cost whose exponent is drawn towards that of the job's other tasks while there are few points. */
const shrunkPower: Family = {
  name: 'power of cost, as for other tasks',
  fit({ x, y, weights, costs, exponent, noise }) {
    if (costs === 0) return null;
    const { meanX, meanY, xx, xy } = weightedMoments(x, y, weights);
    const trust = noise / exponent.variance;
    const slope = (xy + trust * exponent.mean) / (xx + trust);
    return (at) => meanY + slope * (at - meanX);
  },
};

const power: Family = {
  name: 'power of cost',
  fit({ x, y, costs }) {
    if (costs < 3) return null;
    const regression = new SimpleLinearRegression(x, y);
    return (at) => regression.predict(at);
  },
};

const robust: Family = {
  name: 'power of cost, robust',
  fit({ x, y, costs }) {
    if (costs < 4) return null;
    const step = Math.ceil(x.length / ROBUST_POINTS);
    const some = (_: number, i: number): boolean => (x.length - 1 - i) % step === 0;
    const xs = x.filter(some);
    if (new Set(xs).size < 4) return null;
    const regression = new TheilSenRegression(xs, y.filter(some));
    return (at) => regression.predict(at);
  },
};

const curved: Family = {
  name: 'power of cost, curved',
  fit({ x, y, order, costs }) {
    if (costs < 6) return null;
    const middle = x[order[order.length >> 1]!]!;
    const regression = new PolynomialRegression(
      x.map((each) => each - middle),
      y,
      2,
    );
    return (at) => regression.predict(at - middle);
  },
};

/** What the items nearest in cost took: for jumps, steps, and costs that come again and again. */
const neighbours: Family = {
  name: 'alike costs',
  fit({ x, y, order, costs }) {
    if (costs < 2 || x.length < 6) return null;
    const width = Math.max(LEAST_NEIGHBOURS, Math.round(Math.sqrt(x.length)));
    const step = Math.max(1, width >> 1);
    const knots: number[] = [];
    const smooth: number[] = [];
    for (let first = 0; first + width <= x.length; first += step) {
      const alike = order.slice(first, first + width);
      knots.push((x[alike[(width - 1) >> 1]!]! + x[alike[width >> 1]!]!) / 2);
      smooth.push(median(alike.map((i) => y[i]!)));
    }
    return (at) => between(knots, smooth, at);
  },
};

const multivariate: Family = {
  name: 'power of cost and idle time',
  fit({ x, y, idle, costs }) {
    if (x.length < 12 || new Set(idle).size < 4) return null;
    const row = (at: number, idleness: number): number[] => (costs < 3 ? [idleness] : [at, idleness]);
    const regression = new MultivariateLinearRegression(
      x.map((each, i) => row(each, idle[i]!)),
      y.map((each) => [each]),
      { statistics: false },
    );
    return (at, idleness) => regression.predict(row(at, idleness))[0] ?? Number.NaN;
  },
};

/** In order of simplicity: of two that predict equally well, the simpler one is used. */
export const FAMILIES: readonly Family[] = [
  typical,
  shrunkPower,
  proportional,
  linear,
  power,
  robust,
  curved,
  neighbours,
  multivariate,
];

/** How much further from the observed run times than the cost is from the observed costs a fit may go, as a factor's logarithm. */
const ROOM = Math.LN2;
const STEEPEST = 1.2;
/** Beyond costs e to this power away from any seen nothing grows any more. */
const FARTHEST = 7;

/** Keeps a fit to what the points make believable: finite, and not far from what was observed at costs like these. */
export function sensible(fit: Fit, { xRange, yRange }: Points): Fit {
  const [leastX, mostX] = xRange;
  const [leastY, mostY] = yRange;
  return (at, idle) => {
    const low = leastY - ROOM - STEEPEST * Math.min(Math.max(0, leastX - at), FARTHEST);
    const high = mostY + ROOM + STEEPEST * Math.min(Math.max(0, at - mostX), FARTHEST);
    const predicted = fit(at, idle);
    return Number.isNaN(predicted) ? mostY : Math.min(Math.max(predicted, low), high);
  };
}

/** Of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = new Float64Array(values).toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Least and largest of some numbers. */
export function extremes(values: readonly number[]): [least: number, most: number] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}

/** The rate that makes relative errors least in the mean. */
function throughOrigin(x: readonly number[], y: readonly number[], scale: readonly number[]): number {
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i]! / scale[i]!) ** 2;
    xy += (x[i]! / scale[i]!) * (y[i]! / scale[i]!);
  }
  return xy / xx;
}

function weightedLine(x: readonly number[], y: readonly number[], weights: readonly number[]) {
  const { meanX, meanY, xx, xy } = weightedMoments(x, y, weights);
  const rate = xy / xx;
  return { fixed: meanY - rate * meanX, rate };
}

/** Means, and weighted sums of squares and products of the deviations from them. */
function weightedMoments(x: readonly number[], y: readonly number[], weights: readonly number[]) {
  const meanX = weightedMean(x, weights);
  const meanY = weightedMean(y, weights);
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += weights[i]! * (x[i]! - meanX) ** 2;
    xy += weights[i]! * (x[i]! - meanX) * (y[i]! - meanY);
  }
  return { meanX, meanY, xx, xy };
}

/** Linear interpolation in a table that ascends in x; flat beyond its ends. */
function between(xs: readonly number[], ys: readonly number[], at: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (!(at > xs[low]!)) return ys[low]!;
  if (at >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= at) low = middle;
    else high = middle;
  }
  const share = (at - xs[low]!) / (xs[high]! - xs[low]! || 1);
  return ys[low]! + share * (ys[high]! - ys[low]!);
}
