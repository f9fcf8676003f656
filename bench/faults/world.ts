/** The clock that all parts of a history share, and what is to happen on it. */
import { EventQueue } from '../../scheduler/plan/event-queue.ts';
import type { Faults } from './faults.ts';

const JUMP_SECONDS = 7200;

export class World {
  /** Seconds since the history began. */
  now = 0;
  /** True once the run's process was told something: then its promises are to be waited for. */
  isRunTouched = false;
  readonly random: () => number;
  readonly faults: Faults;
  private readonly queue = new EventQueue<() => void>();

  constructor(random: () => number, faults: Faults) {
    this.random = random;
    this.faults = faults;
  }

  after(seconds: number, action: () => void): void {
    this.queue.push(this.now + seconds, action);
  }

  /** Lets the next thing happen; false if there is none. */
  step(): boolean {
    const next = this.queue.pop();
    if (!next) return false;
    this.now = Math.max(this.now, next.at);
    // As when a laptop was closed for a while: all that was due in the meantime is late.
    if (this.faults.happens('clock jumps')) this.now += JUMP_SECONDS * this.random();
    next.value();
    return true;
  }

  chance(share: number): boolean {
    return this.random() < share;
  }
}
