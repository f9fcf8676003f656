import type { Range } from '../workload.ts';
import type { Fragment } from './events.ts';

/** A fragment that an instance runs, and how far it has come. */
export interface RunningFragment {
  fragment: Fragment;
  assignedAt: number;
  /** Items that it committed or failed. */
  ended: number;
  /** True once it was told to split. */
  splitting: boolean;
}

/** All items of a fragment. */
export const itemCount = ({ pieces }: Fragment): number => pieces.reduce((sum, piece) => sum + length(piece), 0);

export const length = ({ start, end }: Range): number => end - start;

/** Expected seconds until a running fragment ends, as far as its safe points have told. */
export function remainingSeconds({ fragment, assignedAt, ended }: RunningFragment, now: number): number {
  const items = itemCount(fragment);
  const byItems = fragment.predictedSeconds.expected * (1 - ended / items);
  const byTime = fragment.predictedSeconds.expected - (now - assignedAt);
  // Between safe points only the clock tells; past them the items do.
  return Math.max(0, Math.min(byItems, Math.max(byTime, byItems / 2)));
}
