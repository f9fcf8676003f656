import type { ItemPrediction } from '../predictive-model/model.ts';
import type { Demand } from './demand.ts';

/** The last rounds are those whose fair share is less than so many times what a fragment costs to begin and end. */
const LAST_ROUND_OVERHEADS = 30;
/** So many items in a fair share are few. */
const FEW_ITEMS = 20;

/**
 * How many alike items an instance should take at once, of all that are left; infinite where it does not matter yet. The
 * more they differ, the fewer, so that nobody is stuck behind a long one while others are idle. Where they differ much, the
 * chunk size of Kruskal and Weiss (1985, "Allocating Independent Subtasks on Parallel Processors"):
 * (√2 · N · h / (σ · P · √ln P))^⅔ for N items with a standard deviation σ on P instances, and h seconds for each chunk.
 * Where they don't, half of an even share, as in factoring (Hummel, Schonberg, Flynn 1992).
 */
export function evenChunk({ seconds, within }: ItemPrediction, width: number, demand: Demand): number {
  const { workLeftSeconds, fairSeconds, sharers, overheads } = demand;
  const overhead = overheads.dispatchSeconds + overheads.safePointSeconds;
  const isLastRound = fairSeconds < LAST_ROUND_OVERHEADS * overhead || fairSeconds < (FEW_ITEMS * seconds) / width;
  if (!isLastRound || sharers < 2) return Infinity;
  const items = Math.max(1, workLeftSeconds / seconds);
  const deviation = within * seconds;
  const unlike = ((Math.SQRT2 * items * overhead) / (deviation * sharers * Math.sqrt(Math.log(sharers)))) ** (2 / 3);
  const alike = (fairSeconds / seconds / 2) * Math.max(0, 1 - within);
  return width * Math.max(unlike, alike);
}
