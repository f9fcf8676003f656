import { checkpointGraceSeconds } from '../checkpoint-grace.ts';
import { isSame, stampOf, type FileStamp } from '../items/kept-state.ts';
import type { TaskSpec } from '../job-spec.ts';
import { nowSeconds } from './clock.ts';
import type { Executor, Ticket } from './executor.ts';
import { finishState } from './item-state.ts';
import type { ItemCheckpoint } from './protocol.ts';
import { bringToDisk } from './staging.ts';
import { StateWatch } from './state-watch.ts';

/** Share of the time for a state in which it is brought to its place, after its program has written it. */
const KEEPING_SHARE = 0.1;
/** An item is begun although it can't end in time if so many times its grace are left. */
const LEAST_GRACES = 2;

export interface FragmentStatesOptions {
  /** The whole life of the instance; null where it has no end. */
  lifeSeconds: number | null;
  /** Items under way, and what runs them. */
  flying: ReadonlyMap<Ticket, Executor>;
  /** Hands a staged state over; resolves once it is in place. */
  checkpoint(checkpoint: ItemCheckpoint): Promise<void>;
}

/** The states of the items that a fragment has under way: asks for them in time, and hands over what was written. */
export class FragmentStates {
  private readonly options: FragmentStatesOptions;
  private readonly watch = new StateWatch();
  /** Items that were asked for their states, with what they had written by then. */
  private readonly asked = new Map<Ticket, FileStamp | null>();

  constructor(options: FragmentStatesOptions) {
    this.options = options;
  }

  /** Asks those for whom it is time. @returns true if there were any */
  askBefore(end: number, now: number): boolean {
    let hasAsked = false;
    for (const ticket of this.options.flying.keys()) {
      if (ticket.state === null || this.asked.has(ticket)) continue;
      const grace = this.graceOf(ticket.piece.spec);
      if (now < end - grace) continue;
      this.ask(ticket, end - KEEPING_SHARE * grace);
      hasAsked = true;
    }
    return hasAsked;
  }

  /** Asks all; each has its own time, but no more than so many seconds. */
  askWithin(seconds: number): void {
    for (const ticket of this.options.flying.keys()) {
      if (ticket.state === null || this.asked.has(ticket)) continue;
      this.ask(ticket, nowSeconds() + Math.min(seconds, this.graceOf(ticket.piece.spec)));
    }
  }

  /** Hands over what programs have written unasked. */
  takeWritten(now: number): void {
    for (const ticket of this.watch.written(this.options.flying.keys(), now)) {
      if (!this.asked.has(ticket)) void this.take(ticket);
    }
  }

  /** True if the item has written its state since it was asked for it. */
  hasAnswered(ticket: Ticket): boolean {
    return !isSame(stampOf(ticket.state!.path), this.asked.get(ticket) ?? null);
  }

  /** The item is not under way any more. */
  landed(ticket: Ticket): void {
    this.asked.delete(ticket);
    this.watch.forget(ticket);
  }

  /**
   * Hands over what an item has left that was ended before it was done.
   * @param isWhole false if it was killed: then what it has left is not to be trusted
   */
  async leave({ piece, position, state }: Ticket, isWhole: boolean, seconds: number): Promise<void> {
    const finished = isWhole ? finishState(state!) : null;
    if (finished !== null) await bringToDisk(finished);
    const isStaged = finished !== null;
    await this.options.checkpoint({ task: piece.piece.task, position, seconds, isStaged, isUnderWay: false });
  }

  /** An item that can't end in time is worth its while if it has as long to work as it is given to write its state. */
  mayMakeProgress(spec: TaskSpec, secondsLeft: number): boolean {
    return spec.checkpoint !== undefined && secondsLeft > LEAST_GRACES * this.graceOf(spec);
  }

  private ask(ticket: Ticket, killAt: number): void {
    this.asked.set(ticket, stampOf(ticket.state!.path));
    this.options.flying.get(ticket)!.interrupt?.(`SIG${ticket.piece.spec.checkpoint!.signal}`, killAt);
  }

  /** That what was written unasked can't be kept is no reason to end anything: there will be another. */
  private async take(ticket: Ticket): Promise<void> {
    const taken = this.watch.take(ticket, nowSeconds);
    if (taken === null) return;
    const { piece, position, state, begunAt } = ticket;
    const seconds = state!.earlierSeconds + taken.since - begunAt;
    try {
      await bringToDisk(taken.path);
      // What was asked for its state meanwhile, or has ended, says so itself.
      if (!this.options.flying.has(ticket) || this.asked.has(ticket)) return;
      const { task } = piece.piece;
      await this.options.checkpoint({ task, position, seconds, isStaged: true, isUnderWay: true });
    } catch {}
  }

  private graceOf({ checkpoint }: TaskSpec): number {
    return checkpointGraceSeconds(checkpoint?.graceSeconds ?? null, this.options.lifeSeconds);
  }
}
