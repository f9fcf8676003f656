/** What happened to a fragment, beside what was predicted of it, in words. */
import type { ReportedFragment, ReportedInstance, ReportedPart } from '../run/report.ts';
import { count, counted, duration, durationBand, listed } from '../words.ts';
import { differenceInWords, placeIn, placeInWords, type Place } from './band.ts';

/** Of a fragment with more safe points the first and the last are told. */
const MOST_SAFE_POINTS = 8;

/** How long it took; null while it runs. */
export const tookSeconds = ({ startSeconds, endSeconds }: ReportedFragment): number | null =>
  endSeconds === null ? null : endSeconds - startSeconds;

/** Where its length fell; null where it was cut before that showed, or has not ended. */
export function placeOf(fragment: ReportedFragment): Place | null {
  const seconds = tookSeconds(fragment);
  if (seconds === null) return null;
  const { how, predictedSeconds } = fragment;
  return how === 'done' || seconds > predictedSeconds.high ? placeIn(predictedSeconds, seconds) : null;
}

export function predictionInWords(fragment: ReportedFragment): string[] {
  const { predictedSeconds: band, how } = fragment;
  const predicted = `Predicted to take ${duration(band.expected)}, dispatch and safe points included; four in five such take ${durationBand(band)}.`;
  const seconds = tookSeconds(fragment);
  if (seconds === null) return [predicted];
  if (placeOf(fragment) !== null) {
    const words = how === 'done' ? placeInWords(band, seconds) : 'longer than the band, though it was cut short';
    return [predicted, `It took ${duration(seconds)}: ${words}.`];
  }
  return [predicted, `It was cut after ${duration(seconds)}, so how long all of it would have taken is not known.`];
}

/** Items and their run times: the part of the prediction that also fragments that were cut can be held to. */
export function itemsInWords({ parts }: ReportedFragment): string[] {
  return parts.flatMap((part) => {
    const { task, items, committed, committedSeconds, predicted } = part;
    const head = `${count(committed)} of ${counted(items, 'item')} of ${task} committed`;
    if (committed === 0) return [`${head}.`];
    const took = `${head}: ${duration(committedSeconds)} of run time`;
    if (predicted === null) return [`${took}.`];
    const expected = predicted.committedSeconds;
    return [`${took}, where ${duration(expected)} was expected: ${differenceInWords(committedSeconds, expected)}.`];
  });
}

/** When safe points were reached, in seconds of the fragment. */
export function safePointsReached({ safePointSeconds, safePointItems, startSeconds }: ReportedFragment): string[] {
  if (safePointSeconds.length === 0) return ['It reached no safe point.'];
  const told = safePointSeconds.map(
    (at, index) => `${duration(at - startSeconds)} (${counted(safePointItems[index] ?? 0, 'item')})`,
  );
  const half = MOST_SAFE_POINTS / 2;
  const shown =
    told.length <= MOST_SAFE_POINTS
      ? listed(told)
      : `${told.slice(0, half).join(', ')}, … ${told.slice(-half).join(', ')}`;
  return [`${counted(told.length, 'safe point')}, after ${shown}.`];
}

/** How it ended, and what went back to the queue. */
export function endInWords(
  fragment: ReportedFragment,
  instance: ReportedInstance | undefined,
  isLive: boolean,
): string[] {
  const { how, endSeconds } = fragment;
  const back = leftInWords(fragment.parts);
  switch (how) {
    case 'done':
      return [
        'It ran to its end.',
        ...failedInWords(fragment.parts),
        ...(back ? [`${back} failed then; a resume tried them again.`] : []),
      ];
    case 'split':
      return [
        'It was cut at a safe point because the scheduler said so: for an instance that had nothing to do, or since the run was paused or stopped.',
        ...failedInWords(fragment.parts),
        back ? `${back} went back to the queue.` : 'Nothing of it was left by then.',
      ];
    case 'deadline':
      return [
        "The worker cut it before its deadline, since what came next might not have fitted into what was left of its instance's life.",
        ...failedInWords(fragment.parts),
        back ? `${back} went back to the queue.` : 'Nothing of it was left by then.',
      ];
    case 'lost': {
      const since = (endSeconds ?? 0) - (fragment.safePointSeconds.at(-1) ?? fragment.startSeconds);
      const why = instance?.reason ? ` (${instance.reason})` : '';
      return [
        `It was lost with its instance${why}, and with it ${duration(since)} of work since ${fragment.safePointSeconds.length > 0 ? 'its last safe point' : 'it began'}.`,
        ...failedInWords(fragment.parts),
        back ? `${back} went back to the queue.` : 'All of it was committed by then.',
      ];
    }
    case null:
      return [
        isLive
          ? 'It is running.'
          : 'It was running when its run was cut off; a resume takes up what it had not committed.',
      ];
  }
}

function failedInWords(parts: readonly ReportedPart[]): string[] {
  const failed = parts
    .filter((part) => part.failed > 0)
    .map((part) => `${counted(part.failed, 'item')} of ${part.task}`);
  return failed.length === 0 ? [] : [`${listed(failed)} failed for good.`];
}

/** What was neither committed nor given up. */
function leftInWords(parts: readonly ReportedPart[]): string {
  const left = parts
    .map(({ task, items, committed, failed }) => ({ task, items: items - committed - failed }))
    .filter(({ items }) => items > 0);
  return listed(left.map(({ task, items }) => `${counted(items, 'item')} of ${task}`));
}
