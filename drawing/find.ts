/** From a place in the timeline to what is there, and from a fragment to the next one. */
import { firstSeen } from './fragments.ts';
import type { PictureFragment, PictureInstance } from './picture.ts';
import { AXIS_HEIGHT, laneTop, type Timeline, timeScale, type TimelineView } from './timeline.ts';

/** A pointer that misses a fragment by so little means it, in px. */
const NEAR = 2;

export type Found = { fragment: PictureFragment } | { instance: PictureInstance } | null;

/** What is drawn at a place of the window. */
export function foundAt(timeline: Timeline, view: TimelineView, x: number, y: number): Found {
  const { lane, lanes } = timeline;
  const down = y + view.top - AXIS_HEIGHT;
  const index = Math.floor(down / (lane.height + lane.gap));
  const row = lanes[index];
  if (y < AXIS_HEIGHT || row === undefined || down - index * (lane.height + lane.gap) > lane.height) return null;
  const scale = timeScale(view);
  const seconds = scale.invert(x);
  const slack = scale.invert(x + NEAR) - seconds;
  const at = firstSeen(row.fragments, seconds);
  const near = [row.fragments[at - 1], row.fragments[at]].filter((each) => each !== undefined);
  const distance = (each: PictureFragment): number =>
    Math.max(each.startSeconds - seconds, seconds - each.endSeconds, 0);
  const fragment = near.toSorted((a, b) => distance(a) - distance(b))[0];
  if (fragment !== undefined && distance(fragment) <= slack) return { fragment };
  const instance = row.instances.find((each) => each.askedSeconds <= seconds && seconds <= each.endSeconds);
  return instance === undefined ? null : { instance };
}

export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** The next fragment in a direction; the first of all where none is chosen yet. */
export function neighbour(timeline: Timeline, fragment: number | null, direction: Direction): PictureFragment | null {
  const place = fragment === null ? null : placeOf(timeline, fragment);
  if (place === null) return timeline.lanes.find(({ fragments }) => fragments.length > 0)?.fragments[0] ?? null;
  const { lane, index } = place;
  const row = timeline.lanes[lane]!.fragments;
  switch (direction) {
    case 'left':
      return row[index - 1] ?? null;
    case 'right':
      return row[index + 1] ?? null;
    case 'first':
      return row[0]!;
    case 'last':
      return row.at(-1)!;
    case 'up':
    case 'down':
      return inLane(timeline, lane, direction === 'up' ? -1 : 1, row[index]!.startSeconds);
  }
}

/** Where a fragment stands: its lane and its place in time; null where the picture has no such fragment. */
export function placeOf(timeline: Timeline, fragment: number): { lane: number; index: number; top: number } | null {
  for (const [lane, { fragments }] of timeline.lanes.entries()) {
    const index = fragments.findIndex((each) => each.fragment === fragment);
    if (index !== -1) return { lane, index, top: laneTop(timeline, lane) };
  }
  return null;
}

/** In the next lane that has any: the one that runs at that time, or the last before. */
function inLane({ lanes }: Timeline, from: number, step: number, seconds: number): PictureFragment | null {
  for (let lane = from + step; lane >= 0 && lane < lanes.length; lane += step) {
    const { fragments } = lanes[lane]!;
    if (fragments.length > 0) return fragments[firstSeen(fragments, seconds)] ?? fragments.at(-1)!;
  }
  return null;
}
