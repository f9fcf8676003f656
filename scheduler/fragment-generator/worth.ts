import { Filling, type Part } from './filling.ts';

/** Alike items are looked at in so many portions. */
const PORTIONS = 6;

/**
 * The work that is to be expected of some parts, run one after the other, before an instance ends: the seconds of each
 * portion times the chance that it ends in time.
 */
export function worthWithin(parts: readonly Part[], lifeSeconds: number): number {
  const filling = new Filling();
  let worth = 0;
  for (const part of parts) {
    for (const count of portions(part.count)) {
      filling.add({ ...part, count });
      const chance = filling.chanceWithin(lifeSeconds);
      if (chance < 1e-3) return worth;
      worth += chance * ((count * part.prediction.seconds) / part.width);
    }
  }
  return worth;
}

function portions(count: number): number[] {
  const size = Math.ceil(count / PORTIONS);
  const whole = Math.floor(count / size);
  const rest = count - whole * size;
  return [...Array.from({ length: whole }, () => size), ...(rest > 0 ? [rest] : [])];
}
