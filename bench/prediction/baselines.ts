/** What others predict with, and a user could by hand: each learns online, like the model beside it. */
import type { TraceRow } from '../read-traces.ts';

/** Predicts and learns; null while it has nothing to go by. */
export interface Baseline {
  name: string;
  predict(row: TraceRow): number | null;
  observe(row: TraceRow): void;
}

/** Mean of the type so far (Dask, Lobster). */
export function meanSoFar(): Baseline {
  const types = new Map<string, { sum: number; count: number }>();
  return {
    name: 'mean',
    predict({ type }) {
      const known = types.get(type);
      return known ? known.sum / known.count : null;
    },
    observe({ type, runtimeSeconds }) {
      const { sum, count } = types.get(type) ?? { sum: 0, count: 0 };
      types.set(type, { sum: sum + runtimeSeconds, count: count + 1 });
    },
  };
}

/** Mean of the last two of the type (Tsafrir, Etsion, Feitelson 2007), on the same machine where there are any. */
export function lastTwo(): Baseline {
  const last = new Map<string, number[]>();
  const push = (key: string, seconds: number): void => {
    last.set(key, [...(last.get(key) ?? []), seconds].slice(-2));
  };
  return {
    name: 'last two',
    predict({ type, machine }) {
      const two = last.get(`${type} on ${machine}`) ?? last.get(type);
      return two ? two.reduce((a, b) => a + b, 0) / two.length : null;
    },
    observe({ type, machine, runtimeSeconds }) {
      push(type, runtimeSeconds);
      push(`${type} on ${machine}`, runtimeSeconds);
    },
  };
}

/** Least squares of ln seconds on ln bytes over all of the type so far. */
export function logLog(): Baseline {
  const types = new Map<string, { n: number; x: number; y: number; xx: number; xy: number }>();
  const logCost = ({ inputBytes }: TraceRow): number => Math.log(Math.max(1, inputBytes ?? 1));
  return {
    name: 'log-log',
    predict(row) {
      const sums = types.get(row.type);
      if (!sums) return null;
      const { n, x, y, xx, xy } = sums;
      const variance = n * xx - x * x;
      const slope = variance > 1e-9 * n * xx ? (n * xy - x * y) / variance : 0;
      return Math.exp(y / n + slope * (logCost(row) - x / n));
    },
    observe(row) {
      const sums = types.get(row.type) ?? { n: 0, x: 0, y: 0, xx: 0, xy: 0 };
      const x = logCost(row);
      const y = Math.log(row.runtimeSeconds);
      sums.n++;
      sums.x += x;
      sums.y += y;
      sums.xx += x * x;
      sums.xy += x * y;
      types.set(row.type, sums);
    },
  };
}
