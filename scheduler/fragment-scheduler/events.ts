/**
 * What goes into the scheduler's core and what comes out. The core is a deterministic state machine: it is told what
 * happened and when, and answers with what to do. It has no clock, no randomness, no I/O and no promise in it, so the same
 * code runs a job, previews it on a virtual clock, and replays it from a journal.
 *
 * Times are seconds since the run began; every event carries `now`. Instances are named by the host, fragments by the core.
 */
import type { Observation } from '../predictive-model/observation.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import type { Range } from '../workload.ts';

export type CoreEvent = { now: number } & (
  | {
      kind: 'instance-up';
      instance: string;
      type: string;
      cpus: number;
      memoryBytes: number | null;
      deadline: number | null;
      /** As in a `load` event, where it is known already; default: none. */
      load?: number;
    }
  /** From the Real-time Resource Monitor. `load` is the share of the machine that others use, 0 for none. */
  | { kind: 'load'; instance: string; load: number }
  /** A safe point that is on disk, its outputs published. */
  | { kind: 'safe-point'; instance: string; fragment: number; outcomes: Outcome[] }
  /**
   * An item under way was asked for its state; it goes back to the queue when its fragment ends. `progressed`: it left one
   * that it did not begin with. Or it left one unasked, and is still under way.
   */
  | {
      kind: 'checkpoint';
      instance: string;
      fragment: number;
      task: number;
      position: number;
      /** For how long the item has been run so far, in all its stretches; what a state is worth, if it left one. */
      seconds: number;
      progressed: boolean;
      isUnderWay: boolean;
    }
  /** Tries that failed of items that may be tried again: if their fragment ends first, the next one has only the tries that are left. */
  | { kind: 'tried'; instance: string; fragment: number; tries: FailedTry[] }
  /** The instance is idle again. What it neither committed nor failed goes back to the queue. */
  | { kind: 'fragment-end'; instance: string; fragment: number; how: FragmentEnd }
  /** The instance will end at `deadline`: another time than was known, nearer or later. */
  | { kind: 'instance-ending'; instance: string; deadline: number }
  | { kind: 'instance-down'; instance: string; reason: string }
  /** The time that a `wake` decision asked for has come. */
  | { kind: 'wake' }
  /** No new fragments; running ones are cut at their next safe point. */
  | { kind: 'pause' }
  | { kind: 'resume' }
  /** None of these tasks' items begins any more; what is under way ends, and its fragment is cut at its next safe point. */
  | { kind: 'cancel'; tasks: number[] }
);

/** `done`: all of it was run. `split`: cut because the scheduler said so. `deadline`: the worker cut it, since the next stretch would not have fitted. */
export type FragmentEnd = 'done' | 'split' | 'deadline';

/** What became of a range of items of one piece. Failed items have used up their retries. */
export type Outcome =
  | (Range & {
      task: number;
      state: 'committed';
      /** Sum of the items' own run times, and of their squares: mean and spread without a number per item. */
      seconds: number;
      squaredSeconds: number;
    })
  | (Range & { task: number; state: 'failed' });

/** An item that has failed so often, and has not used up its retries. */
export interface FailedTry {
  task: number;
  position: number;
  tries: number;
}

export type Decision =
  | { kind: 'assign'; fragment: Fragment }
  /** Cut the running fragment at its next safe point and hand the rest back. */
  | { kind: 'split'; instance: string; fragment: number }
  /** Ask the target for one more instance. */
  | { kind: 'start-instance' }
  /** Call one off that was asked for and is not up yet: whichever is likely to come last. */
  | { kind: 'withdraw-instance' }
  | { kind: 'retire-instance'; instance: string; reason: RetireReason }
  /** Items that will never run, because an item or a task that they wait for failed (or was skipped). */
  | (Range & { kind: 'skip'; task: number; because: number })
  /** An item that ended its instance, or outlasted a whole lifespan, too often to be tried again; or whose task was cancelled. */
  | (Range & { kind: 'give-up'; task: number; why: string })
  /** What a safe point taught, for the history that later runs learn from. */
  | { kind: 'learnt'; observation: Observation }
  /** Send a `wake` event at that time. */
  | { kind: 'wake'; at: number }
  | { kind: 'finished' };

/**
 * Why an idle instance is ended. `no-work`: all that is left of the job is under way elsewhere. `too-little-life`: nothing
 * that is ready would fit into what is left of it. `too-small`: it has not the cpus or memory for anything that is ready.
 */
export type RetireReason = 'no-work' | 'too-little-life' | 'too-small';

/** The micro-tasks that one instance is given at once. */
export interface Fragment {
  id: number;
  instance: string;
  /** Run in this order; more than one at a time where the instance has room for it. */
  pieces: Piece[];
  /** Run time on that instance, safe points included. */
  predictedSeconds: Interval;
  /** What bounded its size, for `explain`, … */
  limit: 'lifespan' | 'share' | 'learning' | 'queue';
  /** … and the numbers that were weighed. */
  sizing: Sizing;
}

/** Why a fragment has the size that it has. */
export interface Sizing {
  /** What was left of the instance's life; null where its end was not known. */
  lifeSeconds: number | null;
  /** Predicted work that no instance had yet, in seconds of this instance, … */
  workLeftSeconds: number;
  /** … and among how many instances it was shared. */
  sharers: number;
  /** The seconds of work that were aimed at. */
  aimSeconds: number;
  /** What one more fragment costs, … */
  dispatchSeconds: number;
  /** … and one safe point. */
  safePointSeconds: number;
  /** Mean time until an instance ends without warning, as learnt so far. */
  meanTimeBetweenFailuresSeconds: number;
}

/** A range of alike items of one task in a fragment. */
export interface Piece extends Range {
  task: number;
  /** Safe points as injected: after each so many items of this piece (0: only where the piece ends), … */
  everyItems: number;
  /** … and wherever so much time has gone by since the last one (null: no matter how long). */
  everySeconds: number | null;
  /** One item's run time: the worker holds `high` against its deadline before it begins the next stretch. */
  itemSeconds: Interval;
  /** How often its one item failed in earlier fragments; missing for never. */
  failedTries?: number;
}

/** The sizing of a fragment for which nothing was weighed, by whoever else than the generator makes fragments. */
export const UNWEIGHED: Sizing = {
  lifeSeconds: null,
  workLeftSeconds: 0,
  sharers: 1,
  aimSeconds: 0,
  dispatchSeconds: 0,
  safePointSeconds: 0,
  meanTimeBetweenFailuresSeconds: Infinity,
};
