import { normalCdf } from '../normal.ts';

/** Alike items of a fragment, one after the other. */
export interface Stretch {
  count: number;
  /** Expected seconds of one item, and its standard deviation. */
  seconds: number;
  deviation: number;
  /** How far all of them may be off together, as a share. */
  level: number;
  /** What kind of items they are, … */
  kind: string;
  /** … and how many of the kind were seen before the fragment. */
  seen: number;
  /** The chance that a single item takes longer than so many seconds. */
  outlasts: (seconds: number) => number;
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
const WRONG_FACTOR = 10;

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
  const walk = new Walk(hazards);
  for (const stretch of stretches) {
    const grain = Math.max(1, Math.floor((GRAIN * hazards.safePointSeconds) / stretch.seconds));
    for (let i = 0; i < stretch.count; i += grain) walk.pass(stretch, Math.min(grain, stretch.count - i));
  }
  return walk.points;
}

/** Goes through a fragment from its start to its end. Times are predicted seconds. */
class Walk {
  readonly points: number[] = [];
  private readonly hazards: Hazards;
  private done = 0;
  private seconds = 0;
  private variance = 0;
  private level = 0;
  /** The chance that the instance lives until here. */
  private alive = 1;
  private sincePoint = 0;
  /** What is expected to be lost of it. */
  private loss = 0;
  /** Items by kind: those before the last safe point, and those after it. */
  private readonly committed = new Map<string, number>();
  private readonly uncommitted = new Map<string, number>();
  /** True once as many items of some kind wait for a safe point as had been seen of it. */
  private hasLearnt = false;

  constructor(hazards: Hazards) {
    this.hazards = hazards;
  }

  /** Passes some items, with a safe point before them if it is due. */
  pass(stretch: Stretch, items: number): void {
    const { safePointSeconds } = this.hazards;
    const mean = items * stretch.seconds;
    this.variance += items * stretch.deviation ** 2;
    this.level += mean * stretch.level;
    const deviation = Math.hypot(Math.sqrt(this.variance), this.level);
    const after = survival(this.seconds + mean + safePointSeconds, deviation, stretch.doubt, this.hazards);
    const loss = this.loss + this.chanceToEnd(stretch, items, after) * this.sincePoint;
    if (this.sincePoint > 0 && (loss >= safePointSeconds * this.alive || this.hasLearnt)) this.setPoint();
    else this.loss = loss;
    this.done += items;
    this.seconds += mean;
    this.sincePoint += mean;
    this.count(stretch, items);
    this.alive = Math.min(this.alive, after);
  }

  /** The chance that the instance ends while those items run. */
  private chanceToEnd({ seconds, outlasts }: Stretch, items: number, after: number): number {
    const { ends, rateAt, safePointSeconds } = this.hazards;
    const byItself = ends
      .filter((end) => end.seconds > this.seconds || end.chance === 1)
      .reduce((sum, end) => sum + end.chance * outlasts(end.seconds - this.seconds - safePointSeconds), 0);
    const planned = Math.max(0, this.alive - after, this.alive * Math.min(1, items * byItself));
    return planned + this.alive * items * seconds * rateAt(this.seconds);
  }

  private count({ kind, seen }: Stretch, items: number): void {
    const uncommitted = (this.uncommitted.get(kind) ?? 0) + items;
    this.uncommitted.set(kind, uncommitted);
    this.hasLearnt ||= uncommitted >= Math.max(1, seen + (this.committed.get(kind) ?? 0));
  }

  private setPoint(): void {
    this.points.push(this.done);
    this.seconds += this.hazards.safePointSeconds;
    this.sincePoint = 0;
    this.loss = 0;
    this.hasLearnt = false;
    for (const [kind, items] of this.uncommitted) this.committed.set(kind, (this.committed.get(kind) ?? 0) + items);
    this.uncommitted.clear();
  }
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
