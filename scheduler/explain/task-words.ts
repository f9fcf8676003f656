/** How a task fared in a run, beside what was predicted, in a few sentences. */
import type { RunReport } from '../run/report.ts';
import { counted, duration } from '../words.ts';
import { differenceInWords } from './band.ts';
import { fragmentsInWords } from './calibration-words.ts';

/** Null where the run had nothing to do for the task. */
export function taskInWords(
  { fragments, calibration }: Pick<RunReport, 'fragments' | 'calibration'>,
  task: string,
): string | null {
  const parts = fragments.flatMap((fragment) => fragment.parts.filter((part) => part.task === task));
  const holding = fragments.filter(({ items }) => Object.hasOwn(items, task));
  if (parts.length === 0) return null;
  const committed = parts.reduce((sum, part) => sum + part.committed, 0);
  const took = parts.reduce((sum, part) => sum + part.committedSeconds, 0);
  const expected = parts.reduce((sum, { predicted }) => sum + (predicted?.committedSeconds ?? 0), 0);
  const head = `${counted(holding.length, 'fragment')}, ${counted(committed, 'item')} committed in ${duration(took)} of run time`;
  const known = parts.every(({ predicted }) => predicted !== null) && expected > 0;
  const beside = known
    ? `${head}, where ${duration(expected)} was expected: ${differenceInWords(took, expected)}.`
    : `${head}.`;
  const score = calibration.tasks.find((each) => each.task === task)?.fragments;
  return score === undefined || score.predicted === 0 ? beside : `${beside} ${fragmentsInWords(score)}`;
}
