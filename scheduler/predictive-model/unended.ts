import type { Sample } from './samples.ts';

/** What is known of items that have not ended: each stands in until its end is seen. */
interface StandIn {
  /** They had not ended after so long, each. */
  seconds: number;
  /** How long they take most likely; null where they are not under way for long enough to tell. */
  sample: Sample | null;
  /** Normalised residual that their outcome lies above; null where nothing was predicted yet. */
  residual: number | null;
}

/**
 * Items that are under way for longer than was predicted, or were when their instance ended. Each counts once, however often
 * it was told of, and no more once its end is seen: else long items would count more often than short ones.
 */
export class Unended {
  private readonly standIns = new Map<string, StandIn>();
  private samples = 0;
  /** Weight of the samples; 0 where there are none. */
  weight = 0;

  get residuals(): number[] {
    return [...this.standIns.values()].flatMap(({ residual }) => residual ?? []);
  }

  /** For how long those of that name have not ended, as far as was told; 0 for none. */
  secondsOf(name: string): number {
    return this.standIns.get(name)?.seconds ?? 0;
  }

  /** @param name that nothing is told of yet */
  set(name: string, standIn: StandIn): void {
    this.standIns.set(name, standIn);
    if (standIn.sample === null) return;
    this.samples++;
    this.weight += standIn.sample.weight;
  }

  /** @returns true if there was something by that name */
  delete(name: string): boolean {
    const known = this.standIns.get(name);
    if (!known) return false;
    this.standIns.delete(name);
    if (known.sample === null) return true;
    this.samples--;
    // What rounding would leave of it is no sample that anything could be predicted from.
    this.weight = this.samples === 0 ? 0 : this.weight - known.sample.weight;
    return true;
  }

  /**
   * The samples of what has ended with those of what has not spread evenly among them: put last they would count as what is
   * new, and a level that follows the newest would run away.
   */
  among(ended: readonly Sample[]): readonly Sample[] {
    const own = [...this.standIns.values()].flatMap(({ sample }) => sample ?? []);
    if (own.length === 0) return ended;
    const merged: Sample[] = [];
    let next = 0;
    for (const [index, sample] of own.entries()) {
      const place = Math.round((ended.length * (index + 1)) / (own.length + 1));
      while (next < place) merged.push(ended[next++]!);
      merged.push(sample);
    }
    return merged.concat(ended.slice(next));
  }
}
