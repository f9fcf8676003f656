/**
 * What is drawn, of a plan and of a run alike: instances against time, the tasks and what they wait for, and the same in
 * tables. Plain data, times in seconds from the start. Whoever shows it (the editor's panel, `morsel plan --svg`) draws it
 * with this folder, so that no two drawings of one plan differ.
 */
import type { Interval } from '../scheduler/predictive-model/prediction.ts';

export interface Picture {
  title: string;
  /** The facts that matter most, as label and value; `was`: the value that it is compared with. */
  facts: Fact[];
  /** Sentences above the picture: what is wrong, or that it is of an earlier text. */
  notes: { kind: 'error' | 'warning' | 'info'; text: string }[];
  /** In the order of the job; their positions choose colours. */
  tasks: PictureTask[];
  /** The tasks that the finish waits for, first to last; empty where that is not known. */
  criticalPath: string[];
  /** What the task table says of each, one row for a task. */
  taskTable: { columns: string[]; rows: string[][] };
  instances: PictureInstance[];
  fragments: PictureFragment[];
  /** When the job is predicted to be finished; null where nothing is known. */
  finishSeconds: Interval | null;
  /** Where a live run is now. */
  nowSeconds: number | null;
}

export interface Fact {
  label: string;
  value: string;
  was?: string;
}

export interface PictureTask {
  task: string;
  /** A line or two below its name in the graph. */
  lines: string[];
  /** What it waits for; null where that is not known, and there is no graph to draw. */
  after: { task: string; on: 'item' | 'all' }[] | null;
}

export interface PictureInstance {
  name: string;
  kind: string;
  /** When it was asked for; until `startSeconds` it starts up. */
  askedSeconds: number;
  startSeconds: number;
  /** Of its life: when it ends or would end. */
  endSeconds: number;
}

export interface PictureFragment {
  fragment: number;
  instance: string;
  /** Why it has its size, in a few words; null in a plan. */
  why: string | null;
  /** `share`: part of the fragment's length, from 0 to 1. */
  parts: { task: string; items: number; share: number }[];
  startSeconds: number;
  endSeconds: number;
  /** Null in a plan, where there is nothing to compare with. */
  predictedEndSeconds: Interval | null;
  safePointSeconds: number[];
  /** In words. */
  state: string;
  isRunning: boolean;
  /** It did not come to its own end: cut or lost. */
  isCut: boolean;
}

/** It was asked for before it was there. */
export const startsUp = ({ askedSeconds, startSeconds }: PictureInstance): boolean => startSeconds > askedSeconds;

/** Shares of a fragment that items of several tasks have, by how long one item of each takes. */
export function parts(
  items: { task: string; items: number }[],
  itemSeconds: (task: string) => number,
): PictureFragment['parts'] {
  const weights = items.map(({ task, items: count }) => count * Math.max(itemSeconds(task), 1e-9));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return items.map((part, index) => ({ ...part, share: weights[index]! / total }));
}

/** The graph can be drawn: it is known what every task waits for. */
export const hasGraph = ({ tasks }: Picture): boolean => tasks.length > 0 && tasks.every(({ after }) => after !== null);
