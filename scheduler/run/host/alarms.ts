import type { Clock } from '../../targets/clock.ts';

/** What is to be done at some time of a run; nothing of it, once all is called off. */
export class Alarms {
  private readonly clock: Clock;
  /** Each calls one off. */
  private readonly pending = new Set<() => void>();
  private isOff = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @param at in seconds of the clock */
  set(at: number, callback: () => void): void {
    if (this.isOff) return;
    const callOff = this.clock.schedule(at, () => {
      this.pending.delete(callOff);
      callback();
    });
    this.pending.add(callOff);
  }

  /** For good: a timer that is left would keep the process from ending. */
  callOff(): void {
    this.isOff = true;
    for (const callOff of this.pending) callOff();
    this.pending.clear();
  }
}
