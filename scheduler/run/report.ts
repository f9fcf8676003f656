/** What a report says of a run, as plain data. */
import type { Calibration } from '../explain/calibration.ts';
import type { Sizing } from '../fragment-scheduler/events.ts';
import type { JobSpec } from '../job-spec.ts';
import type { Interval, PredictionBasis } from '../predictive-model/prediction.ts';
import type { ItemCounts, RunState, RunSummary } from './events.ts';

export interface RunEntry {
  id: string;
  folder: string;
  job: string;
  /** The job's file. */
  file: string;
  target: string;
  /** ISO 8601. */
  startedAt: string;
  /** `running` also for a paused one: its process tells more. */
  state: RunState;
  live: boolean;
  pid: number;
  /** The last word of its newest process; null while it runs, or if that was cut off. */
  summary: RunSummary | null;
}

/** What is known of a run, live or past. Times are seconds since it began, not counting when no process was at it. */
export interface RunReport {
  entry: RunEntry;
  spec: JobSpec;
  summary: RunSummary;
  tasks: { task: string; items: ItemCounts }[];
  fragments: ReportedFragment[];
  instances: ReportedInstance[];
  failures: ReportedFailure[];
  /** How good the run's predictions were. */
  calibration: Calibration;
}

export interface ReportedFragment {
  fragment: number;
  instance: string;
  /** Items by task name. */
  items: Record<string, number>;
  /** The same in detail, in the order in which they were to be run: a part for each task or stage. */
  parts: ReportedPart[];
  predictedSeconds: Interval;
  /** What bounded its size, … */
  limit: string;
  /** … and the numbers that were weighed; null in a run of an older version, which did not note them. */
  sizing: Sizing | null;
  startSeconds: number;
  /** Null while it runs; likewise `how`. */
  endSeconds: number | null;
  how: 'done' | 'split' | 'deadline' | 'lost' | null;
  /** When its safe points were on disk, … */
  safePointSeconds: number[];
  /** … and how many items each committed or gave up. */
  safePointItems: number[];
}

/** The items of one task, or of one stage of it, in a fragment. */
export interface ReportedPart {
  task: string;
  stage: { index: number; of: number };
  items: number;
  committed: number;
  failed: number;
  /** Run time of its committed items, one after the other. */
  committedSeconds: number;
  /** Its part of the fragment's length as predicted, or, in a run of an older version, by its number of items. */
  share: number;
  /** Null in a run of an older version. */
  predicted: PredictedPart | null;
}

export interface PredictedPart {
  /** One item, of those that were expected to be the shortest, and of the longest. */
  shortestItemSeconds: Interval;
  longestItemSeconds: Interval;
  /** Run time of all items, and of those that were committed, one after the other. */
  seconds: number;
  committedSeconds: number;
  /** Safe points: after each so many items (0: only at the end), or wherever so much time has gone by (null: no matter). */
  everyItems: number;
  everySeconds: number | null;
  /** What that rested on when the fragment was made. */
  basis: PredictionBasis;
}

export interface ReportedInstance {
  instance: string;
  instanceType: string;
  where: string;
  cpus: number;
  lifeSeconds: number | null;
  startSeconds: number;
  endSeconds: number | null;
  reason: string | null;
}

export interface ReportedFailure {
  task: string;
  item: string;
  attempts: number;
  message: string;
  stdout: string;
  stderr: string;
}
