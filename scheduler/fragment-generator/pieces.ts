import type { Piece } from '../fragment-scheduler/events.ts';
import { itemInterval, sumInterval } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import type { InjectedPoints } from '../safe-points/injector.ts';
import type { TaskQueue } from '../task-queue/task-queue.ts';
import type { Range } from '../workload.ts';
import type { Part } from './filling.ts';

const NO_POINTS = { everyItems: 0, everySeconds: null };

/** Takes the items of a part out of the queue, and puts its safe points where they were injected. */
export function takePieces(queue: TaskQueue, part: Part, { rule, points }: InjectedPoints): Piece[] {
  const { task, cohort, position, count, prediction, failedTries = 0 } = part;
  const common = { itemSeconds: itemInterval(prediction), ...(failedTries > 0 && { failedTries }) };
  const take = (items: number): Range[] => {
    if (items === 0) return [];
    return position === null ? queue.take(task, cohort, items) : [queue.takeApart(task, position)];
  };
  if (points === null) return take(count).map((range) => ({ task, ...range, ...rule, ...common }));
  const pieces: Piece[] = [];
  let done = 0;
  for (const point of points) {
    const ranges = take(point - done);
    for (const [index, range] of ranges.entries()) {
      const everyItems = index === ranges.length - 1 ? range.end - range.start : 0;
      append(pieces, { task, ...range, everyItems, everySeconds: null, ...common });
    }
    done = point;
  }
  for (const range of take(count - done)) pieces.push({ task, ...range, ...NO_POINTS, ...common });
  return pieces;
}

/** Adds a piece, or makes the last one longer if it has the same safe points. */
function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  const items = piece.end - piece.start;
  const continues = last && last.end === piece.start && last.everyItems === piece.everyItems;
  if (continues && (piece.everyItems === 0 || piece.everyItems === items)) last.end = piece.end;
  else pieces.push(piece);
}

/** Run time of some parts side by side: what they need of the instance, and no less than the longest item. */
export function runSeconds(parts: readonly Part[]): Interval {
  const sum = sumInterval(parts.map(({ prediction, count, width }) => ({ prediction, count: count / width })));
  const longest = (of: keyof Interval): number =>
    Math.max(sum[of], ...parts.map(({ prediction }) => itemInterval(prediction)[of]));
  return { low: longest('low'), expected: longest('expected'), high: longest('high') };
}

/** How many safe points a part will have, as far as predictions tell. */
export function expectedPoints({ count, prediction, width }: Part, { rule, points }: InjectedPoints): number {
  if (points) return points.length;
  const byItems = rule.everyItems > 0 ? Math.floor(count / rule.everyItems) : 0;
  const byTime = rule.everySeconds ? Math.floor((count * prediction.seconds) / width / rule.everySeconds) : 0;
  return byItems + byTime;
}
