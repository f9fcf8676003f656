import { nowSeconds } from './clock.ts';
import type { ExecutorHooks, InterruptedEnd, Ticket } from './executor.ts';

/** A batch system signals all processes of an allocation within milliseconds; a busy machine delivers late. */
const WITHHELD_SECONDS = 0.2;

interface End {
  ticket: Ticket;
  at: number;
  tell: () => void;
}

/**
 * Where a worker and the programs of its items are signalled together, an item that ends at that moment may have ended by
 * the signal: with any status, its output half written. So an end counts only when the worker has got no signal for a
 * moment after it; from a signal on none counts, and what was under way goes back to the queue, with its state if it has one.
 */
export class WithheldEnds implements ExecutorHooks {
  private readonly hooks: ExecutorHooks;
  private ends: End[] = [];
  private isSignalled = false;

  constructor(hooks: ExecutorHooks) {
    this.hooks = hooks;
  }

  done(ticket: Ticket, seconds: number, result: unknown, stdout: string, stderr: string): void {
    this.withhold(ticket, () => this.hooks.done(ticket, seconds, result, stdout, stderr));
  }

  failed(ticket: Ticket, message: string, stdout: string, stderr: string): void {
    this.withhold(ticket, () => this.hooks.failed(ticket, message, stdout, stderr));
  }

  interrupted(ticket: Ticket, end: InterruptedEnd): void {
    this.hooks.interrupted(ticket, end);
  }

  again(tickets: Ticket[]): void {
    this.hooks.again(tickets);
  }

  unusable(task: number, message: string, stderr: string): void {
    this.release(Infinity);
    this.hooks.unusable(task, message, stderr);
  }

  changed(): void {
    this.hooks.changed();
  }

  /** To be called several times a second. */
  tick(now: number): void {
    this.release(now - WITHHELD_SECONDS);
  }

  signalled(): void {
    this.isSignalled = true;
    for (const { ticket } of this.ends.splice(0)) this.handBack(ticket);
  }

  private withhold(ticket: Ticket, tell: () => void): void {
    if (this.isSignalled) this.handBack(ticket);
    else this.ends.push({ ticket, at: nowSeconds(), tell });
  }

  private release(until: number): void {
    const kept = this.ends.findIndex(({ at }) => at > until);
    const due = kept < 0 ? this.ends.splice(0) : this.ends.splice(0, kept);
    for (const { tell } of due) tell();
    if (due.length > 0) this.hooks.changed();
  }

  private handBack(ticket: Ticket): void {
    if (ticket.state === null) return this.hooks.again([ticket]);
    const seconds = ticket.state.earlierSeconds + nowSeconds() - ticket.begunAt;
    this.hooks.interrupted(ticket, { status: null, isWhole: true, seconds, stdout: '', stderr: '' });
  }
}
