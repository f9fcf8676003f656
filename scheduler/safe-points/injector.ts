import type { SafePointSpec } from '../job-spec.ts';

/** What an instance's life and overheads are taken for. Learnt while the job runs. */
export interface Overheads {
  /** From asking for an instance until it takes work. */
  startupSeconds: number;
  /** From assigning a fragment until its first item runs. */
  dispatchSeconds: number;
  /** What one safe point adds to its fragment's run time. */
  safePointSeconds: number;
  /** Mean time until an instance ends without warning. */
  meanTimeBetweenFailuresSeconds: number;
}

/** Safe points of one piece: after every so many items (0: only at its end), and wherever so much time has gone by. */
export interface SafePointRule {
  everyItems: number;
  everySeconds: number | null;
}

/**
 * The Safe Point Injector: where a fragment commits, so that an instance that fails costs little and safe points do too.
 *
 * What the user wrote is kept. For `auto` the spacing is Young's and Daly's first-order optimum √(2·C·M) for a safe
 * point that costs C and a mean time between failures M (Young 1974; Daly 2006, "A higher order estimate of the optimum
 * checkpoint interval"). A known end needs few: the worker reaches a safe point of its own accord before a stretch that
 * would not fit.
 */
export function injectSafePoints(
  spec: SafePointSpec,
  { commitEach, overheads }: { commitEach: boolean; overheads: Overheads },
): SafePointRule {
  if (commitEach) return { everyItems: 1, everySeconds: null };
  if (spec.kind === 'items') return { everyItems: spec.everyItems, everySeconds: null };
  if (spec.kind === 'time') return { everyItems: 0, everySeconds: spec.everySeconds };
  return { everyItems: 0, everySeconds: youngDalySeconds(overheads) };
}

/** The spacing of safe points, in seconds of work, at which their cost and the expected loss balance. */
export function youngDalySeconds({ safePointSeconds, meanTimeBetweenFailuresSeconds }: Overheads): number {
  return Math.sqrt(2 * safePointSeconds * meanTimeBetweenFailuresSeconds);
}
