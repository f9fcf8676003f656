import type { Fragment, Piece } from '../fragment-scheduler/events.ts';
import { chanceWithin } from '../predictive-model/distribution.ts';
import type { Predictor } from '../predictive-model/model.ts';
import { remainingLifespan, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import { injectSafePoints } from '../safe-points/injector.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';
import { isFresh, predictOptimalFragmentSize, type Bounds, type Demand, type Pool } from './demand.ts';
import { Experience } from './experience.ts';
import { Filling, type Part } from './filling.ts';
import { CONFIDENT, InOrder } from './in-order.ts';
import { hazardsFrom, plannedPart } from './injection.ts';
import { LostItems } from './lost-items.ts';
import { expectedPoints, runSeconds, takePieces } from './pieces.ts';
import { Prospects } from './prospects.ts';
import { RestOfLife } from './rest-of-life.ts';
import { Retries } from './retries.ts';
import { worthWithin } from './worth.ts';

/** A fragment without the id and instance that the scheduler gives it. */
export type Draft = Omit<Fragment, 'id' | 'instance'>;

/**
 * The Fragment Generator: takes ready items from the queue and makes the fragment that suits the instance that asks.
 *
 * Its size is bounded by what is left of the instance's life, by the instance's share of the work that is left, and by how
 * little is known of the tasks in it. Within that come lost items, then what the longest chain of work waits for, and long
 * items before short ones; the end of a life is filled with what makes best use of it.
 */
export class FragmentGenerator {
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly pool: Pool;
  private readonly lost = new LostItems();
  private readonly experience: Experience;
  private readonly prospects: Prospects;
  private readonly retries: Retries;
  private readonly inOrder: InOrder;
  private readonly restOfLife: RestOfLife;

  constructor(workload: Workload, queue: TaskQueue, model: Predictor, pool: Pool) {
    this.workload = workload;
    this.queue = queue;
    this.pool = pool;
    this.experience = new Experience(workload, model);
    this.prospects = new Prospects(workload, model, pool);
    this.retries = new Retries(queue, this.prospects, this.lost);
    this.inOrder = new InOrder(workload, queue, this.prospects, pool);
    this.restOfLife = new RestOfLife(queue, this.prospects, pool);
  }

  /** Takes the items of the next fragment out of the queue; null if nothing ready fits the instance. */
  createFragment(demand: Demand): Draft | null {
    const { filling, bounds, isLearning } = this.fill(demand);
    if (filling.isEmpty) return demand.instance.fragments === 0 ? this.attempt(demand) : null;
    return this.draft(filling.parts, demand, isLearning ? 'learning' : bounds.limit, bounds.size);
  }

  /**
   * True if an instance should rather hand back what is left of its fragment and begin another, since what comes next may
   * not end in time and something else will.
   */
  wouldDoBetter(left: readonly Piece[], demand: Demand): boolean {
    const { instance, now, overheads } = demand;
    const { dispatchSeconds, safePointSeconds } = overheads;
    const life = remainingLifespan(instance, now) - safePointSeconds;
    const parts = left.flatMap(({ task, start, end }) => {
      return this.prospects.part(task, this.queue.cohortOf(task, start), end - start, demand) ?? [];
    });
    const next = parts[0];
    if (!next || chanceWithin(next.prediction, life) > CONFIDENT) return false;
    const { filling } = this.fill(demand);
    return worthWithin(filling.parts, life - dispatchSeconds) > worthWithin(parts, life) + dispatchSeconds;
  }

  /** True if the instance has the cpus and the memory for something that is ready. */
  hasRoom(instance: InstanceRecord): boolean {
    for (const { task } of this.queue.readyCohorts()) if (this.prospects.width(task, instance) > 0) return true;
    return this.queue.readyApart().some(({ task }) => this.prospects.width(task, instance) > 0);
  }

  /** Some items of a cohort were committed. */
  learnt(task: number, cohort: number, items: number): void {
    this.experience.add(task, cohort, items);
  }

  /**
   * Has an item that was under way when its instance ended tried again by itself.
   * @param leastSeconds what it is known to take at least on that type of instance; 0 for nothing
   * @param wasWholeLife true if a whole life of an instance of the type was not enough
   */
  retryLater(task: number, position: number, leastSeconds: number, instanceType: string, wasWholeLife: boolean): void {
    this.lost.record(task, position, leastSeconds, instanceType, wasWholeLife);
    this.queue.setApart(task, position);
  }

  /** An item left a new checkpoint: what lives were too short for is behind it. */
  madeProgress(task: number, item: Range): void {
    this.lost.forget(task, item);
  }

  /** Those items have ended. */
  ended(task: number, items: Range): void {
    this.retries.forget(task, items);
  }

  /** Has an item that failed so often, and may be tried again, handed out by itself with the tries that it has left. */
  continueTries(task: number, position: number, failedTries: number): void {
    this.retries.failed(task, position, failedTries);
    this.queue.setApart(task, position);
  }

  private fill(demand: Demand): { filling: Filling; bounds: Bounds; isLearning: boolean } {
    const bounds = predictOptimalFragmentSize(demand, this.pool);
    const filling = new Filling();
    this.retries.addTo(filling, bounds, demand);
    const isLearning = this.inOrder.addTo(filling, bounds, demand);
    filling.parts.sort((a, b) => this.queue.priorityOf(b) - this.queue.priorityOf(a));
    const hasLifeLeft = bounds.limit === 'lifespan' || filling.isEmpty;
    if (hasLifeLeft && !isLearning) this.restOfLife.addTo(filling, bounds, demand);
    const hasNothingBetter = !this.pool.replacesInstances || isFresh(bounds, demand);
    if (filling.isEmpty && hasNothingBetter) this.retries.addAgainstOdds(filling, bounds, demand);
    return { filling, bounds, isLearning };
  }

  /** A fresh instance tries something even where nothing seems to fit: the prediction may be wrong, and nothing lives longer. */
  private attempt(demand: Demand): Draft | null {
    let best: Part | null = null;
    for (const { task, cohort } of this.queue.readyCohorts()) {
      const part = this.prospects.part(task, cohort, 1, demand);
      if (part && (!best || part.prediction.seconds < best.prediction.seconds)) best = part;
    }
    return best && this.draft([best], demand, 'lifespan', best.prediction.seconds);
  }

  private draft(parts: readonly Part[], demand: Demand, limit: Fragment['limit'], aimSeconds: number): Draft {
    const { overheads, instance, now, workLeftSeconds, sharers } = demand;
    const { dispatchSeconds, safePointSeconds, coldSeconds, meanTimeBetweenFailuresSeconds } = overheads;
    const start = now + dispatchSeconds + (instance.fragments === 0 ? coldSeconds : 0);
    const injected = injectSafePoints(
      parts.map((part) => plannedPart(part, this.workload, this.experience)),
      { overheads, watchesDeadlines: this.pool.watchesDeadlines, hazards: hazardsFrom(start, demand) },
    );
    const pieces = parts.flatMap((part, index) => takePieces(this.queue, part, injected[index]!));
    const points = parts.reduce((sum, part, index) => sum + expectedPoints(part, injected[index]!), 1);
    const work = runSeconds(parts);
    const overhead = dispatchSeconds + points * safePointSeconds;
    const life = remainingLifespan(instance, now);
    return {
      pieces,
      predictedSeconds: {
        low: work.low + overhead,
        expected: work.expected + overhead,
        high: work.high + overhead,
      },
      limit: this.queue.ready === 0 && limit === 'share' ? 'queue' : limit,
      sizing: {
        lifeSeconds: Number.isFinite(life) ? life : null,
        workLeftSeconds,
        sharers,
        aimSeconds,
        dispatchSeconds,
        safePointSeconds,
        meanTimeBetweenFailuresSeconds,
      },
    };
  }
}
