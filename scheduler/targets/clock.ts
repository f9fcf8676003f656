import { EventQueue } from '../plan/event-queue.ts';

/** Where a run takes its time from: the machine's clock, or a virtual one. */
export interface Clock {
  /** Seconds since the run's process began. Never goes back. */
  now(): number;
  /** Calls back at that time, never before it, or soon if it is past. Returns how to call it off. */
  schedule(atSeconds: number, callback: () => void): () => void;
}

/** What a timer of Node holds. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/** The machine's monotonic clock: it does not jump when the time of day is set. */
export function systemClock(): Clock {
  const start = performance.now();
  const now = (): number => (performance.now() - start) / 1000;
  return {
    now,
    schedule(atSeconds, callback) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = Math.max(0, (atSeconds - now()) * 1000);
        // Node's timers may fire up to a millisecond early; whoever is woken too early has nothing to do and sleeps for ever.
        timer = setTimeout(() => (now() < atSeconds ? arm() : callback()), Math.min(LONGEST_MILLISECONDS, left));
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until it is advanced to the next thing that is scheduled. */
export class VirtualClock implements Clock {
  /** Called whenever something is scheduled. */
  onSchedule: () => void = () => {};
  private seconds = 0;
  private readonly callbacks = new EventQueue<{ callback: () => void; isOff: boolean }>();

  now(): number {
    return this.seconds;
  }

  schedule(atSeconds: number, callback: () => void): () => void {
    const entry = { callback, isOff: false };
    this.callbacks.push(Math.max(atSeconds, this.seconds), entry);
    this.onSchedule();
    return () => {
      entry.isOff = true;
    };
  }

  /** When the next callback is due; null if none is. */
  nextAt(): number | null {
    return this.callbacks.nextAt();
  }

  /** Moves the clock forward without calling anything back. */
  moveTo(seconds: number): void {
    this.seconds = Math.max(this.seconds, seconds);
  }

  /** Moves the clock to the next callback and calls it. */
  runNext(): void {
    const next = this.callbacks.pop();
    if (!next) return;
    this.moveTo(next.at);
    if (!next.value.isOff) next.value.callback();
  }
}
