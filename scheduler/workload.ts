/**
 * A job as the core sees it: how many items, how alike, what waits for what. No item values, no paths, no commands.
 *
 * Items of one input are numbered by **position**: alike items stand beside each other, so that all the core ever handles
 * is ranges of positions. A **cohort** is a range of alike items: for every task over that input they have the same
 * expected cost. A job of 1,000,000 items is a few hundred cohorts, and no decision looks at single items.
 */
import type { SafePointSpec } from './job-spec.ts';

/** A half-open range of positions `[start, end)`. */
export interface Range {
  start: number;
  end: number;
}

export interface Workload {
  tasks: WorkloadTask[];
}

/** Task indices are positions in {@link Workload.tasks}; tasks stand in dependency order, as in the JobSpec. */
export interface WorkloadTask {
  name: string;
  /** The task as the user wrote it: equal to `name` but for later stages. */
  task: string;
  /** What its observations are filed under in the predictive model: the same for the same task in every run. */
  key: string;
  /** Number of items. */
  count: number;
  /** In order of position and without gaps. Tasks over one input have the same cohort borders. */
  cohorts: Cohort[];
  dependsOn: { task: number; on: 'item' | 'all' }[];
  /** How many cpus and how much memory an item of this task holds while it runs. */
  needs: { cpus: number; memoryBytes: number };
  safePoint: SafePointSpec;
  /** A stage that another stage follows: each item is committed before its next stage begins. */
  commitEach: boolean;
  estimateSeconds: number | null;
  timeoutSeconds: number | null;
  /**
   * Set where an item's program writes checkpoints: it is asked for its state before its instance ends, and the item goes
   * on from there on another. So an item may be longer than any life and still end: it may be begun wherever there is
   * life for some work besides `graceSeconds` (see checkpoint-grace.ts), and its run time is that of all its stretches.
   */
  checkpoint?: { graceSeconds: number | null };
  /** Items that need not be run, because their output is up to date. */
  upToDate: Range[];
}

export interface Cohort extends Range {
  /** Mean cost of one item in the unit that the user chose; null where the task has no cost. */
  cost: number | null;
}
