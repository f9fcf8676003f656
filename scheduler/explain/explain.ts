/**
 * Why a fragment has the size that it has, what was predicted of it and what happened: from a run's report, in words that
 * the command line and the editor both show.
 */
import type { ReportedFragment, ReportedInstance, RunReport } from '../run/report.ts';
import { counted, duration, percent } from '../words.ts';
import type { Place } from './band.ts';
import { contentsInWords, NOT_RECORDED, safePointsInWords } from './contents.ts';
import { limitInShort, limitInWords } from './limits.ts';
import { endInWords, itemsInWords, placeOf, predictionInWords, safePointsReached, tookSeconds } from './outcome.ts';

/** What an explanation is made from. */
export type Explained = Pick<RunReport, 'entry' | 'spec' | 'fragments' | 'instances'>;

export interface Explanation {
  fragment: number;
  /** `Fragment 7 on laptop-2`. */
  title: string;
  /** Why it has its size, in a few words. */
  why: string;
  /** Lines that begin with blanks belong to the one above. */
  sections: { title: string; lines: string[] }[];
}

/** One line of the table of a run's fragments. */
export interface ExplainedFragment {
  fragment: number;
  instance: string;
  /** Items by task name. */
  items: Record<string, number>;
  limit: string;
  /** Why it has its size, in a few words. */
  why: string;
  predictedSeconds: ReportedFragment['predictedSeconds'];
  /** Null while it runs. */
  tookSeconds: number | null;
  /** Where that fell; null where it was cut before that showed, or has not ended. */
  place: Place | null;
  how: ReportedFragment['how'];
}

/** Explains one fragment; null if the run has none of that number. */
export function explainFragment({ entry, spec, fragments, instances }: Explained, id: number): Explanation | null {
  const fragment = fragments.find((each) => each.fragment === id);
  if (fragment === undefined) return null;
  const instance = instances.find((each) => each.instance === fragment.instance);
  return {
    fragment: id,
    title: `Fragment ${id} on ${fragment.instance}`,
    why: limitInShort(fragment),
    sections: [
      { title: 'Who asked', lines: whoAsked(fragment, instance) },
      { title: 'Why this size', lines: [limitInWords(fragment), ...sizingInWords(fragment)] },
      { title: 'What is in it', lines: contentsInWords(fragment) },
      { title: 'Its safe points', lines: safePointsInWords(spec, fragment) },
      { title: 'What was predicted', lines: predictionInWords(fragment) },
      {
        title: 'What happened',
        lines: [
          ...itemsInWords(fragment),
          ...safePointsReached(fragment),
          ...endInWords(fragment, instance, entry.live),
        ],
      },
    ],
  };
}

/** All fragments in the order in which they were made, each with why it has its size. */
export function explainAll({ fragments }: Pick<Explained, 'fragments'>): ExplainedFragment[] {
  return fragments.map((fragment) => ({
    fragment: fragment.fragment,
    instance: fragment.instance,
    items: fragment.items,
    limit: fragment.limit,
    why: limitInShort(fragment),
    predictedSeconds: fragment.predictedSeconds,
    tookSeconds: tookSeconds(fragment),
    place: placeOf(fragment),
    how: fragment.how,
  }));
}

function whoAsked(fragment: ReportedFragment, instance: ReportedInstance | undefined): string[] {
  const { startSeconds, sizing } = fragment;
  const what =
    instance === undefined ? fragment.instance : `${fragment.instance} (${instance.instanceType}, ${instance.where})`;
  return [`${what} asked ${duration(startSeconds)} after the run began. ${lifeInWords(instance, sizing)}`];
}

function lifeInWords(instance: ReportedInstance | undefined, sizing: ReportedFragment['sizing']): string {
  if (sizing === null) return `What was left of its life was ${NOT_RECORDED}.`;
  if (sizing.lifeSeconds === null) return 'Nobody knew when its life would end.';
  const whole = instance?.lifeSeconds ? ` of ${duration(instance.lifeSeconds)}` : '';
  return `It had ${duration(Math.max(0, sizing.lifeSeconds))}${whole} left to live.`;
}

const MORE_THAN_EVEN =
  ', more than that, since others were still busy or less would not have been worth what a fragment costs';

function sizingInWords({ sizing }: ReportedFragment): string[] {
  if (sizing === null) return [`The numbers that were weighed were ${NOT_RECORDED}.`];
  const { workLeftSeconds, sharers, aimSeconds, dispatchSeconds, safePointSeconds } = sizing;
  const even = workLeftSeconds / sharers;
  const ofShare = aimSeconds <= even ? `, ${percent(aimSeconds / even)} of that` : MORE_THAN_EVEN;
  const left =
    sharers === 1
      ? `${duration(workLeftSeconds)} of predicted work had no instance yet, and there was one instance for it`
      : `${duration(workLeftSeconds)} of predicted work had no instance yet; shared evenly among ${counted(sharers, 'instance')} that is ${duration(even)} each`;
  return [
    `${left}.`,
    `Aimed at: ${duration(aimSeconds)} of work${ofShare}. To begin one more fragment costs ${duration(dispatchSeconds)}, a safe point ${duration(safePointSeconds)}.`,
  ];
}
