/**
 * The timeline: instances against time, their lives as ground, fragments in the colours of their tasks, safe points as
 * ticks, the predicted finish as a band. A dotted line goes through each life and is seen where no fragment covers it: there
 * the instance is idle. One before a life is its start-up, which plans know; a run does not record when an instance was asked for.
 * Only what is in view is drawn, and what is too small to be seen by itself is drawn with its neighbours: the number of shapes
 * is bound by the window, however many fragments are looked at to make them.
 */
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { about, duration } from '../l10n/words.ts';
import { ticks } from './axis.ts';
import { drawFragments } from './fragments.ts';
import { lanesOf } from './lanes.ts';
import type { Picture, PictureFragment, PictureInstance } from './picture.ts';
import type { Scene, Shape } from './scene.ts';
import { fitted, widthOf } from './text.ts';

export const AXIS_HEIGHT = 24;
/** With many lanes they are lower, and instances have no names. */
const ROOMY = { height: 38, gap: 8, barTop: 14, barHeight: 20 };
const DENSE = { height: 17, gap: 3, barTop: 1, barHeight: 13 };
const MOST_ROOMY_LANES = 30;
/** A mark of the axis needs so much room, in px. */
const ROOM_FOR_MARK = 64;

export interface Lane {
  instances: PictureInstance[];
  /** In order of time; none overlaps another. */
  fragments: PictureFragment[];
}

/** A picture made ready to be drawn again and again. */
export interface Timeline {
  picture: Picture;
  lanes: Lane[];
  lane: typeof ROOMY;
  /** The whole of it: what is seen without zooming. */
  untilSeconds: number;
  /** With the axis, in px. */
  height: number;
}

/** The part that is seen. */
export interface TimelineView {
  width: number;
  height: number;
  fromSeconds: number;
  untilSeconds: number;
  /** How far it is scrolled down, in px. */
  top: number;
  /** A task that is pointed out, and the fragment that was chosen. */
  marked: { task: string | null; fragment: number | null };
}

export function layTimeline(picture: Picture): Timeline {
  const byInstance = Map.groupBy(picture.fragments, ({ instance }) => instance);
  const rows = lanesOf(picture.instances).map((instances): Lane => ({
    instances,
    fragments: instances
      .flatMap(({ name }) => byInstance.get(name) ?? [])
      .toSorted((a, b) => a.startSeconds - b.startSeconds),
  }));
  const lane = rows.length > MOST_ROOMY_LANES ? DENSE : ROOMY;
  const height = AXIS_HEIGHT + Math.max(rows.length, 1) * (lane.height + lane.gap);
  return { picture, lanes: rows, lane, untilSeconds: lengthOf(picture), height };
}

/** All of it at once. */
export const wholeView = ({ untilSeconds, height }: Timeline, width: number): TimelineView => ({
  width,
  height,
  fromSeconds: 0,
  untilSeconds,
  top: 0,
  marked: { task: null, fragment: null },
});

/** Seconds to px. */
export const timeScale = ({
  width,
  fromSeconds,
  untilSeconds,
}: Pick<TimelineView, 'width' | 'fromSeconds' | 'untilSeconds'>): ScaleLinear<number, number> =>
  scaleLinear([fromSeconds, untilSeconds], [0, width]);

export function drawTimeline(timeline: Timeline, view: TimelineView): Scene {
  const x = timeScale(view);
  const { width, height } = view;
  const within = { ...view, height: Math.min(height, timeline.height - view.top) };
  const shapes: Shape[] = [];
  for (const [index, lane] of visibleLanes(timeline, view)) {
    const top = laneTop(timeline, index) - view.top;
    for (const instance of lane.instances) shapes.push(...drawInstance(instance, top, timeline, view, x));
    shapes.push(...drawFragments(lane.fragments, top, timeline, view, x));
  }
  // The axis stays at the top; what is scrolled below it is hidden.
  shapes.unshift(...drawGrid(within, x), ...drawFinish(timeline.picture, within, x));
  shapes.push(...drawNow(timeline.picture, within, x), ...drawAxis(view, x));
  return { width, height, shapes };
}

/** The lane's place without scrolling, in px. */
export const laneTop = ({ lane }: Timeline, index: number): number => AXIS_HEIGHT + index * (lane.height + lane.gap);

function visibleLanes({ lanes: all, lane }: Timeline, { top, height }: TimelineView): [number, Lane][] {
  const pitch = lane.height + lane.gap;
  const first = Math.max(0, Math.floor((top - lane.height) / pitch));
  const last = Math.min(all.length, Math.ceil((top + height - AXIS_HEIGHT) / pitch));
  return all.slice(first, Math.max(first, last)).map((each, index) => [first + index, each]);
}

/** Lives and bands that outlast the work by far are not worth the width: they run out of the picture. */
function lengthOf({ instances, fragments, finishSeconds, nowSeconds }: Picture): number {
  const work = fragments.reduce((last, { endSeconds }) => Math.max(last, endSeconds), 0);
  const known = Math.max(work, finishSeconds?.expected ?? 0, nowSeconds ?? 0);
  const life = instances.reduce((last, { endSeconds }) => Math.max(last, endSeconds), 0);
  const wanted = Math.max(life, known, finishSeconds?.high ?? 0);
  return Math.max(known === 0 ? wanted : Math.min(wanted, known * 1.4), 1e-3) * 1.02;
}

function drawGrid({ height, ...view }: TimelineView, x: ScaleLinear<number, number>): Shape[] {
  return marks({ height, ...view }).map((seconds) => {
    const at = x(seconds);
    return { kind: 'line', look: 'grid', x1: at, x2: at, y1: AXIS_HEIGHT - 6, y2: height };
  });
}

function drawAxis(view: TimelineView, x: ScaleLinear<number, number>): Shape[] {
  const ground: Shape = { kind: 'rect', look: 'ground', x: 0, y: 0, width: view.width, height: AXIS_HEIGHT - 6 };
  const texts = marks(view).flatMap((seconds): Shape[] => {
    const text = seconds === 0 ? '0' : isOneUnit(seconds) ? duration(seconds) : about(seconds);
    const half = widthOf(text, 11) / 2;
    const at = x(seconds);
    if (at + half > view.width) return [];
    const isFirst = at < half;
    return [
      { kind: 'text', look: 'axis', x: isFirst ? at + 1 : at, y: 13, text, anchor: isFirst ? 'start' : 'middle' },
    ];
  });
  return [ground, ...texts];
}

/** A minute, an hour or a day, which {@link about} would call 60 s, 60 min or 24 h. */
const isOneUnit = (seconds: number): boolean => [60, 3600, 86_400].includes(seconds);

const marks = ({ width, fromSeconds, untilSeconds }: TimelineView): number[] =>
  ticks(fromSeconds, untilSeconds, Math.max(2, Math.floor(width / ROOM_FOR_MARK)));

function drawInstance(
  { name, askedSeconds, startSeconds, endSeconds }: PictureInstance,
  top: number,
  { lane }: Timeline,
  { width }: TimelineView,
  x: ScaleLinear<number, number>,
): Shape[] {
  const left = Math.max(x(startSeconds), -2);
  const right = Math.min(x(endSeconds), width + 2);
  const middle = top + lane.barTop + lane.barHeight / 2;
  const asked = x(askedSeconds);
  const shapes: Shape[] = [];
  if (asked < left && asked < width && left > 0)
    shapes.push({ kind: 'line', look: 'startup', x1: Math.max(asked, -2), x2: left, y1: middle, y2: middle });
  if (right <= 0 || left >= width) return shapes;
  shapes.push(
    { kind: 'rect', look: 'life', x: left, y: top, width: right - left, height: lane.height, radius: 3 },
    { kind: 'line', look: 'idle', x1: left, x2: right, y1: middle, y2: middle },
  );
  // Stays in sight as long as any of the instance is.
  const at = Math.max(left, 0) + 4;
  const text = lane === ROOMY ? fitted(name, right - at - 2, 10) : '';
  if (text !== '') shapes.push({ kind: 'text', look: 'instance-name', x: at, y: top + 10, text });
  return shapes;
}

function drawFinish(
  { finishSeconds }: Picture,
  { height, width }: TimelineView,
  x: ScaleLinear<number, number>,
): Shape[] {
  if (finishSeconds === null) return [];
  const [low, expected, high] = [x(finishSeconds.low), x(finishSeconds.expected), x(finishSeconds.high)];
  if (high < 0 || low > width) return [];
  const y = AXIS_HEIGHT - 6;
  return [
    { kind: 'rect', look: 'finish-band', x: low, y, width: high - low, height: height - y },
    { kind: 'line', look: 'finish-line', x1: expected, x2: expected, y1: y, y2: height },
  ];
}

function drawNow({ nowSeconds }: Picture, { height }: TimelineView, x: ScaleLinear<number, number>): Shape[] {
  if (nowSeconds === null) return [];
  const at = x(nowSeconds);
  return [{ kind: 'line', look: 'now', x1: at, x2: at, y1: AXIS_HEIGHT - 6, y2: height }];
}
