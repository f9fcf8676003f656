/** A makespan that no scheduler can beat, whatever it knows. */
import { speedOf } from '../plan/simulated-options.ts';
import type { TargetConditions } from '../plan/target-profile.ts';
import type { TargetSpec } from '../job-spec.ts';
import type { Range, Workload } from '../workload.ts';
import type { RecordedWork } from './recorded-work.ts';

/** What a life on the target is like at best. */
export interface Lives {
  /** How many at a time. */
  slots: number;
  /** From asking for an instance until it takes work. */
  startupSeconds: number;
  /** From then until its end; null for no end. */
  lifeSeconds: number | null;
  /** What each life gives away at least, if it does any work: one dispatch and one safe point. */
  overheadSeconds: number;
}

/**
 * The larger of two bounds. Work: every second of every life does work, but for one start-up, one dispatch and one safe
 * point each. Path: one instance does the longest chain of items that wait for each other, and nothing in between. Where
 * items are long beside lives neither can be reached.
 */
export function lowerBound(
  work: RecordedWork,
  workload: Workload,
  target: TargetSpec,
  conditions: Pick<TargetConditions, 'overheads' | 'bootSeconds'>,
): number {
  const { startupSeconds, dispatchSeconds, safePointSeconds } = conditions.overheads;
  const { lifespanSeconds, instances } = target;
  const lives = {
    slots: instances.max,
    startupSeconds,
    lifeSeconds: lifespanSeconds === null ? null : lifespanSeconds - conditions.bootSeconds,
    overheadSeconds: dispatchSeconds + safePointSeconds,
  };
  const speed = speedOf(target);
  const path = longestChain(work, workload) / speed;
  if (path === 0) return 0;
  const byWork = soonestEnd(instanceSeconds(work, workload, target) / speed, lives);
  return Math.max(byWork, startupSeconds + lives.overheadSeconds + path);
}

/** When so many seconds of work can be done if no second is wasted; infinite if lives are too short for any. */
export function soonestEnd(workSeconds: number, lives: Lives): number {
  const { slots, startupSeconds, lifeSeconds, overheadSeconds } = lives;
  const share = workSeconds / slots;
  const first = startupSeconds + overheadSeconds;
  if (lifeSeconds === null) return first + share;
  const useful = lifeSeconds - overheadSeconds;
  if (useful <= 0) return Infinity;
  const before = Math.max(0, Math.ceil(share / useful) - 1);
  return before * (startupSeconds + lifeSeconds) + first + share - before * useful;
}

/** Seconds that all items hold of an instance: of its cpus or of its memory, whichever is scarcer over the whole job. */
function instanceSeconds(work: RecordedWork, { tasks }: Workload, { cpus, memoryBytes }: TargetSpec): number {
  let ofCpus = 0;
  let ofMemory = 0;
  for (const [index, { needs, upToDate }] of tasks.entries()) {
    const seconds = secondsBut(work.of(index), upToDate);
    ofCpus += (seconds * needs.cpus) / cpus;
    ofMemory += memoryBytes === null ? 0 : (seconds * needs.memoryBytes) / memoryBytes;
  }
  return Math.max(ofCpus, ofMemory);
}

function secondsBut(ranges: readonly (Range & { itemSeconds: number })[], upToDate: readonly Range[]): number {
  let seconds = 0;
  for (const { start, end, itemSeconds } of ranges) {
    const skipped = upToDate.reduce((sum, done) => sum + overlap(done, { start, end }), 0);
    seconds += (end - start - skipped) * itemSeconds;
  }
  return seconds;
}

const overlap = (a: Range, b: Range): number => Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));

/** The longest time that items take which have to follow one another. */
export function longestChain(work: RecordedWork, { tasks }: Workload): number {
  /** For each task, when each of its items ends at the earliest; and the last of them. */
  const ends: { byItem: Float64Array; last: number }[] = [];
  for (const [index, task] of tasks.entries()) {
    const barrier = Math.max(0, ...task.dependsOn.filter(({ on }) => on === 'all').map((on) => ends[on.task]!.last));
    const before = task.dependsOn.filter(({ on }) => on === 'item').map((on) => ends[on.task]!.byItem);
    const byItem = new Float64Array(task.count);
    let last = barrier;
    for (const { start, end, itemSeconds } of withoutDone(work.of(index), task.upToDate)) {
      for (let item = start; item < end; item++) {
        let begin = barrier;
        for (const each of before) begin = Math.max(begin, each[item]!);
        byItem[item] = begin + itemSeconds;
        last = Math.max(last, byItem[item]!);
      }
    }
    ends.push({ byItem, last });
  }
  return Math.max(0, ...ends.map(({ last }) => last));
}

/** The ranges, with no time for what need not be run. */
function* withoutDone(
  ranges: readonly (Range & { itemSeconds: number })[],
  upToDate: readonly Range[],
): Generator<Range & { itemSeconds: number }> {
  for (const range of ranges) {
    let { start } = range;
    for (const done of upToDate) {
      if (done.end <= start || done.start >= range.end) continue;
      if (done.start > start) yield { ...range, start, end: done.start };
      yield { start: Math.max(start, done.start), end: Math.min(done.end, range.end), itemSeconds: 0 };
      start = Math.min(done.end, range.end);
    }
    if (start < range.end) yield { ...range, start };
  }
}
