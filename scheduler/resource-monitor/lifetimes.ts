/** How instances end that nobody told of their end. Times are seconds of an instance's age. */

/** Ages are counted in bins that each reach so many times as far as the one before. */
const BIN_RATIO = 1.5;
const FIRST_BIN_SECONDS = 1;
const BINS = 48;
/** The newest so many lives count. */
const KEPT = 512;
/** What is assumed beforehand weighs as much as so many ends. */
const PRIOR_ENDS = 0.5;
/** The rate over all ages weighs as much in each bin as so many ends. */
const COMMON_ENDS = 1;
/** Ends at the same age, to so many seconds or such a share of it, … */
const SAME_SECONDS = 0.5;
const SAME_SHARE = 0.002;
/** … and so many of them, are no accident. */
const FEWEST_ALIKE = 3;

/** What may end an instance from some age on. */
export interface EndRisk {
  /** Ages at which many instances ended, and the chance that one which reaches such an age ends then. */
  likelyEnds: { atAge: number; chance: number }[];
  /** The chance per second to end at an age otherwise. */
  rateAt: (age: number) => number;
  /** The chance that an instance of an age lives for so many seconds more. */
  chanceToLive: (age: number, seconds: number) => number;
}

/**
 * Learns when instances end without warning. The risk is often far from constant: a limit that nobody mentioned, a cloud
 * that takes young instances back rather than old ones, or looks for victims once in ten minutes. It is estimated as ends
 * over time lived, by age (Nelson 1972; Aalen 1978), in bins that borrow from the rate over all ages; ages at which
 * several instances ended count apart.
 */
export class Lifetimes {
  /** The latest lives, and whether each ended without warning. */
  private readonly lives: { age: number; isSudden: boolean }[] = [];

  /** @param isSudden true if an instance ended without warning: neither when it was known to end, nor on purpose */
  ended(age: number, isSudden = true): void {
    this.lives.push({ age, isSudden });
    if (this.lives.length > KEPT) this.lives.shift();
  }

  /** @param alive the ages of instances that live */
  meanTimeBetween(alive: readonly number[], priorSeconds: number): number {
    const lived = sum(this.lives.map(({ age }) => age)) + sum(alive);
    return (lived + PRIOR_ENDS * priorSeconds) / (this.suddenEnds().length + PRIOR_ENDS);
  }

  /** @param alive the ages of instances that live */
  risk(alive: readonly number[], priorSeconds: number): EndRisk {
    const common = 1 / this.meanTimeBetween(alive, priorSeconds);
    const suddenEnds = this.suddenEnds();
    const unhurt = [...alive, ...this.lives.filter(({ isSudden }) => !isSudden).map(({ age }) => age)];
    const likelyEnds = likelyEndsOf(suddenEnds, unhurt);
    const isLikely = (age: number): boolean => likelyEnds.some(({ atAge }) => isSame(age, atAge));
    const ends = new Float64Array(BINS);
    const lived = new Float64Array(BINS);
    for (const age of suddenEnds) {
      if (!isLikely(age)) ends[binOf(age)]!++;
      addLife(lived, age);
    }
    for (const age of unhurt) addLife(lived, age);
    const rates = lived.map((seconds, bin) => (ends[bin]! + COMMON_ENDS) / (seconds + COMMON_ENDS / common));
    return {
      likelyEnds,
      rateAt: (age) => rates[binOf(age)]!,
      chanceToLive: (age, seconds) => {
        const passes = likelyEnds.filter(({ atAge }) => atAge > age && atAge <= age + seconds);
        const passed = passes.reduce((chance, end) => chance * (1 - end.chance), 1);
        return passed * Math.exp(-integral(rates, age, age + seconds));
      },
    };
  }

  private suddenEnds(): number[] {
    return this.lives.filter(({ isSudden }) => isSudden).map(({ age }) => age);
  }
}

/** Ages at which several instances ended alike. */
function likelyEndsOf(suddenEnds: readonly number[], unhurt: readonly number[]): EndRisk['likelyEnds'] {
  const sorted = suddenEnds.toSorted((a, b) => a - b);
  const found: EndRisk['likelyEnds'] = [];
  for (let first = 0; first < sorted.length;) {
    let next = first + 1;
    while (next < sorted.length && isSame(sorted[next]!, sorted[first]!)) next++;
    const alike = next - first;
    if (alike >= FEWEST_ALIKE) {
      const atAge = sorted[first]!;
      const reached = sorted.length - first + unhurt.filter((age) => age > atAge).length;
      found.push({ atAge, chance: alike / reached });
    }
    first = next;
  }
  return found;
}
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const isSame = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(SAME_SECONDS, SAME_SHARE * b);

function binOf(age: number): number {
  if (age <= FIRST_BIN_SECONDS) return 0;
  return Math.min(BINS - 1, 1 + Math.floor(Math.log(age / FIRST_BIN_SECONDS) / Math.log(BIN_RATIO)));
}

/** Where each bin ends, in seconds of age. */
const BIN_ENDS = Float64Array.from({ length: BINS }, (_, bin) =>
  bin === BINS - 1 ? Infinity : FIRST_BIN_SECONDS * BIN_RATIO ** bin,
);

/** What rates by bin add up to between two ages. */
function integral(rates: Float64Array, from: number, to: number): number {
  let total = 0;
  let age = from;
  for (let bin = binOf(from); bin < BINS && age < to; bin++) {
    const end = Math.min(to, BIN_ENDS[bin]!);
    if (rates[bin]! > 0) total += rates[bin]! * Math.max(0, end - age);
    age = Math.max(age, end);
  }
  return total;
}

/** Adds the seconds that a life spent in each bin. */
function addLife(lived: Float64Array, age: number): void {
  let from = 0;
  for (let bin = 0; bin < BINS && from < age; bin++) {
    const to = BIN_ENDS[bin]!;
    lived[bin]! += Math.min(to, age) - from;
    from = to;
  }
}
