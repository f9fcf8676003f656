import { ItemMap } from '../task-queue/item-map.ts';
import type { Range } from '../workload.ts';

/** So often an item may be under way when its instance ends before its time, in any case … */
const SUDDEN_ENDS = 10;
/** … and as often as it may be bad luck, with such a chance, … */
const BAD_LUCK = 1e-3;
/** … but no more often than this. */
const MOST_SUDDEN_ENDS = 100;
/** An item is hopeless that so surely outlasts its instances. */
const HOPELESS = 0.99;
/** So many honest tries are enough, even if some type of instance never came. */
const MOST_WHOLE_LIVES = 3;
/** A try under load counts as so much of an honest one. */
const LOADED_TRY = 0.15;
/** An instance counts as loaded if others use such a share of it. */
const LOADED = 0.05;

/** How an instance ended that had items under way. */
export interface End {
  /** At the end that it was known to have from the start. */
  inTime: boolean;
  /** True if the items had the whole life of their instance to themselves, up to its known end. */
  wholeLife: boolean;
  instanceType: string;
  /** Share of the machine that others used. */
  load: number;
  /** The chance that the instance would end by itself while such an item runs; default: none. */
  chanceToEnd?: number;
  /** As how much of an honest try it counts; default: all of one. */
  weight?: number;
}

interface Tries {
  suddenEnds: number;
  /** The chance that all of them were bad luck. */
  badLuck: number;
  /** Honest tries, by type of instance: whole lives that were not enough. */
  wholeLives: Map<string, number>;
}

/**
 * Which items were under way when instances ended. An item that outlasts a whole life on each type of instance, or that
 * takes its instance with it each time, would run for ever: it is given up. Holds only items that met such an end.
 */
export class Losses {
  private readonly tries = new ItemMap<Tries>();

  /**
   * @param items what was under way, most likely at most as many as run at once
   * @param instanceTypes all types that instances have
   * @returns those items that should not be tried again, with the reason
   */
  record(
    task: number,
    items: readonly Range[],
    end: End,
    instanceTypes: ReadonlySet<string>,
  ): (Range & { why: string })[] {
    const hopeless: (Range & { why: string })[] = [];
    for (const { start, end: stop } of items) {
      for (let position = start; position < stop; position++) {
        const why = this.recordOne(task, position, end, instanceTypes);
        if (why) hopeless.push({ start: position, end: position + 1, why });
      }
    }
    return hopeless;
  }

  /** Items that have ended; or that left a new checkpoint, and have all their tries again. */
  forget(task: number, items: Range): void {
    this.tries.delete(task, items);
  }

  private recordOne(task: number, position: number, end: End, instanceTypes: ReadonlySet<string>): string | null {
    const tries = this.tries.get(task, position) ?? {
      suddenEnds: 0,
      badLuck: 1,
      wholeLives: new Map<string, number>(),
    };
    this.tries.set(task, position, tries);
    const suddenly = end.inTime ? null : suddenEnd(tries, end);
    if (suddenly) return suddenly;
    if (!end.wholeLife) return null;
    const { wholeLives } = tries;
    const weight = (end.load > LOADED ? LOADED_TRY : 1) * (end.weight ?? 1);
    wholeLives.set(end.instanceType, (wholeLives.get(end.instanceType) ?? 0) + weight);
    const all = [...wholeLives.values()].reduce((sum, lives) => sum + lives, 0);
    for (const type of instanceTypes) if ((wholeLives.get(type) ?? 0) < 1 && all < MOST_WHOLE_LIVES) return null;
    return 'outlasted the whole life of an instance: raise the lifespan, or put a safe point between its steps';
  }
}

/** Counts an end before its time. Returns why the item should not be tried again, if it should not. */
function suddenEnd(tries: Tries, { chanceToEnd = 0 }: End): string | null {
  tries.suddenEnds++;
  tries.badLuck *= chanceToEnd;
  if (tries.suddenEnds < SUDDEN_ENDS) return null;
  if (tries.badLuck > BAD_LUCK && chanceToEnd < HOPELESS && tries.suddenEnds < MOST_SUDDEN_ENDS) return null;
  return `was running each of ${tries.suddenEnds} times that its instance ended`;
}
