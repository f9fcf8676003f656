/** Prequential evaluation: each item of a trace is predicted before it is learnt from, in the order of the file. */
import { quantileSeconds } from '../../scheduler/predictive-model/distribution.ts';
import { itemInterval, PredictiveModel, type Query } from '../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../scheduler/predictive-model/observation.ts';
import type { TraceRow } from '../read-traces.ts';
import { lastTwo, logLog, meanSoFar } from './baselines.ts';
import { Score } from './score.ts';

export interface OnlineResult {
  model: Score;
  baselines: { name: string; score: Score }[];
  observeMicroseconds: number;
  predictMicroseconds: number;
}

export function queryOf({ type, machine, inputBytes }: TraceRow, key = type): Query {
  return { key, instanceType: machine, cost: inputBytes, load: 0, idleSeconds: 0, estimateSeconds: null };
}

export function observationOf(row: TraceRow, key = row.type): Observation {
  const { machine, inputBytes, runtimeSeconds } = row;
  return {
    key,
    instanceType: machine,
    cost: inputBytes,
    count: 1,
    seconds: runtimeSeconds,
    squaredSeconds: runtimeSeconds ** 2,
    load: 0,
    idleSeconds: 0,
  };
}

/** Errors count from the second item of a type on, which is the first that everyone can predict; intervals count always. */
export function evaluateOnline(rows: readonly TraceRow[]): OnlineResult {
  const model = new PredictiveModel();
  const score = new Score();
  const baselines = [meanSoFar(), lastTwo(), logLog()].map((baseline) => ({ baseline, score: new Score() }));
  const milliseconds = { observe: 0, predict: 0 };
  for (const row of rows) {
    const actual = row.runtimeSeconds;
    const began = performance.now();
    const prediction = model.predict(queryOf(row));
    milliseconds.predict += performance.now() - began;
    score.interval(itemInterval(prediction), actual);
    if (model.observations(row.type) > 0) score.point(quantileSeconds(prediction, 0.5), actual);
    for (const { baseline, score: its } of baselines) {
      const predicted = baseline.predict(row);
      if (predicted !== null) its.point(predicted, actual);
      baseline.observe(row);
    }
    const observation = observationOf(row);
    const learning = performance.now();
    model.observe(observation);
    milliseconds.observe += performance.now() - learning;
  }
  return {
    model: score,
    baselines: baselines.map(({ baseline, score: its }) => ({ name: baseline.name, score: its })),
    observeMicroseconds: (1000 * milliseconds.observe) / rows.length,
    predictMicroseconds: (1000 * milliseconds.predict) / rows.length,
  };
}
