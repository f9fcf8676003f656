import type { Range } from '../workload.ts';

/** So often an item may be under way when its instance comes to its known end, with a whole life to run in. */
const WHOLE_LIVES = 2;
/** So often an item may be under way when its instance ends before its time. */
const SUDDEN_ENDS = 10;

/**
 * Which items were under way when instances ended. An item that outlasts whole lives, or that takes its instance with it
 * each time, would run for ever: after a while it is given up. Holds only items that met such an end.
 */
export class Losses {
  private readonly counts = new Map<string, { wholeLives: number; suddenEnds: number }>();

  /**
   * @param items what was under way, most likely at most as many as run at once
   * @param wholeLife true if the items had the whole life of their instance to themselves, up to its known end
   * @returns those items that should not be tried again, with the reason
   */
  record(task: number, items: readonly Range[], wholeLife: boolean): (Range & { why: string })[] {
    const hopeless: (Range & { why: string })[] = [];
    for (const { start, end } of items) {
      for (let position = start; position < end; position++) {
        const why = this.recordOne(`${task}:${position}`, wholeLife);
        if (why) hopeless.push({ start: position, end: position + 1, why });
      }
    }
    return hopeless;
  }

  private recordOne(key: string, wholeLife: boolean): string | null {
    const count = this.counts.get(key) ?? { wholeLives: 0, suddenEnds: 0 };
    if (wholeLife) count.wholeLives++;
    else count.suddenEnds++;
    this.counts.set(key, count);
    if (count.wholeLives >= WHOLE_LIVES) {
      return `outlasted the whole life of an instance ${WHOLE_LIVES} times: raise the lifespan, or put a safe point between its steps`;
    }
    if (count.suddenEnds >= SUDDEN_ENDS) return `was running each of ${SUDDEN_ENDS} times that its instance ended`;
    return null;
  }
}
