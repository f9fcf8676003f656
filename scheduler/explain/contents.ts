/** What is in a fragment, what its predictions rested on, and where its safe points stand, in words. */
import type { JobSpec } from '../job-spec.ts';
import type { Interval, PredictionBasis } from '../predictive-model/prediction.ts';
import type { PredictedPart, ReportedFragment, ReportedPart } from '../run/report.ts';
import { errorInWords } from './band.ts';
import { counted, duration, durationBand, percent } from '../words.ts';

export const NOT_RECORDED = 'not recorded: the run was made by a version of Morsel that did not note it';

/** A line for each task of the fragment. */
export function contentsInWords({ parts }: ReportedFragment): string[] {
  return parts.flatMap((part) => {
    const head = `${counted(part.items, 'item')} of ${partName(part)}`;
    if (part.predicted === null) return [`${head}; what was predicted for one of them was ${NOT_RECORDED}.`];
    const { predicted } = part;
    const total = part.items > 1 ? `, ${duration(predicted.seconds)} of work in all` : '';
    return [`${head}${total}: ${itemInWords(part.items, predicted)}.`, `  ${basisInWords(predicted.basis)}`];
  });
}

/** A line on safe points for each task of the fragment. */
export function safePointsInWords(spec: JobSpec, fragment: ReportedFragment): string[] {
  return fragment.parts.map((part) => {
    const text = part.predicted === null ? NOT_RECORDED : spacing(spec, fragment, part, part.predicted);
    return fragment.parts.length > 1 ? `${partName(part)}: ${text}.` : `${text[0]!.toUpperCase()}${text.slice(1)}.`;
  });
}

/** The task as written, with its stage where it has several. */
const partName = ({ task, stage }: ReportedPart): string =>
  stage.of > 1 ? `${task} (stage ${stage.index} of ${stage.of})` : task;

function itemInWords(items: number, { shortestItemSeconds, longestItemSeconds, seconds }: PredictedPart): string {
  const [short, long] = [shortestItemSeconds, longestItemSeconds].map(withBand);
  if (short === long) return `one was expected to take ${short}`;
  return `one was expected to take from ${short} to ${long}, ${duration(seconds / items)} on average`;
}

const withBand = (interval: Interval): string =>
  `${duration(interval.expected)} (four in five take ${durationBand(interval)})`;

function basisInWords({ kind, observations, model, medianError, coverage }: PredictionBasis): string {
  if (kind === 'estimate') return 'Predicted from the `estimate` in the job file: no item had been seen.';
  if (kind === 'sibling') return 'Predicted from what other tasks took: no item of this one had been seen.';
  if (kind === 'guess') return 'A guess: nothing had been measured yet.';
  const record = [
    ...(medianError === null
      ? []
      : [`half of the latest predictions had been off by less than ${errorInWords(medianError)}`]),
    ...(coverage === null ? [] : [`${percent(coverage)} of outcomes had fallen into their 80 % band`]),
  ].join(', ');
  return `Predicted from ${counted(observations, 'item')} seen by then (${model})${record === '' ? '' : `: ${record}`}.`;
}

function spacing(
  spec: JobSpec,
  { sizing, predictedSeconds }: ReportedFragment,
  { task, stage }: ReportedPart,
  { everyItems, everySeconds }: PredictedPart,
): string {
  const written = spec.tasks.find((each) => each.task === task && each.stage.index === stage.index)?.safePoint;
  if (stage.index < stage.of) return 'after each item, since a safe point stands before its next step';
  if (written?.kind === 'items') return `every ${counted(written.everyItems, 'item')}, as the job file says`;
  if (written?.kind === 'time') return `every ${duration(written.everySeconds)}, as the job file says`;
  if (everyItems > 0) return `every ${counted(everyItems, 'item')}, as the scheduler chose`;
  if (everySeconds === null) return 'only at its end, as the scheduler chose';
  const reached = everySeconds < predictedSeconds.high ? '' : ', which is longer than the fragment: so only at its end';
  return `every ${duration(everySeconds)}, ${chosenBy(everySeconds, sizing)}${reached}`;
}

/** Young's and Daly's optimum, where that is what it is. */
function chosenBy(everySeconds: number, sizing: ReportedFragment['sizing']): string {
  if (sizing === null) return 'as the scheduler chose';
  const { safePointSeconds: cost, meanTimeBetweenFailuresSeconds: mean } = sizing;
  const why = `for a safe point that costs ${duration(cost)} and an instance that ends without warning once in ${duration(mean)}`;
  const optimum = Math.sqrt(2 * cost * mean);
  const isOptimum = Math.abs(everySeconds - optimum) < 0.02 * optimum;
  return isOptimum ? `the optimum after Young and Daly, √(2·C·M), ${why}` : `as the scheduler chose ${why}`;
}
