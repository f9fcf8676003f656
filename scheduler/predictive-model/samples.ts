/** What one observation says of a task, in logarithms: relative errors count, and inputs span orders of magnitude. */
export interface Sample {
  /** ln of the mean cost; null where the task has none. */
  x: number | null;
  /** ln of the typical item's seconds. */
  y: number;
  /** ln(1 + load). */
  load: number;
  /** ln(1 + seconds of idleness before the fragment). */
  idle: number;
  /** Index of the instance type among those that the task ran on. */
  cell: number;
  /** How much it counts in a fit: more for many items, less for one whose end was not seen. */
  weight: number;
}

/** How many of the latest samples are kept whatever their cost, … */
const RECENT = 192;
/** … and how many older ones of each half octave of cost, so that no cost that was ever seen is forgotten. */
const PER_STRATUM = 4;
const MOST_STRATA = 48;

/** A bounded memory of samples: the latest ones, and some older ones of every order of cost. */
export class Samples {
  private readonly recent: Sample[] = [];
  private readonly strata = new Map<number, Sample[]>();
  private merged: Sample[] | null = null;

  get size(): number {
    return this.recent.length;
  }

  add(sample: Sample): void {
    this.recent.push(sample);
    if (this.recent.length > RECENT) this.keep(this.recent.shift()!);
    this.merged = null;
  }

  /** Oldest first; those that were kept for their cost before the latest. */
  all(): readonly Sample[] {
    this.merged ??= [...this.strata.values()].flat().concat(this.recent);
    return this.merged;
  }

  private keep(sample: Sample): void {
    if (sample.x === null) return;
    const key = Math.floor((2 * sample.x) / Math.LN2);
    const stratum = this.strata.get(key) ?? [];
    if (stratum.length === 0 && this.strata.size >= MOST_STRATA) return;
    stratum.push(sample);
    if (stratum.length > PER_STRATUM) stratum.shift();
    this.strata.set(key, stratum);
  }
}
