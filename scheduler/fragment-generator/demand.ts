import type { Fragment } from '../fragment-scheduler/events.ts';
import type { EndRisk } from '../resource-monitor/lifetimes.ts';
import { remainingLifespan, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { Overheads } from '../safe-points/injector.ts';

/** A fragment is at least so many times as long as what it costs to begin and end one. */
const LEAST_OVERHEADS = 6;
/** A life of which so much is left counts as a whole one. */
const FRESH = 0.95;
/** Work that ends within so many lives is near its end. */
const LAST_LIVES = 2;

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
  /** All instances that there are, or should be back soon, and how long they have lived. */
  peers: readonly { type: string; age: number }[];
  /** All types that instances have had. */
  instanceTypes: ReadonlySet<string>;
}

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
export interface Bounds {
  size: number;
  life: number;
  /** The life of a fresh instance. */
  wholeLife: number;
  limit: Fragment['limit'];
}

/** What bounds a fragment: what is left of the instance's life, and its share of the work. */
export function predictOptimalFragmentSize({ now, instance, fairSeconds, overheads }: Demand, pool: Pool): Bounds {
  const { dispatchSeconds, safePointSeconds, coldSeconds } = overheads;
  const fixed = dispatchSeconds + safePointSeconds;
  const life = remainingLifespan(instance, now) - fixed - (instance.fragments === 0 ? coldSeconds : 0);
  const wholeLife = Math.max(life, (pool.lifespanSeconds ?? Infinity) - fixed - coldSeconds);
  const size = Math.max(fairSeconds, LEAST_OVERHEADS * fixed);
  return life < size ? { life, wholeLife, size: life, limit: 'lifespan' } : { life, wholeLife, size, limit: 'share' };
}

/** True in the last lives of a job: an item that is lost then keeps all others waiting. */
export const isNearEnd = ({ wholeLife }: Bounds, { finishSeconds }: Demand): boolean =>
  finishSeconds < LAST_LIVES * wholeLife;

/** True for an instance that has done nothing yet and has nearly all of its life before it. */
export const isFresh = ({ life, wholeLife }: Bounds, { instance }: Demand): boolean =>
  instance.fragments === 0 && (life === Infinity || life >= FRESH * wholeLife);

/** The chance that the instance lives for so many seconds after the first so many of a fragment. */
export const chanceToLive = ({ now, instance, risk }: Demand, from: number, seconds: number): number =>
  risk.chanceToLive(now - instance.upAt + from, seconds);

/** The same of the instance that it is best for: young and old ones may be at very different risk. */
export const bestChanceToLive = ({ risk, peers }: Demand, seconds: number): number =>
  peers.reduce((best, { age }) => Math.max(best, risk.chanceToLive(age, seconds)), risk.chanceToLive(0, seconds));
