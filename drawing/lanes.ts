/** Puts instances into as few lanes as their lives allow: an instance that follows another stands behind it, not below. */
import type { PictureInstance } from './picture.ts';

/** Each lane holds instances in order of time, none overlapping another. */
export function lanes(instances: PictureInstance[]): PictureInstance[][] {
  const result: PictureInstance[][] = [];
  for (const instance of instances.toSorted((a, b) => a.startSeconds - b.startSeconds)) {
    const free = result.find((lane) => lane.at(-1)!.endSeconds <= instance.startSeconds + 1e-9);
    if (free === undefined) result.push([instance]);
    else free.push(instance);
  }
  return result;
}
