import type { SafePointSpec } from '../job-spec.ts';
import { deadlinePoints, type Hazards, type Stretch } from './deadline-points.ts';

/** What an instance's life and overheads are taken for. Learnt while the job runs. */
export interface Overheads {
  /** From asking for an instance until it takes work. */
  startupSeconds: number;
  /** From assigning a fragment until its first item runs. */
  dispatchSeconds: number;
  /** What the first fragment of an instance needs besides: programs that are started, files that are not cached. */
  coldSeconds: number;
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

/** Alike items of a fragment, as far as safe points depend on them. */
export interface PlannedPart extends Stretch {
  safePoint: SafePointSpec;
  /** Each item is committed before the next stage of its task begins. */
  commitEach: boolean;
}

/** Where the safe points of one part stand: by a rule, or after fixed numbers of its items where `points` is not null. */
export interface InjectedPoints {
  rule: SafePointRule;
  points: number[] | null;
}

/** For whom safe points are injected. */
export interface InjectionConditions {
  overheads: Overheads;
  /** True if the worker watches its deadline, and reaches a safe point by itself before what may not fit. */
  watchesDeadlines: boolean;
  /** What may end the instance, in seconds after the first item begins. */
  hazards: Pick<Hazards, 'ends' | 'rateAt'>;
}

/**
 * The Safe Point Injector: where a fragment commits, so that an instance that ends costs little and safe points do too.
 *
 * What the user wrote is kept. For `auto` the spacing is Young's and Daly's first-order optimum √(2·C·M) for a safe
 * point that costs C and a mean time between failures M (Young 1974; Daly 2006, "A higher order estimate of the optimum
 * checkpoint interval"). A known end needs few: the worker reaches a safe point of its own accord before a stretch that
 * would not fit; for one that can't, they are fixed beforehand, late and dense ({@link deadlinePoints}).
 */
export function injectSafePoints(parts: readonly PlannedPart[], conditions: InjectionConditions): InjectedPoints[] {
  const { overheads, watchesDeadlines, hazards } = conditions;
  const rules = parts.map(({ safePoint, commitEach }) => safePointRule(safePoint, { commitEach, overheads }));
  if (watchesDeadlines) return rules.map((rule) => ({ rule, points: null }));
  const fixed = deadlinePoints(parts, {
    ...hazards,
    safePointSeconds: overheads.safePointSeconds,
  });
  let before = 0;
  return parts.map(({ safePoint, commitEach, count }, index) => {
    const start = before;
    before += count;
    const own = fixed.filter((point) => point > start && point <= before).map((point) => point - start);
    return { rule: rules[index]!, points: commitEach || safePoint.kind !== 'auto' ? null : own };
  });
}

/** The rule that the user's words, or the costs, come to. */
export function safePointRule(
  safePoint: SafePointSpec,
  { commitEach, overheads }: { commitEach: boolean; overheads: Overheads },
): SafePointRule {
  if (commitEach) return { everyItems: 1, everySeconds: null };
  if (safePoint.kind === 'items') return { everyItems: safePoint.everyItems, everySeconds: null };
  if (safePoint.kind === 'time') return { everyItems: 0, everySeconds: safePoint.everySeconds };
  return { everyItems: 0, everySeconds: youngDalySeconds(overheads) };
}

/** The spacing of safe points, in seconds of work, at which their cost and the expected loss balance. */
export function youngDalySeconds({ safePointSeconds, meanTimeBetweenFailuresSeconds }: Overheads): number {
  return Math.sqrt(2 * safePointSeconds * meanTimeBetweenFailuresSeconds);
}
