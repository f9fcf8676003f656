import type { EndRisk } from '../resource-monitor/lifetimes.ts';
import type { InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { Range } from '../workload.ts';
import type { End } from './losses.ts';
import { leastOverrun, length, type RunningFragment, type StretchPart } from './running-fragment.ts';

/** A stretch of several items that was cut off tells something if it took so many times as long as predicted. */
const OVERRUN = 0.8;
/** An item had the whole life of its instance if it was under way for such a share of it. */
const WHOLE_LIFE = 0.9;

/** What an instance took with it when it ended. */
export interface CutOff {
  /** Items of the first piece of the stretch that were under way, most likely. */
  underWay: Range[];
  /** So many times as long as predicted the stretch took at least; null if that tells nothing. */
  overrun: number | null;
  /** Each of them takes at least so long; 0 if that is not known. */
  leastSeconds: number;
  end: End;
}

/**
 * What follows from the end of an instance for what it ran.
 * @param stretch what it had under way; not empty
 * @param left items of the first piece of the stretch that have not ended
 * @param inTime true if it ended when it was known to end
 */
export function cutOff(
  stretch: readonly StretchPart[],
  left: readonly Range[],
  running: RunningFragment,
  instance: InstanceRecord,
  { width, inTime, risk, now }: { width: number; inTime: boolean; risk: EndRisk; now: number },
): CutOff {
  const { piece, items } = stretch[0]!;
  const { low, expected } = piece.itemSeconds;
  const overrun = leastOverrun(stretch, running, now);
  const runsAtOnce = items <= width;
  const leastSeconds = stretch.length === 1 && runsAtOnce ? overrun * expected : 0;
  const lifeSeconds = (instance.deadline ?? Infinity) - instance.upAt;
  const asFirstTold = inTime && !instance.isCurtailed;
  const wholeLife = asFirstTold && leastSeconds >= WHOLE_LIFE * lifeSeconds;
  return {
    underWay: firstItems(left, width),
    overrun: overrun >= (runsAtOnce ? low / expected : OVERRUN) ? overrun : null,
    leastSeconds,
    end: {
      inTime: asFirstTold,
      wholeLife,
      instanceType: instance.type,
      load: instance.load,
      chanceToEnd: 1 - risk.chanceToLive(running.lastPointAt - instance.upAt, Math.max(leastSeconds, expected)),
    },
  };
}

/** The first `count` numbers of some ranges. */
function firstItems(ranges: readonly Range[], count: number): Range[] {
  const first: Range[] = [];
  let left = count;
  for (const range of ranges) {
    if (left <= 0) break;
    first.push({ start: range.start, end: Math.min(range.end, range.start + left) });
    left -= length(range);
  }
  return first;
}
