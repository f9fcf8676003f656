/**
 * Prediction across machines, after the protocol of Lotaru (Bader et al., FGCS 150, 2024): each task is run on a few
 * down-sampled inputs on one local machine; then its run times on real inputs on other machines are predicted. Where
 * Lotaru measures machines by microbenchmarks, this knows what the other workflows took on them.
 */
import { quantileSeconds } from '../../scheduler/predictive-model/distribution.ts';
import { itemInterval, PredictiveModel } from '../../scheduler/predictive-model/model.ts';
import type { TraceRow } from '../read-traces.ts';
import { observationOf, queryOf } from './online.ts';
import { Score } from './score.ts';

const LOCAL = 'local';
/** Down-sampled inputs of each task that are run on the local machine: the first of the file. */
const LOCAL_INPUTS = 6;
const SETS = ['train-1', 'train-2'];
/** Completions of the same task on the same machine before the prediction. */
export const COMPLETIONS = [0, 1, 2];

export interface LotaruResult {
  /** All points, predicted from other machines. */
  cold: Score;
  /** The same, without anything known of the target machine. */
  unknownMachine: Score;
  /** By completions: the same points for each, those that have two earlier ones. */
  afterCompletions: Score[];
}

interface Row extends TraceRow {
  workflow: string;
  set: string;
}

export function evaluateLotaru(rows: readonly TraceRow[]): LotaruResult {
  const all = rows.map((row) => ({
    ...row,
    workflow: row.trace.slice(0, row.trace.indexOf('@')),
    set: row.id.slice(0, row.id.indexOf(':')),
  }));
  const result: LotaruResult = {
    cold: new Score(),
    unknownMachine: new Score(),
    afterCompletions: COMPLETIONS.map(() => new Score()),
  };
  const groups = Object.groupBy(all, ({ workflow, machine }) => `${workflow}@${machine}`);
  for (const target of Object.values(groups)) {
    if (!target || target[0]!.machine === LOCAL) continue;
    for (const set of SETS) evaluateTarget(all, target, set, result);
  }
  return result;
}

function evaluateTarget(all: readonly Row[], target: readonly Row[], set: string, result: LotaruResult): void {
  const { workflow, machine } = target[0]!;
  const training = firstOf(all.filter((row) => row.workflow === workflow && row.machine === LOCAL && row.set === set));
  const others = all.filter(
    (row) => row.workflow !== workflow && (row.machine === LOCAL || row.machine === machine) && row.set === set,
  );
  const past = [...others, ...training].map((row) => observationOf(row, keyOf(row)));
  const strangers = training.map((row) => observationOf(row, keyOf(row)));
  const trained = new Set(training.map(keyOf));
  const tests = Object.groupBy(
    target.filter((row) => row.set === 'test' && trained.has(keyOf(row))),
    keyOf,
  );
  for (const points of Object.values(tests)) {
    if (!points) continue;
    const model = new PredictiveModel(past);
    const stranger = new PredictiveModel(strangers);
    for (const [index, point] of points.entries()) {
      score(result.cold, model, point);
      score(result.unknownMachine, stranger, point);
      if (index >= COMPLETIONS.at(-1)!) {
        for (const [i, completions] of COMPLETIONS.entries()) {
          const earlier = points.slice(0, completions).map((row) => observationOf(row, keyOf(row)));
          score(result.afterCompletions[i]!, new PredictiveModel([...past, ...earlier]), point);
        }
      }
    }
  }
}

const keyOf = ({ workflow, type }: Row): string => `${workflow}/${type}`;

function firstOf(rows: readonly Row[]): Row[] {
  const tasks = Object.groupBy(rows, keyOf);
  return Object.values(tasks).flatMap((task) => (task ?? []).slice(0, LOCAL_INPUTS));
}

function score(into: Score, model: PredictiveModel, point: Row): void {
  const prediction = model.predict(queryOf(point, keyOf(point)));
  into.point(quantileSeconds(prediction, 0.5), point.runtimeSeconds);
  into.interval(itemInterval(prediction), point.runtimeSeconds);
}
