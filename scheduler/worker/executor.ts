/** What runs items: a resident shell, a stream program or a module's thread. */
import type { ItemState } from './item-state.ts';
import type { PieceRun } from './piece-run.ts';

/** One try of one item that is under way. */
export interface Ticket {
  readonly piece: PieceRun;
  readonly position: number;
  readonly value: unknown;
  /** Where its output is to be written; null where it has none. */
  readonly out: string | null;
  /** What its program goes on from; null where it has no checkpoint. */
  readonly state: ItemState | null;
  readonly begunAt: number;
}

/**
 * Takes items as long as it has room, tells how each ended, and stands for one share of the instance's cpus and memory
 * while it has any in flight. It recovers by itself: one whose process died has room again and starts a new one.
 */
export interface Executor {
  readonly inFlight: number;
  /** How many more items it takes now. */
  readonly room: number;
  take(ticket: Ticket): void;
  /** Hands over what it took, in one go. */
  flush(): void;
  /** Looks after time limits; called several times a second. */
  tick(now: number): void;
  /** After a cut, several times a second: gives items back that it has taken but can't end soon. */
  drain(now: number): void;
  /**
   * Asks the program of the item that is in flight for its state. Answered by `interrupted` when it and all that it
   * started have ended, or were killed at that time. Only where no more than one is in flight.
   */
  interrupt?(signal: NodeJS.Signals, killAt: number): void;
  /** Kills all that belongs to it, at once. What was in flight is not reported any more. */
  kill(): void;
}

/** How an item ended whose program was asked for its state. */
export interface InterruptedEnd {
  /** Exit status; null where its program did not come to an end by itself. */
  status: number | null;
  /** True if all that it had started has ended by itself: what it has written is whole. */
  isWhole: boolean;
  seconds: number;
  stdout: string;
  stderr: string;
}

/** What an executor tells. */
export interface ExecutorHooks {
  done(ticket: Ticket, seconds: number, result: unknown, stdout: string, stderr: string): void;
  /** The item's own failure: it counts as a try. */
  failed(ticket: Ticket, message: string, stdout: string, stderr: string): void;
  /** It was asked for its state. */
  interrupted(ticket: Ticket, end: InterruptedEnd): void;
  /** To be run again, through no fault of their own. */
  again(tickets: Ticket[]): void;
  /** No item of this task can be run at all. Follows on `again` for those that were in flight. */
  unusable(task: number, message: string, stderr: string): void;
  /** There may be room again; once for a batch of the above. */
  changed(): void;
}
