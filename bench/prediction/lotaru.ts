/**
 * Prediction across machines, after the protocol of Lotaru (Bader et al., FGCS 150, 2024), on its traces: five workflows,
 * each run on seven machines, on two series of ten inputs down-sampled in steps of two (`train-1`, `train-2`), and on whole
 * inputs (`test`), which are mostly larger than any of the series. Each workflow is left out in turn, with each machine but
 * the local one and with each series. Asked for are the run times of its tasks on whole inputs on that machine.
 *
 * - **Cold, after Lotaru**: of each task the first six inputs of the series are known, in the order of the file, from the
 *   local machine. Where Lotaru measures machines by microbenchmarks, this is told what the series of the *other* workflows
 *   took, there and on the local machine. A task that had fewer than one input run locally isn't asked for.
 * - **Cold, one machine left out**: the whole series of all workflows is known on all machines, but nothing of the workflow
 *   that is asked for on the machine that is asked about.
 * - **After completions**: the first case, and then the task's first one or two whole inputs in the order of the file, on the
 *   machine in question. All rows are about the same points: those that come later than these two.
 *
 * No whole input of any workflow is ever learnt from, but for the completions.
 */
import { quantileSeconds } from '../../scheduler/predictive-model/distribution.ts';
import { itemInterval, PredictiveModel } from '../../scheduler/predictive-model/model.ts';
import type { TraceRow } from '../read-traces.ts';
import { observationOf, queryOf } from './online.ts';
import { Score } from './score.ts';

const LOCAL = 'local';
/** Inputs of each task that are run on the local machine. */
const LOCAL_INPUTS = 6;
const SERIES = ['train-1', 'train-2'];
/** Completions of the same task on the same machine before the prediction. */
const COMPLETIONS = [0, 1, 2];
const MOST_COMPLETIONS = COMPLETIONS.at(-1)!;

export interface LotaruResult {
  /** Nothing known of the machine but its name. */
  unknownMachine: Score;
  /** The machine known from other workflows, the task from one other machine. */
  cold: Score;
  /** The machine known from other workflows, the task from all other machines. */
  otherMachines: Score;
  /** By completions: the points that come later than the most of them. */
  afterCompletions: { completions: number; score: Score }[];
  /** {@link cold} for each workflow that was left out. */
  byWorkflow: Map<string, Score>;
}

interface Row extends TraceRow {
  workflow: string;
  set: string;
}

/** What is asked for in one round, and what is known. */
interface Round {
  workflow: string;
  /** By task, in the order of the file. */
  points: Row[][];
  localSamples: Row[];
  otherWorkflows: Row[];
  allElse: Row[];
}

export function evaluateLotaru(rows: readonly TraceRow[]): LotaruResult {
  const result: LotaruResult = {
    unknownMachine: new Score(),
    cold: new Score(),
    otherMachines: new Score(),
    afterCompletions: COMPLETIONS.map((completions) => ({ completions, score: new Score() })),
    byWorkflow: new Map(),
  };
  for (const round of roundsOf(rows)) {
    evaluateCold(round, result);
    for (const points of round.points) evaluateCompletions(round, points, result);
  }
  return result;
}

function roundsOf(rows: readonly TraceRow[]): Round[] {
  const all = rows.map((row) => ({
    ...row,
    workflow: row.trace.slice(0, row.trace.indexOf('@')),
    set: row.id.slice(0, row.id.indexOf(':')),
  }));
  const targets = Object.values(Object.groupBy(all, ({ trace }) => trace)).flatMap((target) => target ?? []);
  return [...Map.groupBy(targets, ({ trace }) => trace).values()]
    .filter(([first]) => first!.machine !== LOCAL)
    .flatMap((target) => SERIES.map((series) => roundOf(all, target, series)));
}

function roundOf(all: readonly Row[], target: readonly Row[], series: string): Round {
  const { workflow, machine } = target[0]!;
  const known = all.filter(({ set }) => set === series);
  const isTarget = (row: Row): boolean => row.workflow === workflow;
  const localSamples = byTask(known.filter((row) => isTarget(row) && row.machine === LOCAL)).flatMap((task) =>
    task.slice(0, LOCAL_INPUTS),
  );
  const trained = new Set(localSamples.map(keyOf));
  return {
    workflow,
    points: byTask(target.filter((row) => row.set === 'test' && trained.has(keyOf(row)))),
    localSamples,
    otherWorkflows: known.filter((row) => !isTarget(row) && [LOCAL, machine].includes(row.machine)),
    allElse: known.filter((row) => !isTarget(row) || row.machine !== machine),
  };
}

function evaluateCold({ workflow, points, localSamples, otherWorkflows, allElse }: Round, result: LotaruResult): void {
  const stranger = modelOf(localSamples);
  const cold = modelOf([...otherWorkflows, ...localSamples]);
  const otherMachines = modelOf(allElse);
  const own = result.byWorkflow.get(workflow) ?? new Score();
  result.byWorkflow.set(workflow, own);
  for (const point of points.flat()) {
    score(result.unknownMachine, stranger, point);
    score(result.cold, cold, point);
    score(own, cold, point);
    score(result.otherMachines, otherMachines, point);
  }
}

function evaluateCompletions(
  { localSamples, otherWorkflows }: Round,
  points: readonly Row[],
  result: LotaruResult,
): void {
  const asked = points.slice(MOST_COMPLETIONS);
  if (asked.length === 0) return;
  const model = modelOf([...otherWorkflows, ...localSamples]);
  for (const { completions, score: its } of result.afterCompletions) {
    if (completions > 0) model.observe(observationOf(points[completions - 1]!, keyOf(points[0]!)));
    for (const point of asked) score(its, model, point);
  }
}

const keyOf = ({ workflow, type }: Row): string => `${workflow}/${type}`;

const byTask = (rows: readonly Row[]): Row[][] => [...Map.groupBy(rows, keyOf).values()];

const modelOf = (known: readonly Row[]): PredictiveModel =>
  new PredictiveModel(known.map((row) => observationOf(row, keyOf(row))));

function score(into: Score, model: PredictiveModel, point: Row): void {
  const prediction = model.predict(queryOf(point, keyOf(point)));
  into.point(quantileSeconds(prediction, 0.5), point.runtimeSeconds);
  into.interval(itemInterval(prediction), point.runtimeSeconds);
}
