/** Of items of which little is known, a fragment takes no more than such a part of an instance's even share. */
const BLIND_PART = 1 / 4;

/**
 * Rations items of tasks that are still being learnt: a fragment holds few of each, and few of all together. Else all of a
 * small job would be handed out before anything is known of it, and who drew the long items would have them all to do.
 */
export class Ration {
  private readonly taken = new Map<string, number>();
  private blindLeft: number;

  /** @param evenItems what an instance would have of all ready items if they were shared evenly */
  constructor(evenItems: number) {
    this.blindLeft = BLIND_PART * evenItems;
  }

  /**
   * Takes up to `wanted` items, but no more than are allowed.
   * @param ofTask how many of the task the fragment may hold; infinite for a task that is known
   * @param least so many may be taken, whatever the ration of all tasks together
   * @returns how many were taken
   */
  take(key: string, ofTask: number, wanted: number, least: number): number {
    if (ofTask === Infinity) return wanted;
    const taken = this.taken.get(key) ?? 0;
    const count = Math.max(0, Math.min(wanted, ofTask - taken, Math.max(least, Math.floor(this.blindLeft))));
    this.taken.set(key, taken + count);
    this.blindLeft -= count;
    return count;
  }
}
