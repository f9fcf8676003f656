import type { Fragment, Piece } from '../fragment-scheduler/events.ts';
import { chanceWithin } from '../predictive-model/distribution.ts';
import { itemInterval, sumInterval, type ItemPrediction, type Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency, remainingLifespan, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { EndRisk } from '../resource-monitor/lifetimes.ts';
import type { Hazards } from '../safe-points/deadline-points.ts';
import { injectSafePoints, type InjectedPoints, type Overheads, type PlannedPart } from '../safe-points/injector.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';
import { Experience } from './experience.ts';
import { Filling, type Part } from './filling.ts';
import { LostItems, type Outlook } from './lost-items.ts';
import { worthWithin } from './worth.ts';

/** A fragment is at least so many times as long as what it costs to begin and end one. */
const LEAST_OVERHEADS = 6;
/** The chance that predictions are plainly wrong: while nothing is known, and later on. */
const FIRST_DOUBT = 0.4;
const LEAST_DOUBT = 0.02;
/** An instance takes at most so many times its even part of alike items, however short they are predicted to be. */
const MOST_OF_COHORT = 1;
/** A life of which so much is left counts as a whole one. */
const FRESH = 0.95;
/** The last rounds are those whose fair share is less than so many times that. */
const LAST_ROUND_OVERHEADS = 30;
/** So many items in a fair share are few. */
const FEW_ITEMS = 20;
/** While fewer items of a task have been seen, its fragments hold at most twice as many as have. */
const LEARNT_ITEMS = 16;
/** After so many cohorts that do not fit, nothing smaller is looked for. */
const MISFITS = 256;
/** Items are put into a fragment in order of priority as long as their chance to end in time is so good, … */
const CONFIDENT = 0.85;
/** … in standard deviations of the fragment's run time. */
const CONFIDENT_SIGMAS = 1.04;
/** What is left of a life is offered to at most so many cohorts, of different lengths. */
const FILLERS = 24;
/** Two cohorts are of different length if their items differ by so much. */
const DIFFERENT = 1.15;
/** A fragment holds no more items than that are reached with such a chance. */
const LEAST_REACH = 0.02;
/** Work that ends within so many lives is near its end. */
const LAST_LIVES = 2;
/** Nor more than take so many times the life that is left. */
const MOST_OVERFILL = 1.25;
const MOST_FILLERS_TAKEN = 4096;
const NO_POINTS = { everyItems: 0, everySeconds: null };

/** What a fragment may be made from, and for whom. */
export interface Demand {
  now: number;
  instance: InstanceRecord;
  /** Instances among which the work that is left is shared. */
  sharers: number;
  /** Predicted work that no instance has yet, in seconds on one instance. */
  workLeftSeconds: number;
  /** Seconds from now until all instances would end together, if the work left were shared out well, … */
  finishSeconds: number;
  /** … and those of them that the fragment should take. */
  fairSeconds: number;
  overheads: Overheads;
  /** When instances end that don't say so. */
  risk: EndRisk;
  /** All types that instances have had. */
  instanceTypes: ReadonlySet<string>;
}

/** A fragment without the id and instance that the scheduler gives it. */
export type Draft = Omit<Fragment, 'id' | 'instance'>;

/** How instances come and end. */
export interface Pool {
  /**
   * True if an instance can be retired for a fresh one: then what is left of its life is worth something. If not, it costs
   * nothing to try an item that may not fit.
   */
  replacesInstances: boolean;
  /** True if workers watch their deadline, and reach a safe point by themselves before an item that may not fit. */
  watchesDeadlines: boolean;
  /** How long a fresh instance lives; null for no end. */
  lifespanSeconds: number | null;
}

/** Seconds of work to aim at, and the life that every item must fit into. */
interface Bounds {
  size: number;
  life: number;
  /** The life of a fresh instance. */
  wholeLife: number;
  limit: Fragment['limit'];
}

/** What the ends of lives are filled with. */
interface Filler {
  task: number;
  cohort: number;
  prediction: ItemPrediction;
  width: number;
  /** Items that are taken at once, so that a safe point is worth its while. */
  unit: number;
  left: number;
}

/**
 * The Fragment Generator: takes ready items from the queue and makes the fragment that suits the instance that asks.
 *
 * Its size is bounded by what is left of the instance's life, by the instance's share of the work that is left, and by how
 * little is known of the tasks in it. Within that, what the longest chain of work waits for comes first, and long items
 * before short ones; the end of a life is filled with what makes best use of it.
 */
export class FragmentGenerator {
  private readonly workload: Workload;
  private readonly queue: TaskQueue;
  private readonly model: Predictor;
  private readonly pool: Pool;
  private readonly lost = new LostItems();
  private readonly experience: Experience;

  constructor(workload: Workload, queue: TaskQueue, model: Predictor, pool: Pool) {
    this.workload = workload;
    this.queue = queue;
    this.model = model;
    this.pool = pool;
    this.experience = new Experience(workload, model);
  }

  /** Takes the items of the next fragment out of the queue; null if nothing ready fits the instance. */
  createFragment(demand: Demand): Draft | null {
    const { filling, bounds, isLearning } = this.fill(demand);
    if (filling.isEmpty) return demand.instance.fragments === 0 ? this.attempt(demand) : null;
    const limit = isLearning ? 'learning' : bounds.limit;
    return this.draft(filling.parts, demand, limit, bounds.size);
  }

  /**
   * True if an instance should rather hand back what is left of its fragment and begin another, since what comes next may
   * not end in time and something else will.
   */
  wouldDoBetter(left: readonly Piece[], demand: Demand): boolean {
    const { instance, now, overheads } = demand;
    const { dispatchSeconds, safePointSeconds } = overheads;
    const life = remainingLifespan(instance, now) - safePointSeconds;
    const parts = left.map((piece) => this.partOf(piece, demand));
    const next = parts[0];
    if (!next || chanceWithin(next.prediction, life) > CONFIDENT) return false;
    const worth = worthWithin(parts, life);
    const { filling } = this.fill(demand);
    return worthWithin(filling.parts, life - dispatchSeconds) > worth + dispatchSeconds;
  }

  private fill(demand: Demand): { filling: Filling; bounds: Bounds; isLearning: boolean } {
    const bounds = this.predictOptimalFragmentSize(demand);
    const filling = new Filling();
    this.retryLostItems(filling, bounds, demand);
    const isLearning = this.fillInOrder(filling, bounds, demand);
    filling.parts.sort((a, b) => this.queue.priorityOf(b) - this.queue.priorityOf(a));
    const hasLifeLeft = bounds.limit === 'lifespan' || filling.isEmpty;
    if (hasLifeLeft && !isLearning) this.fillRestOfLife(filling, bounds, demand);
    const hasNothingBetter = !this.pool.replacesInstances || isFresh(bounds, demand);
    if (filling.isEmpty && hasNothingBetter) this.retryAgainstOdds(filling, bounds, demand);
    return { filling, bounds, isLearning };
  }

  /** True if the instance has the cpus and the memory for something that is ready. */
  hasRoom(instance: InstanceRecord): boolean {
    const fits = (task: number): boolean => concurrency(instance, this.workload.tasks[task]!.needs) > 0;
    for (const { task } of this.queue.readyCohorts()) if (fits(task)) return true;
    return this.queue.readyApart().some(({ task }) => fits(task));
  }

  /** The seconds of work to aim at, and the life that it must fit into. */
  private predictOptimalFragmentSize({ now, instance, fairSeconds, overheads }: Demand): Bounds {
    const { dispatchSeconds, safePointSeconds, coldSeconds } = overheads;
    const fixed = dispatchSeconds + safePointSeconds;
    const life = remainingLifespan(instance, now) - fixed - (instance.fragments === 0 ? coldSeconds : 0);
    const wholeLife = Math.max(life, (this.pool.lifespanSeconds ?? Infinity) - fixed - coldSeconds);
    const size = Math.max(fairSeconds, LEAST_OVERHEADS * fixed);
    return life < size ? { life, wholeLife, size: life, limit: 'lifespan' } : { life, wholeLife, size, limit: 'share' };
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

  /** Lost items come before others, where there is time for them: a fair share of them, the longest first. */
  private retryLostItems(filling: Filling, bounds: Bounds, demand: Demand): void {
    const retries = this.retries(bounds, demand);
    let left = Math.ceil(retries.length / demand.sharers);
    for (const { part, outlook } of retries) {
      if (left === 0 || filling.seconds >= bounds.size) return;
      if (!this.lost.isWorthATry(part.task, part.position!, filling, outlook)) continue;
      filling.add(part);
      left--;
    }
  }

  /** An instance that would be idle for the rest of its life, or has just begun it, tries the lost item that has the best chance. */
  private retryAgainstOdds(filling: Filling, bounds: Bounds, demand: Demand): void {
    let best: Part | null = null;
    let bestChance = isFresh(bounds, demand) ? -1 : 0;
    for (const { part, outlook } of this.retries(bounds, demand)) {
      const chance = this.lost.chance(part.task, part.position!, filling, outlook);
      if (chance <= bestChance) continue;
      best = part;
      bestChance = chance;
    }
    if (best) filling.add(best);
  }

  /** Lost items that are ready, those first that are expected to take longest. */
  private retries(bounds: Bounds, demand: Demand): { part: Part; outlook: Outlook; seconds: number }[] {
    const { instance, instanceTypes } = demand;
    const found = this.queue.readyApart().flatMap(({ task, position }) => {
      const width = concurrency(instance, this.workload.tasks[task]!.needs);
      if (width === 0) return [];
      const cohort = this.queue.cohortOf(task, position);
      const predict = (type: string): ItemPrediction => this.predict(task, cohort, demand, type);
      const { life, wholeLife } = bounds;
      const whole = { life, wholeLife, isFresh: isFresh(bounds, demand) };
      const outlook = { instanceType: instance.type, ...whole, instanceTypes, predict };
      const part = { task, cohort, position, count: 1, prediction: predict(instance.type), width };
      return { part, outlook, seconds: this.lost.expectedSeconds(task, position, outlook) };
    });
    return found.toSorted((a, b) => b.seconds - a.seconds);
  }

  /**
   * Adds ready items in order of priority, as many as the bounds allow.
   * @returns true if fewer items were taken than would fit, since so little is known of some task
   */
  private fillInOrder(filling: Filling, bounds: Bounds, demand: Demand): boolean {
    let misfits = 0;
    let isLearning = false;
    let chunk = 1;
    const allowed = new Map<string, number>();
    for (const { task, cohort } of this.queue.readyCohorts()) {
      if ((filling.seconds >= bounds.size && filling.held >= 1) || misfits > MISFITS) break;
      const width = concurrency(demand.instance, this.workload.tasks[task]!.needs);
      if (width === 0 || this.isTooLateToTry(task, demand)) {
        misfits++;
        continue;
      }
      const { key } = this.workload.tasks[task]!;
      const allowedOfTask = allowed.get(key) ?? this.allowedWhileLearning(task, width);
      const prediction = this.predict(task, cohort, demand);
      const chunkItems = this.isEvened(bounds, prediction.seconds / width, demand)
        ? evenChunk(prediction, demand) * width
        : Infinity;
      const inChunk = Math.max(
        filling.isEmpty ? 1 : 0,
        Math.ceil((1 - filling.held) * width),
        Math.floor(chunk * chunkItems),
      );
      if (inChunk === 0) break;
      const ready = Math.max(width, Math.ceil((MOST_OF_COHORT * this.queue.readyIn(task, cohort)) / demand.sharers));
      const most = Math.min(ready, this.queue.readyIn(task, cohort));
      const part = { task, cohort, position: null, count: most, prediction, width };
      const fitting = Math.min(inChunk, this.countThatFits(filling, part, bounds, demand));
      if (fitting === 0) misfits++;
      const count = Math.min(fitting, allowedOfTask);
      isLearning ||= fitting > allowedOfTask;
      if (count <= 0) continue;
      filling.add({ task, cohort, position: null, count, prediction, width });
      allowed.set(key, allowedOfTask - count);
      chunk -= count / chunkItems;
    }
    return isLearning;
  }

  /** Near the end of the job idle instances will want a part of what others have. */
  private isLastRound({ fairSeconds, overheads }: Demand): boolean {
    return fairSeconds < LAST_ROUND_OVERHEADS * (overheads.dispatchSeconds + overheads.safePointSeconds);
  }

  /** A worker that watches its deadline hands back at any time what it has not begun; others must not be given too much. */
  private isEvened({ limit }: Bounds, itemSeconds: number, demand: Demand): boolean {
    if (limit !== 'share' || this.pool.watchesDeadlines) return false;
    return this.isLastRound(demand) || demand.fairSeconds < FEW_ITEMS * itemSeconds;
  }

  /** How many items of a part can be added so that they end in time with confidence, and the size is not exceeded. */
  private countThatFits(filling: Filling, part: Part, bounds: Bounds, demand: Demand): number {
    const { life, size } = bounds;
    const { prediction, width } = part;
    const bySize = Math.round(((size - filling.seconds) * width) / prediction.seconds);
    const besides = Math.ceil((1 - filling.held) * width);
    const most = Math.min(part.count, Math.max(bySize, besides, filling.isEmpty ? 1 : 0));
    if (most <= 0) return 0;
    const chance = filling.chanceOfOneMore(prediction, life);
    if (chance < CONFIDENT && chance < CONFIDENT * this.bestChance(part, bounds, demand)) return 0;
    let fits = 1;
    let tooMany = most + 1;
    while (tooMany - fits > 1) {
      const count = (fits + tooMany) >> 1;
      if (filling.secondsWith(prediction, width, count, CONFIDENT_SIGMAS) <= life) fits = count;
      else tooMany = count;
    }
    return fits;
  }

  /** The chance that an item ends within the whole life of an instance, of the type that suits it best. */
  private bestChance({ task, cohort, prediction }: Part, { wholeLife }: Bounds, demand: Demand): number {
    let best = chanceWithin(prediction, wholeLife);
    for (const type of demand.instanceTypes) {
      if (type === demand.instance.type) continue;
      best = Math.max(best, chanceWithin(this.predict(task, cohort, demand, type), wholeLife));
    }
    return best;
  }

  /**
   * What is left of a life after all that surely fits is given to what makes best use of it: the items whose expected
   * work, if it ends in time, is the greatest share of the time that they would take.
   */
  private fillRestOfLife(filling: Filling, bounds: Bounds, demand: Demand): void {
    const { life } = bounds;
    const most = Math.min(MOST_OVERFILL * life, Math.max(life, demand.fairSeconds));
    const { safePointSeconds } = demand.overheads;
    const fillers = this.fillers(filling, demand);
    const leastChance = isNearEnd(bounds, demand) && !filling.isEmpty ? CONFIDENT : 0;
    for (let taken = 0; taken < MOST_FILLERS_TAKEN; taken++) {
      if (filling.chanceWithin(life) < LEAST_REACH || filling.seconds > most) return;
      let best: Filler | null = null;
      let bestUse = this.pool.replacesInstances ? CONFIDENT : 0.01;
      const left = Math.max(1e-9, life - filling.seconds);
      for (const filler of fillers) {
        if (filler.left <= 0) continue;
        const { prediction, unit, width } = filler;
        const chance = filling.chanceOfOneMore(prediction, life);
        if (chance < leastChance) continue;
        const work = (unit * prediction.seconds) / width;
        const time = chance * work + (1 - chance) * Math.max(left, work / 2) + safePointSeconds;
        const use = (chance * work) / time;
        if (use <= bestUse) continue;
        best = filler;
        bestUse = use;
      }
      if (!best) return;
      const count = Math.min(best.unit, best.left);
      const { task, cohort, prediction, width } = best;
      if (this.pool.watchesDeadlines && filling.secondsWith(prediction, width, count, 0) > life) return;
      best.left -= count;
      filling.add({ task, cohort, position: null, count, prediction, width });
    }
  }

  /** Some ready cohorts of different lengths. */
  private fillers(filling: Filling, demand: Demand): Filler[] {
    const { safePointSeconds } = demand.overheads;
    const taken = new Map<string, number>();
    for (const { task, cohort, count } of filling.parts)
      taken.set(`${task}:${cohort}`, (taken.get(`${task}:${cohort}`) ?? 0) + count);
    const fillers: Filler[] = [];
    let misfits = 0;
    for (const { task, cohort } of this.queue.readyCohorts()) {
      if (fillers.length >= FILLERS || misfits > MISFITS) break;
      const width = concurrency(demand.instance, this.workload.tasks[task]!.needs);
      const ready = this.queue.readyIn(task, cohort) - (taken.get(`${task}:${cohort}`) ?? 0);
      const allowed = this.allowedWhileLearning(task, width);
      // Of what is hardly known nothing is put at the end of a fragment.
      if (allowed < Infinity && !filling.isEmpty) continue;
      const left = Math.min(ready, allowed);
      if (width === 0 || left <= 0 || this.isTooLateToTry(task, demand)) continue;
      const prediction = this.predict(task, cohort, demand);
      const isAnother = fillers.every(({ prediction: { seconds } }) => {
        const ratio = seconds / prediction.seconds;
        return ratio > DIFFERENT || ratio < 1 / DIFFERENT;
      });
      if (!isAnother) {
        misfits++;
        continue;
      }
      const unit = Math.max(1, Math.min(left, Math.floor((4 * safePointSeconds * width) / prediction.seconds)));
      fillers.push({ task, cohort, prediction, width, unit, left });
    }
    return fillers;
  }

  /** A fresh instance tries something even where nothing seems to fit: the prediction may be wrong, and nothing lives longer. */
  private attempt(demand: Demand): Draft | null {
    let best: Part | null = null;
    for (const { task, cohort } of this.queue.readyCohorts()) {
      const width = concurrency(demand.instance, this.workload.tasks[task]!.needs);
      if (width === 0) continue;
      const prediction = this.predict(task, cohort, demand);
      if (!best || prediction.seconds < best.prediction.seconds)
        best = { task, cohort, position: null, count: 1, prediction, width };
    }
    return best && this.draft([best], demand, 'lifespan', best.prediction.seconds);
  }

  private draft(parts: Part[], demand: Demand, limit: Fragment['limit'], aimSeconds: number): Draft {
    const { overheads, instance, now } = demand;
    const work = runSeconds(parts);
    const { dispatchSeconds, safePointSeconds, coldSeconds } = overheads;
    const life = remainingLifespan(instance, now);
    const injected = injectSafePoints(
      parts.map((part) => this.plannedPart(part)),
      {
        overheads,
        watchesDeadlines: this.pool.watchesDeadlines,
        hazards: hazardsFrom(now + dispatchSeconds + (instance.fragments === 0 ? coldSeconds : 0), demand),
      },
    );
    const pieces = parts.flatMap((part, index) => this.take(part, injected[index]!));
    const points = parts.reduce((sum, part, index) => sum + expectedPoints(part, injected[index]!), 1);
    const overhead = dispatchSeconds + points * safePointSeconds;
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
        workLeftSeconds: demand.workLeftSeconds,
        sharers: demand.sharers,
        aimSeconds,
        dispatchSeconds,
        safePointSeconds,
        meanTimeBetweenFailuresSeconds: overheads.meanTimeBetweenFailuresSeconds,
      },
    };
  }

  /** A safe point after an item that was lost before tells, if it is lost again, that it was this one. */
  private plannedPart({ task, cohort, position, count, prediction, width }: Part): PlannedPart {
    const { safePoint, commitEach } = this.workload.tasks[task]!;
    const { seconds, within, level } = prediction;
    const seen = this.experience.seen(task, cohort);
    const doubt = LEAST_DOUBT + FIRST_DOUBT / (1 + seen / LEARNT_ITEMS);
    return {
      safePoint,
      commitEach: commitEach || position !== null,
      count,
      seconds: seconds / width,
      deviation: (within * seconds) / width,
      level,
      kind: this.experience.kindOf(task, cohort),
      seen,
      outlasts: (after) => 1 - chanceWithin(prediction, after),
      doubt,
    };
  }

  private partOf({ task, start, end }: Piece, demand: Demand): Part {
    const cohort = this.queue.cohortOf(task, start);
    const width = Math.max(1, concurrency(demand.instance, this.workload.tasks[task]!.needs));
    return { task, cohort, position: null, count: end - start, prediction: this.predict(task, cohort, demand), width };
  }

  /** Takes the items of a part out of the queue. */
  private take({ task, cohort, position, count, prediction }: Part, { rule, points }: InjectedPoints): Piece[] {
    const itemSeconds = itemInterval(prediction);
    const takeSome = (items: number): Range[] => {
      if (items === 0) return [];
      return position === null ? this.queue.take(task, cohort, items) : [this.queue.takeApart(task, position)];
    };
    if (points === null) return takeSome(count).map((range) => ({ task, ...range, ...rule, itemSeconds }));
    const pieces: Piece[] = [];
    let done = 0;
    for (const point of points) {
      const ranges = takeSome(point - done);
      for (const [index, range] of ranges.entries()) {
        const everyItems = index === ranges.length - 1 ? range.end - range.start : 0;
        append(pieces, { task, ...range, everyItems, everySeconds: null, itemSeconds });
      }
      done = point;
    }
    for (const range of takeSome(count - done)) pieces.push({ task, ...range, ...NO_POINTS, itemSeconds });
    return pieces;
  }

  private predict(
    task: number,
    cohort: number,
    { now, instance }: Demand,
    instanceType: string = instance.type,
  ): ItemPrediction {
    const { key, cohorts, estimateSeconds } = this.workload.tasks[task]!;
    return this.model.predict({
      key,
      instanceType,
      cost: cohorts[cohort]!.cost,
      load: instance.load,
      idleSeconds: now - instance.idleSince,
      estimateSeconds,
    });
  }

  /** Nobody knows how long the first item of a task takes: it is begun in the first half of a life. */
  private isTooLateToTry(task: number, { instance, now }: Demand): boolean {
    const { key, estimateSeconds } = this.workload.tasks[task]!;
    if (!this.pool.replacesInstances || instance.deadline === null || instance.fragments === 0) return false;
    const isUnknown = estimateSeconds === null && this.model.observations(key) === 0;
    return isUnknown && remainingLifespan(instance, now) < (instance.deadline - instance.upAt) / 2;
  }

  private allowedWhileLearning(task: number, width: number): number {
    const seen = this.model.observations(this.workload.tasks[task]!.key);
    return seen < LEARNT_ITEMS ? Math.max(width, 2 * seen) : Infinity;
  }
}

/** What may end the instance, in seconds after `start`. */
function hazardsFrom(start: number, { now, instance, risk, finishSeconds }: Demand): Pick<Hazards, 'ends' | 'rateAt'> {
  const { deadline, upAt } = instance;
  const age = start - upAt;
  const likely = risk.likelyEnds.filter(({ atAge }) => atAge > age);
  const ends = likely.map(({ atAge, chance }) => ({ seconds: atAge - age, chance }));
  if (deadline !== null) ends.push({ seconds: deadline - start, chance: 1 });
  // What still runs when all others have ended is shared with them.
  ends.push({ seconds: now + finishSeconds - start, chance: 1 });
  return { ends, rateAt: (seconds) => risk.rateAt(age + seconds) };
}

/**
 * How many alike items an instance should take at once, of all that are left: the more they differ, the fewer, so that
 * nobody is stuck behind a long one while others are idle. Where they differ much, the chunk size of Kruskal and Weiss
 * (1985, "Allocating Independent Subtasks on Parallel Processors"): (√2 · N · h / (σ · P · √ln P))^⅔ for N items with a
 * standard deviation σ on P instances, and h seconds for each chunk. Where they don't, half of an even share, as in
 * factoring (Hummel, Schonberg, Flynn 1992).
 */
function evenChunk({ seconds, within }: ItemPrediction, demand: Demand): number {
  const { workLeftSeconds, fairSeconds, sharers, overheads } = demand;
  if (sharers < 2) return Infinity;
  const items = Math.max(1, workLeftSeconds / seconds);
  const overhead = overheads.dispatchSeconds + overheads.safePointSeconds;
  const deviation = within * seconds;
  const unlike = ((Math.SQRT2 * items * overhead) / (deviation * sharers * Math.sqrt(Math.log(sharers)))) ** (2 / 3);
  const alike = (fairSeconds / seconds / 2) * Math.max(0, 1 - within);
  return Math.max(unlike, alike);
}

/** In the last lives of a job an item that is lost keeps all others waiting. */
const isNearEnd = ({ wholeLife }: Bounds, { finishSeconds }: Demand): boolean => finishSeconds < LAST_LIVES * wholeLife;

/** True for an instance that has done nothing yet and has nearly all of its life before it. */
const isFresh = ({ life, wholeLife }: Bounds, { instance }: Demand): boolean =>
  instance.fragments === 0 && (life === Infinity || life >= FRESH * wholeLife);

/** Adds a piece, or makes the last one longer if it has the same safe points. */
function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  const items = piece.end - piece.start;
  const continues = last && last.end === piece.start && last.everyItems === piece.everyItems;
  if (continues && (piece.everyItems === 0 || piece.everyItems === items)) last.end = piece.end;
  else pieces.push(piece);
}

/** Run time of some parts side by side: what they need of the instance, and no less than the longest item. */
function runSeconds(parts: readonly Part[]): Interval {
  const sum = sumInterval(parts.map(({ prediction, count, width }) => ({ prediction, count: count / width })));
  const longest = (of: keyof Interval): number =>
    Math.max(sum[of], ...parts.map(({ prediction }) => itemInterval(prediction)[of]));
  return { low: longest('low'), expected: longest('expected'), high: longest('high') };
}

function expectedPoints({ count, prediction, width }: Part, { rule, points }: InjectedPoints): number {
  if (points) return points.length;
  const byItems = rule.everyItems > 0 ? Math.floor(count / rule.everyItems) : 0;
  const byTime = rule.everySeconds ? Math.floor((count * prediction.seconds) / width / rule.everySeconds) : 0;
  return byItems + byTime;
}
