import type { Fragment, Piece } from '../fragment-scheduler/events.ts';
import { itemInterval, sumInterval, type ItemPrediction, type Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency, remainingLifespan, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import { injectSafePoints, type Overheads } from '../safe-points/injector.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';

/** A fragment is at least so many times as long as what it costs to begin and end one. */
const LEAST_OVERHEADS = 10;
/** While fewer items of a task have been seen, its fragments hold at most twice as many as have. */
const LEARNT_ITEMS = 16;
/** After so many cohorts that do not fit, nothing smaller is looked for. */
const MISFITS = 256;

/** What a fragment may be made from, and for whom. */
export interface Demand {
  now: number;
  instance: InstanceRecord;
  /** Instances among which the work that is left is shared. */
  sharers: number;
  /** Predicted work that no instance has yet, in seconds on one instance. */
  workLeftSeconds: number;
  overheads: Overheads;
}

/** A fragment without the id and instance that the scheduler gives it. */
export type Draft = Omit<Fragment, 'id' | 'instance'>;

interface Part {
  piece: Piece;
  prediction: ItemPrediction;
  /** Items that run at once. */
  width: number;
}

/** Seconds of work to aim at, and the life that every item must fit into. */
interface Bounds {
  size: number;
  life: number;
  limit: Fragment['limit'];
}

/** A fragment in the making. */
interface Filling {
  parts: Part[];
  /** Expected run time of the parts. */
  seconds: number;
  /** How much of the instance its items hold if all run at once; as long as that is less than 1, more cost no time. */
  held: number;
  /** Cohorts, or whole tasks, whose items would not fit. */
  misfits: number;
  /** True if so little is known of some task that fewer of its items were taken than would fit. */
  isLearning: boolean;
}

/**
 * The Fragment Generator: takes ready items from the queue and makes the fragment that suits the instance that asks.
 *
 * Its size is bounded by what is left of the instance's life, by the instance's share of the work that is left (half of an
 * even split, as in factoring self-scheduling, Hummel et al. 1992, so that all finish together), and by how little is known
 * of the tasks in it. Within that, tasks that much waits for come first and long items before short ones, so that the short
 * ones can fill what is left.
 */
export class FragmentGenerator {
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly model: Predictor;

  constructor(workload: Workload, queue: TaskQueue, model: Predictor) {
    this.workload = workload;
    this.queue = queue;
    this.model = model;
  }

  /** Takes the items of the next fragment out of the queue; null if nothing ready fits the instance. */
  createFragment(demand: Demand): Draft | null {
    const bounds = this.predictOptimalFragmentSize(demand);
    const filling: Filling = { parts: [], seconds: 0, held: 0, misfits: 0, isLearning: false };
    for (const task of this.queue.readyTasks().slice()) {
      if (isFull(filling, bounds)) break;
      this.fillFrom(task, filling, bounds, demand);
    }
    if (filling.parts.length === 0) return demand.instance.fragments === 0 ? this.attempt(demand) : null;
    const limit = filling.isLearning ? 'learning' : bounds.limit;
    const isEmptied = this.queue.readyTasks().length === 0;
    return this.draft(filling.parts, demand, isEmptied ? 'queue' : limit, bounds.size);
  }

  /** True if the instance has the cpus and the memory for something that is ready. */
  hasRoom(instance: InstanceRecord): boolean {
    return this.queue.readyTasks().some((task) => concurrency(instance, this.workload.tasks[task]!.needs) > 0);
  }

  /** Adds as many ready items of a task as the bounds allow, long ones first. */
  private fillFrom(task: number, filling: Filling, bounds: Bounds, demand: Demand): void {
    const width = concurrency(demand.instance, this.workload.tasks[task]!.needs);
    if (width === 0 || this.isTooLateToTry(task, demand)) {
      filling.misfits++;
      return;
    }
    let allowed = this.allowedWhileLearning(task, width);
    for (const cohort of this.cohortsInOrder(task)) {
      if (isFull(filling, bounds)) return;
      if (allowed <= 0) {
        filling.isLearning = true;
        return;
      }
      const prediction = this.predict(task, cohort, demand);
      if (filling.seconds + itemInterval(prediction).high > bounds.life) {
        filling.misfits++;
        continue;
      }
      const fitting = Math.floor(((bounds.size - filling.seconds) * width) / prediction.seconds);
      const besides = Math.ceil((1 - filling.held) * width);
      const parts = this.take(
        task,
        cohort,
        Math.min(Math.max(fitting, besides), allowed),
        prediction,
        width,
        demand.overheads,
      );
      const items = parts.reduce((sum, { piece }) => sum + piece.end - piece.start, 0);
      filling.parts.push(...parts);
      filling.seconds += (items * prediction.seconds) / width;
      filling.held += items / width;
      allowed -= items;
    }
  }

  /** The seconds of work to aim at, and the life that it must fit into. */
  private predictOptimalFragmentSize({ now, instance, sharers, workLeftSeconds, overheads }: Demand): Bounds {
    const { dispatchSeconds, safePointSeconds } = overheads;
    const life = remainingLifespan(instance, now) - dispatchSeconds - safePointSeconds;
    const share = workLeftSeconds / sharers / 2;
    const least = LEAST_OVERHEADS * (dispatchSeconds + safePointSeconds);
    const size = Math.max(share, least);
    return life < size ? { life, size: life, limit: 'lifespan' } : { life, size, limit: 'share' };
  }

  /** A fresh instance tries something even where nothing seems to fit: the prediction may be wrong, and nothing lives longer. */
  private attempt(demand: Demand): Draft | null {
    let best: { task: number; cohort: number; prediction: ItemPrediction; width: number } | null = null;
    for (const task of this.queue.readyTasks()) {
      const width = concurrency(demand.instance, this.workload.tasks[task]!.needs);
      if (width === 0) continue;
      for (const cohort of this.cohortsInOrder(task)) {
        const prediction = this.predict(task, cohort, demand);
        if (!best || prediction.seconds < best.prediction.seconds) best = { task, cohort, prediction, width };
      }
    }
    if (!best) return null;
    const parts = this.take(best.task, best.cohort, 1, best.prediction, best.width, demand.overheads);
    return this.draft(parts, demand, 'lifespan', best.prediction.seconds);
  }

  private draft(parts: Part[], demand: Demand, limit: Fragment['limit'], aimSeconds: number): Draft {
    const { overheads } = demand;
    const work = runSeconds(parts);
    const { dispatchSeconds, safePointSeconds } = overheads;
    const points = parts.reduce((sum, { piece, prediction, width }) => sum + pointsWithin(piece, prediction, width), 1);
    const overhead = dispatchSeconds + points * safePointSeconds;
    return {
      pieces: parts.map(({ piece }) => piece),
      predictedSeconds: {
        low: work.low + overhead,
        expected: work.expected + overhead,
        high: work.high + overhead,
      },
      limit,
      sizing: {
        lifeSeconds: finite(remainingLifespan(demand.instance, demand.now)),
        workLeftSeconds: demand.workLeftSeconds,
        sharers: demand.sharers,
        aimSeconds,
        dispatchSeconds,
        safePointSeconds,
        meanTimeBetweenFailuresSeconds: overheads.meanTimeBetweenFailuresSeconds,
      },
    };
  }

  private take(
    task: number,
    cohort: number,
    count: number,
    prediction: ItemPrediction,
    width: number,
    overheads: Overheads,
  ): Part[] {
    if (count <= 0) return [];
    const { safePoint, commitEach } = this.workload.tasks[task]!;
    const rule = injectSafePoints(safePoint, { commitEach, overheads });
    const itemSeconds = itemInterval(prediction);
    return this.queue
      .take(task, cohort, count)
      .map((range) => ({ piece: { task, ...range, ...rule, itemSeconds }, prediction, width }));
  }

  private predict(task: number, cohort: number, { now, instance }: Demand): ItemPrediction {
    const { key, cohorts, estimateSeconds } = this.workload.tasks[task]!;
    return this.model.predict({
      key,
      instanceType: instance.type,
      cost: cohorts[cohort]!.cost,
      load: instance.load,
      idleSeconds: now - instance.idleSince,
      estimateSeconds,
    });
  }

  /** Nobody knows how long the first item of a task takes: it is begun in the first half of a life. */
  private isTooLateToTry(task: number, { instance, now }: Demand): boolean {
    const { key, estimateSeconds } = this.workload.tasks[task]!;
    if (instance.deadline === null || instance.fragments === 0) return false;
    const isUnknown = estimateSeconds === null && this.model.observations(key) === 0;
    return isUnknown && remainingLifespan(instance, now) < (instance.deadline - instance.upAt) / 2;
  }

  private allowedWhileLearning(task: number, width: number): number {
    const seen = this.model.observations(this.workload.tasks[task]!.key);
    return seen < LEARNT_ITEMS ? Math.max(width, 2 * seen) : Infinity;
  }

  /**
   * Cohorts that have ready items, those of the highest cost first. While little is known of the task it begins at another
   * cohort each time, so that what is learnt covers the range of costs.
   */
  private cohortsInOrder(task: number): number[] {
    const { key, cohorts } = this.workload.tasks[task]!;
    const order: number[] = [];
    for (let i = cohorts.length - 1; i >= 0; i--) if (this.queue.readyIn(task, i) > 0) order.push(i);
    const seen = this.model.observations(key);
    if (seen >= LEARNT_ITEMS || order.length < 2) return order;
    const first = (order.length >> 1) + Math.floor(seen * 0.618 * order.length);
    return order.map((_, i) => order[(first + i) % order.length]!);
  }
}

const finite = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds : null);

const isFull = ({ seconds, held, misfits }: Filling, { size }: Bounds): boolean =>
  (seconds >= size && held >= 1) || misfits > MISFITS;

/** Run time of some parts side by side: what they need of the instance, and no less than the longest item. */
function runSeconds(parts: readonly Part[]): Interval {
  const sum = sumInterval(
    parts.map(({ piece, prediction, width }) => ({ prediction, count: (piece.end - piece.start) / width })),
  );
  const longest = (of: keyof Interval): number => Math.max(sum[of], ...parts.map(({ piece }) => piece.itemSeconds[of]));
  return { low: longest('low'), expected: longest('expected'), high: longest('high') };
}

function pointsWithin(piece: Piece, prediction: ItemPrediction, width: number): number {
  const items = piece.end - piece.start;
  const byItems = piece.everyItems > 0 ? Math.floor(items / piece.everyItems) : 0;
  const byTime = piece.everySeconds ? Math.floor((items * prediction.seconds) / width / piece.everySeconds) : 0;
  return byItems + byTime;
}
