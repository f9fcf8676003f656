import type { Range } from '../workload.ts';
import type { FailedTry, Fragment, Piece } from './events.ts';

/** A fragment that an instance runs, and how far it has come. */
export interface RunningFragment {
  fragment: Fragment;
  assignedAt: number;
  /** When it last reached a safe point; until the first, when it was assigned. */
  lastPointAt: number;
  /** When what it has under way will be overdue, so that the model is to hear of it; null if that is to be worked out. */
  noticeAt: number | null;
  /** Items in it. */
  items: number;
  /** Items that it committed or failed. */
  ended: number;
  /** How many of its items run at once. */
  width: number;
  /** Its items that failed and may be tried again, by task and position. */
  failedTries: Map<string, FailedTry>;
  /** True once it was told to split. */
  splitting: boolean;
}

/** All items of a fragment. */
export const itemCount = ({ pieces }: Fragment): number => pieces.reduce((sum, piece) => sum + length(piece), 0);

export const length = ({ start, end }: Range): number => end - start;

/** True if some of its items have not begun, so that they could be handed to another instance. */
export const hasItemsToSpare = ({ items, ended, width }: RunningFragment): boolean => items - ended > width;

/** Expected seconds until a running fragment ends, as far as its safe points and the clock tell. */
export function remainingSeconds(running: RunningFragment, now: number): number {
  const { fragment, assignedAt } = running;
  const expected = fragment.predictedSeconds.expected;
  const elapsed = now - assignedAt;
  const byItems = secondsByItems(running);
  // Between safe points only the clock tells; past them the items do. One that is overdue is slower than was predicted.
  const overdue = byItems * (elapsed / expected - 1);
  return Math.max(0, overdue, Math.min(byItems, Math.max(expected - elapsed, byItems / 2)));
}

/** When {@link remainingSeconds} will reach so many seconds because the fragment is overdue, if it gets no further till then. */
export function overdueAt(running: RunningFragment, seconds: number): number {
  const { fragment, assignedAt } = running;
  return assignedAt + fragment.predictedSeconds.expected * (1 + seconds / secondsByItems(running));
}

/** What its items that have not ended were predicted to take. */
const secondsByItems = ({ fragment, items, ended }: RunningFragment): number =>
  fragment.predictedSeconds.expected * (1 - ended / items);

/** Alike items of a stretch: what is run between two safe points. */
export interface StretchPart {
  piece: Piece;
  /** Position of the first of them. */
  start: number;
  items: number;
}

/**
 * What a fragment has under way: all up to its next safe point, where that stands after a fixed number of items; else as
 * many items as run at once.
 * @param unsettled which items of a piece have not ended
 */
export function stretchUnderWay(
  { fragment, width }: RunningFragment,
  unsettled: (piece: Piece) => readonly Range[],
): StretchPart[] {
  const parts: StretchPart[] = [];
  for (const piece of fragment.pieces) {
    const open = unsettled(piece);
    const left = open.reduce((sum, range) => sum + length(range), 0);
    if (left === 0) continue;
    const { start } = open[0]!;
    const { everyItems, everySeconds } = piece;
    if (everySeconds !== null) return parts.length > 0 ? parts : [{ piece, start, items: Math.min(left, width) }];
    const toPoint = everyItems > 0 ? everyItems - ((length(piece) - left) % everyItems) : left;
    parts.push({ piece, start, items: Math.min(left, toPoint) });
    if (everyItems > 0) break;
  }
  return parts;
}

/**
 * When a stretch began at the latest, and what it was predicted to take. Where safe points stand wherever so much time has
 * gone by, it holds no more than an item for each that runs at once, which began at most that time after the last one.
 */
function predictedStretch(
  stretch: readonly StretchPart[],
  { lastPointAt, items: inAll, width }: RunningFragment,
): { beganAt: number; seconds: number } | null {
  const first = stretch[0];
  if (!first) return null;
  const { itemSeconds, everySeconds } = first.piece;
  if (everySeconds !== null && inAll > width)
    return { beganAt: lastPointAt + everySeconds, seconds: itemSeconds.expected };
  const expected = stretch.reduce((sum, { piece, items }) => sum + items * piece.itemSeconds.expected, 0);
  return { beganAt: lastPointAt, seconds: Math.max(itemSeconds.expected, expected / width) };
}

/** How many times as long as predicted a stretch has taken at least. */
export function leastOverrun(stretch: readonly StretchPart[], running: RunningFragment, now: number): number {
  const predicted = predictedStretch(stretch, running);
  return predicted ? Math.max(0, now - predicted.beganAt) / predicted.seconds : 0;
}

/** When a stretch will have taken so many times as long as predicted; never for an empty one. */
export function overrunAt(stretch: readonly StretchPart[], running: RunningFragment, times: number): number {
  const predicted = predictedStretch(stretch, running);
  if (!predicted) return Infinity;
  const least = running.lastPointAt + stretch[0]!.piece.itemSeconds.low;
  return Math.max(least, predicted.beganAt + times * predicted.seconds);
}
