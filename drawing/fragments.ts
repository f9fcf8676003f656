/** The fragments of one lane of the timeline. */
import type { ScaleLinear } from 'd3-scale';
import { taskIndex } from './colours.ts';
import type { PictureFragment } from './picture.ts';
import type { Shape } from './scene.ts';
import { fitted } from './text.ts';
import type { Timeline, TimelineView } from './timeline.ts';

/** A narrower fragment is drawn together with its neighbours, in px. */
const LEAST_WIDTH = 2.5;
/** A narrower fragment has no edge and no safe points, in px. */
const DETAILED_WIDTH = 8;
/** Neighbours nearer than this, in px, make one block. */
const LEAST_GAP = 1;
/** Ticks of safe points nearer than this, in px, would be a blur. */
const LEAST_TICK_GAP = 3;

type X = ScaleLinear<number, number>;

/** Fragments that are too narrow to be told apart. */
interface Block {
  task: number;
  isMarked: boolean;
  left: number;
  right: number;
}

export function drawFragments(
  fragments: readonly PictureFragment[],
  top: number,
  timeline: Timeline,
  view: TimelineView,
  x: X,
): Shape[] {
  const y = top + timeline.lane.barTop;
  const height = timeline.lane.barHeight;
  const seen = groups(fragments, timeline, view, x);
  const bars = seen.flatMap((group) =>
    'fragment' in group ? drawFragment(group, y, timeline, view, x) : [drawBlock(group, y, height)],
  );
  return [...grounds(seen, x).map(([left, right]) => ground(left, right, y, height)), ...bars];
}

/** Bars are not opaque: below them there is plain ground, in one piece where they follow one another. */
function grounds(seen: readonly (PictureFragment | Block)[], x: X): [number, number][] {
  const result: [number, number][] = [];
  for (const group of seen) {
    const [left, right] =
      'fragment' in group ? [x(group.startSeconds), x(group.endSeconds)] : [group.left, group.right];
    const last = result.at(-1);
    if (last !== undefined && left - last[1] < LEAST_GAP) last[1] = right;
    else result.push([left, right]);
  }
  return result;
}

const ground = (left: number, right: number, y: number, height: number): Shape => ({
  kind: 'rect',
  look: 'ground',
  x: left,
  y,
  width: right - left,
  height,
});

/** What is in view, in order: fragments by themselves where there is room for them, else blocks of them. */
function groups(
  fragments: readonly PictureFragment[],
  { picture }: Timeline,
  view: TimelineView,
  x: X,
): (PictureFragment | Block)[] {
  const result: (PictureFragment | Block)[] = [];
  for (let index = firstSeen(fragments, view.fromSeconds); index < fragments.length; index++) {
    const fragment = fragments[index]!;
    if (fragment.startSeconds > view.untilSeconds) break;
    const [left, right] = [x(fragment.startSeconds), x(fragment.endSeconds)];
    if (right - left >= LEAST_WIDTH || fragment.fragment === view.marked.fragment) {
      result.push(fragment);
      continue;
    }
    const task = taskIndex(picture, fragment.parts[0]?.task);
    const isMarked = isOfTask(fragment, view.marked.task);
    const last = result.at(-1);
    const joins =
      last !== undefined &&
      !('fragment' in last) &&
      last.task === task &&
      last.isMarked === isMarked &&
      left - last.right < LEAST_GAP;
    if (joins) last.right = Math.max(last.right, right);
    else result.push({ task, isMarked, left, right });
  }
  return result;
}

/** The first that has not ended by then: they are in order, and none overlaps another. */
export function firstSeen(fragments: readonly PictureFragment[], fromSeconds: number): number {
  let [low, high] = [0, fragments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fragments[middle]!.endSeconds < fromSeconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

const drawBlock = ({ task, isMarked, left, right }: Block, y: number, height: number): Shape => ({
  kind: 'rect',
  look: isMarked ? 'bar-marked' : 'bar',
  task,
  x: left,
  y,
  width: Math.max(right - left, 0.75),
  height,
});

function drawFragment(fragment: PictureFragment, y: number, timeline: Timeline, view: TimelineView, x: X): Shape[] {
  const { picture, lane } = timeline;
  const { startSeconds, endSeconds, parts } = fragment;
  const height = lane.barHeight;
  const [left, right] = [x(startSeconds), x(endSeconds)];
  let from = left;
  const bars = parts.map(({ task, share }): Shape => {
    const width = share * (right - left);
    const look = task === view.marked.task ? 'bar-marked' : 'bar';
    const bar: Shape = { kind: 'rect', look, task: taskIndex(picture, task), x: from, y, width, height };
    from += width;
    return bar;
  });
  // Too narrow for details; the gap tells it from the next.
  if (right - left < DETAILED_WIDTH && fragment.fragment !== view.marked.fragment)
    return bars.map((bar) => (bar.kind === 'rect' ? { ...bar, width: Math.max(bar.width - 1, 0.75) } : bar));
  const at = Math.max(left, 0) + 5;
  const names = parts.map(({ task }) => task).join(' + ');
  const label = fitted(names, Math.min(right, view.width) - at - 3, 11);
  return [
    ...bars,
    { kind: 'rect', look: edgeOf(fragment, view), x: left, y, width: Math.max(right - left, 1), height, radius: 2 },
    ...drawPredicted(fragment, y + height + 4, x),
    ...drawSafePoints(fragment, y + height, view, x),
    ...(label === ''
      ? []
      : [{ kind: 'text' as const, look: 'label' as const, x: at, y: y + height / 2 + 4, text: label }]),
  ];
}

function edgeOf(
  fragment: PictureFragment,
  { marked }: TimelineView,
): 'edge' | 'edge-cut' | 'edge-marked' | 'edge-chosen' {
  if (fragment.fragment === marked.fragment) return 'edge-chosen';
  if (fragment.isCut) return 'edge-cut';
  return isOfTask(fragment, marked.task) ? 'edge-marked' : 'edge';
}

const isOfTask = ({ parts }: PictureFragment, task: string | null): boolean =>
  task !== null && parts.some((part) => part.task === task);

/** Below the bar: how long it was predicted to take, and while that is open yet, between which bounds. */
function drawPredicted({ startSeconds, predictedEndSeconds, isRunning }: PictureFragment, y: number, x: X): Shape[] {
  if (predictedEndSeconds === null) return [];
  const { low, expected, high } = predictedEndSeconds;
  const end = x(expected);
  const band: Shape = { kind: 'line', look: 'predicted-band', x1: x(low), x2: x(high), y1: y, y2: y };
  return [
    { kind: 'line', look: 'predicted', x1: x(startSeconds), x2: end, y1: y, y2: y },
    { kind: 'line', look: 'predicted', x1: end, x2: end, y1: y - 2, y2: y + 2 },
    ...(isRunning ? [band] : []),
  ];
}

function drawSafePoints({ safePointSeconds }: PictureFragment, bottom: number, { width }: TimelineView, x: X): Shape[] {
  const shapes: Shape[] = [];
  let last = -Infinity;
  for (const seconds of safePointSeconds) {
    const at = x(seconds);
    if (at < 0 || at - last < LEAST_TICK_GAP) continue;
    if (at > width) break;
    shapes.push({ kind: 'line', look: 'safe-point', x1: at, x2: at, y1: bottom - 6, y2: bottom });
    last = at;
  }
  return shapes;
}
