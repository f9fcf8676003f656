/** What bounded the size of a fragment, in words. */
import type { Fragment } from '../fragment-scheduler/events.ts';
import type { ReportedFragment } from '../run/report.ts';
import { count, counted, duration } from '../words.ts';

interface LimitWords {
  /** For a table: why a fragment has its size, in a few words. */
  short: (fragment: ReportedFragment) => string;
  /** A sentence. */
  long: (fragment: ReportedFragment) => string;
}

/** One entry for each bound that the fragment generator knows. */
const LIMITS: Record<Fragment['limit'], LimitWords> = {
  lifespan: {
    short: ({ sizing }) =>
      sizing?.lifeSeconds
        ? `fits the ${duration(sizing.lifeSeconds)} left of its instance's life`
        : "fits what was left of its instance's life",
    long: () =>
      "The end of the instance's life bounded it: it holds what was expected to make the most of what was left.",
  },
  share: {
    short: ({ sizing }) =>
      sizing === null
        ? 'a share of the work that was left'
        : `a share of ${duration(sizing.workLeftSeconds)} of work among ${counted(sizing.sharers, 'instance')}`,
    long: () =>
      'Its share of the work that was left bounded it: an instance takes less than an even share, so that all can finish together although no prediction is exact.',
  },
  learning: {
    short: (fragment) => `little was known: ${leastKnown(fragment)}`,
    long: (fragment) =>
      `What was not known yet bounded it (${leastKnown(fragment)}): until more is known fragments stay small, since a wrong guess costs little then.`,
  },
  queue: {
    short: () => 'all that was ready',
    long: () => 'The queue bounded it: it holds all that was ready, and more would have been taken.',
  },
};

/** Why a fragment has its size, in a few words. */
export const limitInShort = (fragment: ReportedFragment): string =>
  wordsOf(fragment.limit)?.short(fragment) ??
  `bounded by “${fragment.limit}”, which this version of Morsel does not know`;

/** The same as a sentence. */
export const limitInWords = (fragment: ReportedFragment): string =>
  wordsOf(fragment.limit)?.long(fragment) ??
  `It was bounded by “${fragment.limit}”, which this version of Morsel does not know: a newer one explains it.`;

function wordsOf(limit: string): LimitWords | undefined {
  return Object.entries(LIMITS).find(([name]) => name === limit)?.[1];
}

/** The task of the fragment of which fewest items had been seen. */
function leastKnown({ parts }: ReportedFragment): string {
  const known = parts.flatMap(({ task, predicted }) => (predicted === null ? [] : [{ task, ...predicted.basis }]));
  const [least] = known.toSorted((a, b) => a.observations - b.observations);
  if (least === undefined) return 'how much was seen was not recorded';
  return least.observations === 0
    ? `no item of ${least.task} had been seen`
    : `${count(least.observations)} ${least.observations === 1 ? 'item' : 'items'} of ${least.task} had been seen`;
}
