import type { Range } from '../workload.ts';
import type { Fragment, Piece } from './events.ts';

/** A fragment that an instance runs, and how far it has come. */
export interface RunningFragment {
  fragment: Fragment;
  assignedAt: number;
  /** When it last reached a safe point; until the first, when it was assigned. */
  lastPointAt: number;
  /** For how long the item under way had run when the model last heard of it; 0 for never. */
  noticedSeconds: number;
  /** Items in it. */
  items: number;
  /** Items that it committed or failed. */
  ended: number;
  /** How many of its items run at once. */
  width: number;
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

/**
 * For how many seconds at least an item has been under way that heads the unsettled ones of a piece. Between two safe
 * points other items may have ended before it: as far as that can't be told, nothing is known of it (0).
 */
export function leastRunSeconds(piece: Piece, { lastPointAt, items, width }: RunningFragment, now: number): number {
  const sincePoint = now - lastPointAt;
  if (piece.everyItems === 1 || items <= width) return sincePoint;
  // Had it begun earlier than a safe point's spacing after the last one, there would have been another before it.
  return piece.everySeconds === null ? 0 : Math.max(0, sincePoint - piece.everySeconds);
}
