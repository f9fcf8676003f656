import { normalCdf } from '../predictive-model/distribution.ts';

/** Alike items of a fragment, one after the other. */
export interface Stretch {
  count: number;
  /** Expected seconds of one item, and its standard deviation. */
  seconds: number;
  deviation: number;
  /** How far all of them may be off together, as a share. */
  level: number;
}

export interface Hazards {
  /** When the instance ends, in seconds after the first item begins; infinite where that is not known. */
  lifeSeconds: number;
  /** What one safe point adds. */
  safePointSeconds: number;
  /** Of what strikes without warning: the instance fails, or an idle instance wants a part of the fragment. */
  meanTimeBetweenCutsSeconds: number;
}

/** Items that take less than this part of a safe point are looked at together. */
const GRAIN = 0.25;

/**
 * Where safe points stand, as numbers of items from the fragment's start, for a worker that can't watch its deadline.
 *
 * Each boundary between items has a chance that the instance ends in the item after it: from failures, at a constant rate,
 * and from the known end, whose place among the items is blurred by the uncertainty of the run times before. A safe point
 * is put where the loss that is to be expected without it (chance × work since the last) has grown to its cost. Under a
 * constant rate that is Young's spacing √(2·C·M) (Young 1974, Daly 2006); near the end it is late and dense.
 */
export function deadlinePoints(stretches: readonly Stretch[], hazards: Hazards): number[] {
  const { lifeSeconds, safePointSeconds, meanTimeBetweenCutsSeconds } = hazards;
  const points: number[] = [];
  let done = 0;
  let seconds = 0;
  let variance = 0;
  let level = 0;
  let alive = 1;
  let sincePoint = 0;
  let lossSincePoint = 0;
  for (const stretch of stretches) {
    const grain = Math.max(1, Math.floor((GRAIN * safePointSeconds) / stretch.seconds));
    for (let i = 0; i < stretch.count; i += grain) {
      const items = Math.min(grain, stretch.count - i);
      const mean = items * stretch.seconds;
      const nextVariance = variance + items * stretch.deviation ** 2;
      const nextLevel = level + mean * stretch.level;
      const deviation = Math.hypot(Math.sqrt(nextVariance), nextLevel);
      const nextAlive =
        lifeSeconds === Infinity
          ? 1
          : normalCdf((lifeSeconds - seconds - mean - safePointSeconds) / Math.max(deviation, 1e-9));
      const chance = Math.max(0, alive - nextAlive) + (alive * mean) / meanTimeBetweenCutsSeconds;
      const loss = lossSincePoint + chance * sincePoint;
      if (done > 0 && sincePoint > 0 && loss >= safePointSeconds * alive) {
        points.push(done);
        seconds += safePointSeconds;
        sincePoint = 0;
        lossSincePoint = 0;
      } else lossSincePoint = loss;
      done += items;
      seconds += mean;
      sincePoint += mean;
      variance = nextVariance;
      level = nextLevel;
      alive = Math.min(alive, nextAlive);
    }
  }
  return points;
}
