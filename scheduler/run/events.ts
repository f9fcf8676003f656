/**
 * What a run tells the world: the lines of `morsel run --json`, the notifications on the control socket, and what the
 * journal can say of a past run. `type` names the event; readers ignore types and fields that they do not know.
 * docs/events.md documents each; a test holds that page to this file.
 */
import type { Interval } from '../predictive-model/prediction.ts';

export type RunEvent = { at: string /* ISO 8601 */ } & (
  | {
      type: 'run-started';
      run: string;
      job: string;
      file: string;
      target: string;
      /** True where the run goes on from an earlier process's journal. */
      resumed: boolean;
      tasks: { task: string; items: number; upToDate: number }[];
    }
  | { type: 'instance-started'; instance: string; instanceType: string; where: string; lifeSeconds: number | null }
  | { type: 'instance-ended'; instance: string; reason: string }
  | {
      type: 'fragment-assigned';
      fragment: number;
      instance: string;
      /** Items by task name. */
      items: Record<string, number>;
      predictedSeconds: Interval;
    }
  /** Counts of the items that this safe point committed or gave up. */
  | {
      type: 'safe-point';
      fragment: number;
      instance: string;
      committed: Record<string, number>;
      failed: Record<string, number>;
    }
  /** An item that is not done left its state, or did not though it was asked (`kept` is false). */
  | {
      type: 'checkpoint';
      task: string;
      /** The item as a person knows it. */
      item: string;
      fragment: number;
      instance: string;
      kept: boolean;
      /** For how long it has been run so far, in all its stretches. */
      seconds: number;
    }
  | { type: 'fragment-ended'; fragment: number; instance: string; how: 'done' | 'split' | 'deadline' | 'lost' }
  | {
      type: 'item-failed';
      task: string;
      /** The item as a person knows it: its path, line, row number or value. */
      item: string;
      attempts: number;
      message: string;
      /** The end of what it printed. */
      output: string;
    }
  | { type: 'items-skipped'; task: string; items: number; because: string }
  | { type: 'progress'; progress: RunProgress }
  | { type: 'warning'; message: string }
  | ({ type: 'run-finished' } & RunSummary)
);

/** Counts of items by state; they add up to the number of items. */
export interface ItemCounts {
  committed: number;
  upToDate: number;
  failed: number;
  skipped: number;
  running: number;
  pending: number;
}

/** Where a run stands. Sent at most twice a second, and once when a watcher attaches. */
export interface RunProgress {
  run: string;
  job: string;
  state: RunState;
  elapsedSeconds: number;
  items: ItemCounts;
  tasks: { task: string; items: ItemCounts; state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped' }[];
  instances: InstanceProgress[];
  fragments: { running: number; ended: number };
  /** Seconds from now until the end of the job; null while nothing is known. */
  finishSeconds: Interval | null;
}

export interface InstanceProgress {
  instance: string;
  instanceType: string;
  where: string;
  /** Null where the end is not known. */
  lifeLeftSeconds: number | null;
  lifeSeconds: number | null;
  cpuShare: number | null;
  memoryShare: number | null;
  fragment: { id: number; items: number; done: number; tasks: string[]; predictedSeconds: Interval } | null;
}

export type RunState = 'running' | 'paused' | 'done' | 'failed' | 'stopped' | 'interrupted';

/** The last word on a run, over all its processes if it was resumed. */
export interface RunSummary {
  run: string;
  job: string;
  /** `done`: every item committed. `failed`: it ended, some items failed or were skipped. `stopped`: `morsel resume` goes on. */
  state: RunState;
  items: ItemCounts;
  /** Time in which a process of the run was at work. */
  makespanSeconds: number;
  /** As predicted before the first item; null where that would rest on guesses. */
  predictedSeconds: Interval | null;
  /** Committed work over instance life. */
  utilisation: number;
  /** Work begun and thrown away over instance life. */
  lostShare: number;
  fragments: number;
  splits: number;
  instances: number;
}
