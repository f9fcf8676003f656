/** Of items of which little is known, a fragment takes no more than such a part of an instance's even share. */
const BLIND_PART = 1 / 4;

/**
 * Rations items of tasks that are still being learnt: a fragment holds few of each, and few of all together. Else all of a
 * small job would be handed out before anything is known of it, and who drew the long items would have them all to do.
 */
export class Ration {
  private readonly taken = new Map<string, number>();
  private blindLeft: number;
  private hasLarge = false;

  /** @param evenItems what an instance would have of all ready items if they were shared evenly */
  constructor(evenItems: number) {
    this.blindLeft = BLIND_PART * evenItems;
  }

  /**
   * Takes up to `wanted` items, but no more than are allowed.
   * @param kind the task's key, how many of it the fragment may hold (infinite for a task that is known), and whether
   *   its items are large for that task: of such ones only one is taken, since two of different tasks may both be long
   * @param least so many may be taken, whatever the ration of all tasks together
   * @returns how many were taken
   */
  take(
    { key, allowed, isLarge }: { key: string; allowed: number; isLarge: boolean },
    wanted: number,
    least: number,
  ): number {
    if (allowed === Infinity) return wanted;
    const taken = this.taken.get(key) ?? 0;
    if (isLarge && this.hasLarge) return 0;
    const count = Math.max(0, Math.min(wanted, allowed - taken, Math.max(least, Math.floor(this.blindLeft))));
    this.hasLarge ||= isLarge && count > 0;
    this.taken.set(key, taken + count);
    this.blindLeft -= count;
    return count;
  }
}
