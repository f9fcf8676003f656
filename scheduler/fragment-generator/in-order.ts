import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';
import type { Bounds, Demand, Pool } from './demand.ts';
import { evenChunk } from './even-chunk.ts';
import type { Filling, Part } from './filling.ts';
import type { Prospects } from './prospects.ts';
import { Ration } from './ration.ts';
import { RelativeSizes } from './relative-size.ts';

/** Items are put into a fragment as long as their chance to end in time is such a share of the best that they will ever have, … */
export const CONFIDENT = 0.85;
/** … in standard deviations of the fragment's run time. */
const CONFIDENT_SIGMAS = 1.04;
/** After so many cohorts that do not fit, nothing smaller is looked for. */
const MISFITS = 256;

/** Fills fragments with ready items in order of priority: what much waits for, and long items, first. */
export class InOrder {
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly prospects: Prospects;
  private readonly pool: Pool;
  private readonly sizes: RelativeSizes;

  constructor(workload: Workload, queue: TaskQueue, prospects: Prospects, pool: Pool) {
    this.workload = workload;
    this.queue = queue;
    this.prospects = prospects;
    this.pool = pool;
    this.sizes = new RelativeSizes(workload);
  }

  /**
   * Adds as many items as the bounds allow.
   * @returns true if fewer items were taken than would fit, since so little is known of some task
   */
  addTo(filling: Filling, bounds: Bounds, demand: Demand): boolean {
    let misfits = 0;
    let isLearning = false;
    /** What is left of a chunk of which each instance takes one: see {@link evenChunk}. */
    let chunkLeft = 1;
    const ration = new Ration(this.queue.ready / demand.sharers);
    for (const { task, cohort } of this.queue.readyCohorts()) {
      if ((filling.seconds >= bounds.size && filling.held >= 1) || misfits > MISFITS) break;
      const part = this.prospects.part(task, cohort, 0, demand);
      if (!part || this.prospects.isTooLateToTry(task, demand)) {
        misfits++;
        continue;
      }
      const { prediction, width } = part;
      const { key } = this.workload.tasks[task]!;
      const ofTask = this.prospects.allowedWhileLearning(task, width);
      const chunk = this.isEvened(bounds) ? evenChunk(prediction, width, demand) : Infinity;
      const inChunk = Math.max(leastItems(filling, width), Math.floor(chunkLeft * chunk));
      if (inChunk === 0) break;
      const most = Math.min(inChunk, this.evenPart(task, cohort, width, demand));
      const fitting = this.countThatFits(filling, { ...part, count: most }, bounds, demand);
      if (fitting === 0) misfits++;
      const kind = { key, allowed: ofTask, isLarge: this.sizes.isLarge(task, cohort) };
      const count = ration.take(kind, fitting, leastItems(filling, width));
      isLearning ||= fitting > count;
      if (count === 0) continue;
      filling.add({ ...part, count });
      chunkLeft -= count / chunk;
    }
    return isLearning;
  }

  /** A worker that watches its deadline hands back at any time what it has not begun; others must not be given too much. */
  private isEvened({ limit }: Bounds): boolean {
    return limit === 'share' && !this.pool.watchesDeadlines;
  }

  /** An instance takes no more than its even part of alike items, however short they are predicted to be. */
  private evenPart(task: number, cohort: number, width: number, { sharers }: Demand): number {
    const ready = this.queue.readyIn(task, cohort);
    return Math.min(ready, Math.max(width, Math.ceil(ready / sharers)));
  }

  /** How many items of a part can be added so that they end in time with confidence, and the size is not exceeded. */
  private countThatFits(filling: Filling, part: Part, bounds: Bounds, demand: Demand): number {
    const { life, size } = bounds;
    const { prediction, width } = part;
    const bySize = Math.round(((size - filling.seconds) * width) / prediction.seconds);
    const most = Math.min(part.count, Math.max(bySize, leastItems(filling, width)));
    if (most <= 0) return 0;
    const chance = filling.chanceOfOneMore(prediction, life);
    if (chance < CONFIDENT && chance < CONFIDENT * this.prospects.bestChance(part, bounds, demand)) return 0;
    let fits = 1;
    let tooMany = most + 1;
    while (tooMany - fits > 1) {
      const count = (fits + tooMany) >> 1;
      if (filling.secondsWith(prediction, width, count, CONFIDENT_SIGMAS) <= life) fits = count;
      else tooMany = count;
    }
    return fits;
  }
}

/** So many items more cost no time, since the instance has room for them besides; and one is always wanted. */
const leastItems = (filling: Filling, width: number): number =>
  Math.max(filling.isEmpty ? 1 : 0, Math.ceil((1 - filling.held) * width));
