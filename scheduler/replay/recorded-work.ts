/** How long the items of a past run took, as precisely as its journal tells: each range that was committed together, on average. */
import type { Piece } from '../fragment-scheduler/events.ts';
import type { Range, Workload, WorkloadTask } from '../workload.ts';

/** Items of which the journal says what one took on average. */
export interface RecordedRange extends Range {
  task: number;
  /** Of all its items together. */
  seconds: number;
}

/** Items of a task that did not come to their end in the run; each is taken to last so long. */
export interface AssumedItems {
  task: string;
  items: number;
  itemSeconds: number;
}

/** A range of items of one task that are taken to last alike. */
interface AlikeItems extends Range {
  itemSeconds: number;
}

/** A world's item run times, without gaps. */
export class RecordedWork {
  /** What had to be made up. */
  readonly assumed: AssumedItems[];
  private readonly tasks: AlikeItems[][];

  /** @param guess what an item takes of a task of which nothing was recorded */
  constructor({ tasks }: Workload, recorded: readonly RecordedRange[], guess: (task: number) => number) {
    const byTask = Map.groupBy(recorded, ({ task }) => task);
    const assumed: AssumedItems[] = [];
    this.tasks = tasks.map((task, index) => {
      const own = (byTask.get(index) ?? []).toSorted((a, b) => a.start - b.start);
      const mean = meanSeconds(own) ?? guess(index);
      const missing = task.count - itemsIn(own) - itemsIn(task.upToDate);
      if (missing > 0) assumed.push({ task: task.name, items: missing, itemSeconds: mean });
      return withoutGaps(task, own, mean);
    });
    this.assumed = assumed;
  }

  /** What each of the items from the piece's first on takes. */
  itemSeconds({ task, start }: Pick<Piece, 'task' | 'start'>): number {
    return this.at(task, start).itemSeconds;
  }

  /** Up to where that is so. */
  alikeUntil({ task, start }: Pick<Piece, 'task' | 'start'>): number {
    return this.at(task, start).end;
  }

  /** All items of a task, in order of position. */
  of(task: number): readonly Readonly<AlikeItems>[] {
    return this.tasks[task]!;
  }

  private at(task: number, position: number): AlikeItems {
    const ranges = this.tasks[task]!;
    let low = 0;
    let high = ranges.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]!.end > position) high = middle;
      else low = middle + 1;
    }
    return ranges[low]!;
  }
}

const itemsIn = (ranges: readonly Range[]): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0);

/** Null where nothing was recorded. */
function meanSeconds(ranges: readonly RecordedRange[]): number | null {
  const items = itemsIn(ranges);
  return items === 0 ? null : ranges.reduce((sum, { seconds }) => sum + seconds, 0) / items;
}

function withoutGaps({ count }: WorkloadTask, ranges: readonly RecordedRange[], itemSeconds: number): AlikeItems[] {
  const whole: AlikeItems[] = [];
  let position = 0;
  for (const { start, end, seconds } of ranges) {
    if (start > position) whole.push({ start: position, end: start, itemSeconds });
    whole.push({ start, end, itemSeconds: seconds / (end - start) });
    position = end;
  }
  if (position < count) whole.push({ start: position, end: count, itemSeconds });
  return whole;
}
