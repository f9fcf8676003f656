import { chanceWithin } from '../predictive-model/distribution.ts';
import type { ItemPrediction } from '../predictive-model/model.ts';
import { ItemMap } from '../task-queue/item-map.ts';
import type { Range } from '../workload.ts';
import type { Filling } from './filling.ts';

/** An item that was lost before is tried again where its chance is so good, beside the best that it will ever have. */
const SECOND_TRY = 0.6;
/** A fresh instance tries one in any case, unless it does so much worse than another type of instance would. */
const MUCH_WORSE = 0.5;
/** An item that outlasted so much of its predicted distribution has left it: its tail is taken for Pareto's, with index 2. */
const BEYOND_PREDICTION = 0.9;

/** What is known of an item that was under way when its instance ended. */
interface Loss {
  /** It takes at least so long on that type of instance; 0 where nothing is known. */
  leastSeconds: number;
  instanceType: string;
  /** Types of instance whose whole life was not enough. */
  tooShort: Set<string>;
}

/** How long an item that was lost is predicted to take, on each type of instance that there is. */
export interface Outlook {
  /** Of the instance that asks. */
  instanceType: string;
  /** Seconds that are left for the fragment on it, and the life of a fresh one. */
  life: number;
  wholeLife: number;
  isFresh: boolean;
  instanceTypes: ReadonlySet<string>;
  /** Instances that there are, or should be back soon. */
  peers: readonly { type: string }[];
  /** The chance that the instance lives for so many seconds after the first so many of a fragment, … */
  chanceToLive: (from: number, seconds: number) => number;
  /** … and that the one does which is best for it. */
  bestChanceToLive: (seconds: number) => number;
  predict: (instanceType: string) => ItemPrediction;
}

/**
 * Items that instances took with them when they ended: what that says of how long they take, and where they are worth
 * another try.
 */
export class LostItems {
  private readonly losses = new ItemMap<Loss>();

  /**
   * @param leastSeconds what it is known to take at least on that type of instance; 0 for nothing
   * @param wasWholeLife true if a whole life of an instance of the type was not enough
   */
  record(task: number, position: number, leastSeconds: number, instanceType: string, wasWholeLife: boolean): void {
    const loss = this.losses.get(task, position) ?? { leastSeconds: 0, instanceType, tooShort: new Set<string>() };
    this.losses.set(task, position, loss);
    if (leastSeconds > loss.leastSeconds) Object.assign(loss, { leastSeconds, instanceType });
    if (wasWholeLife) loss.tooShort.add(instanceType);
  }

  /** What was known of those items says nothing any more. */
  forget(task: number, items: Range): void {
    this.losses.delete(task, items);
  }

  /** Seconds that an item is expected to take on the instance that asks. */
  expectedSeconds(task: number, position: number, { instanceType, predict }: Outlook): number {
    return Math.max(predict(instanceType).seconds, this.leastOn(task, position, instanceType, predict));
  }

  /** The chance that an item ends in time, run after what is in a fragment already. */
  chance(task: number, position: number, filling: Filling, outlook: Outlook): number {
    const { instanceType, life, predict } = outlook;
    const chance = filling.chanceOfOneMore(predict(instanceType), life);
    const seconds = this.expectedSeconds(task, position, outlook);
    const inTime = this.given(task, position, chance, life - filling.seconds, instanceType, predict);
    return inTime * outlook.chanceToLive(filling.seconds, seconds);
  }

  /** True if the whole life of such an instance was not enough, and there are instances of a type with a better chance. */
  isForOthers(task: number, position: number, outlook: Outlook): boolean {
    const { instanceType, peers } = outlook;
    const tooShort = this.losses.get(task, position)?.tooShort;
    if (!tooShort?.has(instanceType)) return false;
    const own = this.wholeLifeChance(task, position, instanceType, outlook);
    return peers.some(({ type }) => {
      if (type === instanceType) return false;
      const other = this.wholeLifeChance(task, position, type, outlook);
      const isFaster = outlook.predict(type).seconds < outlook.predict(instanceType).seconds;
      return !tooShort.has(type) || other > own || (other === own && isFaster);
    });
  }

  /** True if the instance is a good place for another try. */
  isWorthATry(task: number, position: number, filling: Filling, outlook: Outlook): boolean {
    const { instanceType, isFresh, instanceTypes } = outlook;
    const whole = (type: string): number => this.wholeLifeChance(task, position, type, outlook);
    const { tooShort } = this.losses.get(task, position) ?? { tooShort: new Set<string>() };
    const others = [...instanceTypes].filter((type) => type !== instanceType && !tooShort.has(type));
    if (tooShort.has(instanceType) && others.length > 0) return false;
    const own = whole(instanceType);
    const seconds = this.expectedSeconds(task, position, outlook);
    const best = Math.max(own, ...others.map(whole)) * outlook.bestChanceToLive(seconds);
    if (this.isForOthers(task, position, outlook)) return false;
    if (isFresh && filling.isEmpty) return own * outlook.chanceToLive(0, seconds) >= MUCH_WORSE * best;
    const chance = this.chance(task, position, filling, outlook);
    return chance > 0 && chance >= SECOND_TRY * best;
  }

  private wholeLifeChance(task: number, position: number, type: string, { wholeLife, predict }: Outlook): number {
    return this.given(task, position, chanceWithin(predict(type), wholeLife), wholeLife, type, predict);
  }

  /** A chance to end within so many seconds, given that the item did not end in those that it was seen to run. */
  private given(
    task: number,
    position: number,
    chance: number,
    seconds: number,
    instanceType: string,
    predict: Outlook['predict'],
  ): number {
    const least = this.leastOn(task, position, instanceType, predict);
    const over = chanceWithin(predict(instanceType), least);
    if (over < BEYOND_PREDICTION) return Math.max(0, chance - over) / (1 - over);
    return seconds > least ? 1 - (least / seconds) ** 2 : 0;
  }

  /** What an item takes at least on a type of instance, as far as that can be told from another type. */
  private leastOn(task: number, position: number, instanceType: string, predict: Outlook['predict']): number {
    const loss = this.losses.get(task, position);
    if (!loss || loss.leastSeconds === 0) return 0;
    return (loss.leastSeconds * predict(instanceType).seconds) / predict(loss.instanceType).seconds;
  }
}
