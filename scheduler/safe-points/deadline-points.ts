import { normalCdf } from '../predictive-model/distribution.ts';

/** Alike items of a fragment, one after the other. */
export interface Stretch {
  count: number;
  /** Expected seconds of one item, and its standard deviation. */
  seconds: number;
  deviation: number;
  /** How far all of them may be off together, as a share. */
  level: number;
  /** Items like these that were seen before the fragment. */
  seen: number;
  /** The chance that the prediction is plainly wrong, by up to a factor of {@link WRONG_FACTOR} either way. */
  doubt: number;
}

/** What may cut a fragment short. Times are seconds after its first item begins. */
export interface Hazards {
  /** When the instance may end, and the chance that it does if it lives until then; a known deadline has the chance 1. */
  ends: readonly { seconds: number; chance: number }[];
  /** Chance per second of what strikes without warning: the instance fails, or idle ones want a part of the fragment. */
  rateAt: (seconds: number) => number;
  /** What one safe point adds. */
  safePointSeconds: number;
}

/** Items that take less than this part of a safe point are looked at together. */
const GRAIN = 0.25;
const WRONG_FACTOR = 3;

/**
 * Where safe points stand, as numbers of items from the fragment's start, for a worker that can't watch its deadline.
 *
 * Each boundary between items has a chance that the instance ends in the item after it: from failures, at a rate, and
 * from known or likely ends, whose place among the items is blurred by the uncertainty of the run times before. A safe
 * point is put where the loss that is to be expected without it (chance × work since the last) has grown to its cost.
 * What is not known is tried in small steps: no stretch holds more items than were seen before it.
 * Under a constant rate 1/M that is Young's spacing √(2·C·M) (Young 1974, Daly 2006); near an end it is late and dense.
 */
export function deadlinePoints(stretches: readonly Stretch[], hazards: Hazards): number[] {
  const { safePointSeconds } = hazards;
  const points: number[] = [];
  let done = 0;
  let seconds = 0;
  let variance = 0;
  let level = 0;
  let alive = 1;
  let sincePoint = 0;
  let lossSincePoint = 0;
  let itemsSincePoint = 0;
  let pointAt = 0;
  for (const stretch of stretches) {
    const grain = Math.max(1, Math.floor((GRAIN * safePointSeconds) / stretch.seconds));
    for (let i = 0; i < stretch.count; i += grain) {
      const items = Math.min(grain, stretch.count - i);
      const mean = items * stretch.seconds;
      variance += items * stretch.deviation ** 2;
      level += mean * stretch.level;
      const deviation = Math.hypot(Math.sqrt(variance), level);
      const after = survival(seconds + mean + safePointSeconds, deviation, stretch.doubt, hazards);
      const chance = Math.max(0, alive - after) + alive * mean * hazards.rateAt(seconds);
      const loss = lossSincePoint + chance * sincePoint;
      const isLearning = itemsSincePoint >= Math.max(1, stretch.seen + pointAt);
      if (sincePoint > 0 && (loss >= safePointSeconds * alive || isLearning)) {
        points.push(done);
        seconds += safePointSeconds;
        sincePoint = 0;
        itemsSincePoint = 0;
        pointAt = done;
        lossSincePoint = 0;
      } else lossSincePoint = loss;
      done += items;
      seconds += mean;
      sincePoint += mean;
      itemsSincePoint += items;
      alive = Math.min(alive, after);
    }
  }
  return points;
}

/** The chance that no known or likely end comes within so many predicted seconds. */
function survival(seconds: number, deviation: number, doubt: number, { ends }: Hazards): number {
  let alive = 1;
  for (const end of ends) {
    const over = normalCdf((seconds - end.seconds) / Math.max(deviation, 1e-9));
    const wrong = 0.5 + Math.log(seconds / Math.max(end.seconds, 1e-9)) / Math.log(WRONG_FACTOR) / 2;
    const mixed = (1 - doubt) * over + doubt * Math.min(Math.max(wrong, 0), 1);
    alive *= 1 - end.chance * mixed;
  }
  return alive;
}
