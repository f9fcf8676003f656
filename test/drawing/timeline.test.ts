import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticks } from '../../drawing/axis.ts';
import { foundAt, neighbour, placeOf } from '../../drawing/find.ts';
import { lanesOf } from '../../drawing/lanes.ts';
import { parts } from '../../drawing/picture.ts';
import { planPicture } from '../../drawing/plan-picture.ts';
import type { Scene, Shape } from '../../drawing/scene.ts';
import { drawTimeline, layTimeline, timeScale, wholeView } from '../../drawing/timeline.ts';
import { planOf, type PlanShape } from './plans.ts';

const timelineOf = (shape: PlanShape) => layTimeline(planPicture(planOf(shape)));
const looks = ({ shapes }: Scene, look: Shape['look']): Shape[] => shapes.filter((shape) => shape.look === look);

test('fragments, safe points, starting up and the finish are drawn', () => {
  const timeline = timelineOf({ tasks: ['count'], fragments: 6, instances: 2 });
  const scene = drawTimeline(timeline, wholeView(timeline, 1000));
  expect(looks(scene, 'bar')).toHaveLength(6);
  expect(looks(scene, 'safe-point')).toHaveLength(12);
  expect(looks(scene, 'startup')).toHaveLength(2);
  expect(looks(scene, 'life')).toHaveLength(2);
  expect(looks(scene, 'finish-band')).toHaveLength(1);
  expect(looks(scene, 'label').every((shape) => shape.kind === 'text' && shape.text === 'count')).toBe(true);
});

test('a drawing of 10,000 fragments is bounded by its window, at every zoom', () => {
  const timeline = timelineOf({ tasks: ['count'], fragments: 10_000, instances: 50 });
  const whole = wholeView(timeline, 1000);
  const size = (view: typeof whole): number => drawTimeline(timeline, view).shapes.length;
  const window = { ...whole, height: 600 };
  for (const untilSeconds of [whole.untilSeconds, 12_000, 6000, 3000, 1000, 100])
    expect(size({ ...window, untilSeconds })).toBeLessThan(20_000);
  expect(size({ ...window, untilSeconds: 60 })).toBeLessThan(600);
});

test('fragments too narrow to be seen make blocks that cover the same time', () => {
  const timeline = timelineOf({ tasks: ['count'], fragments: 4000, instances: 1 });
  const blocks = looks(drawTimeline(timeline, wholeView(timeline, 500)), 'bar');
  expect(blocks).toHaveLength(1);
  const [block] = blocks;
  const x = timeScale(wholeView(timeline, 500));
  expect(block).toMatchObject({ x: x(1), width: expect.closeTo(x(240_001) - x(1), 3) });
});

test('a task that is pointed out and a fragment that is chosen look different', () => {
  const timeline = timelineOf({ tasks: ['count'], fragments: 3 });
  const scene = drawTimeline(timeline, { ...wholeView(timeline, 800), marked: { task: 'count', fragment: 1 } });
  expect(looks(scene, 'bar-marked')).toHaveLength(3);
  expect(looks(scene, 'edge-chosen')).toHaveLength(1);
});

test('what stands at a place is found, at every zoom and place of the window', () => {
  const timeline = timelineOf({ tasks: ['count'], fragments: 300, instances: 40 });
  const fragments = timeline.lanes.flatMap((lane) => lane.fragments);
  const windows = fc.record({ from: fc.nat(400), length: fc.integer({ min: 5, max: 600 }), top: fc.nat(700) });
  fc.assert(
    fc.property(windows, fc.nat(fragments.length - 1), ({ from, length, top }, index) => {
      const view = { ...wholeView(timeline, 900), height: 500, fromSeconds: from, untilSeconds: from + length, top };
      const fragment = fragments[index]!;
      const x = timeScale(view)((fragment.startSeconds + fragment.endSeconds) / 2);
      const y = placeOf(timeline, fragment.fragment)!.top - top + timeline.lane.height / 2;
      if (y < 24) return;
      expect(foundAt(timeline, view, x, y)).toEqual({ fragment });
    }),
  );
});

test('arrow keys come to every fragment, and back', () => {
  const timeline = timelineOf({ tasks: ['count'], fragments: 40, instances: 8 });
  const seen = new Set<number>();
  for (const lane of timeline.lanes) {
    let at: number | null = lane.fragments[0]!.fragment;
    while (at !== null) {
      seen.add(at);
      const next: number | null = neighbour(timeline, at, 'right')?.fragment ?? null;
      if (next !== null) expect(neighbour(timeline, next, 'left')!.fragment).toBe(at);
      at = next;
    }
  }
  expect(seen.size).toBe(40);
  const first = neighbour(timeline, null, 'right')!.fragment;
  const below = neighbour(timeline, first, 'down')!;
  expect(placeOf(timeline, below.fragment)!.lane).toBe(1);
  expect(neighbour(timeline, below.fragment, 'up')!.fragment).toBe(first);
  expect(neighbour(timeline, first, 'up')).toBeNull();
});

test('an empty plan is drawn too', () => {
  const timeline = timelineOf({ tasks: [], fragments: 0, instances: 0 });
  expect(drawTimeline(timeline, wholeView(timeline, 600)).shapes.length).toBeGreaterThan(0);
  expect(neighbour(timeline, null, 'right')).toBeNull();
});

test('instances share lanes, and never overlap in one', () => {
  const life = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 300 }));
  fc.assert(
    fc.property(fc.array(life, { maxLength: 60 }), (lives) => {
      const instances = lives.map(([startSeconds, length], index) => ({
        name: `i${index}`,
        kind: 'local',
        askedSeconds: startSeconds,
        startSeconds,
        endSeconds: startSeconds + length,
      }));
      const rows = lanesOf(instances);
      expect(rows.flat()).toHaveLength(instances.length);
      for (const row of rows) {
        for (const [index, next] of row.slice(1).entries())
          expect(next.startSeconds).toBeGreaterThanOrEqual(row[index]!.endSeconds);
      }
      const most = instances.map(
        ({ startSeconds: at }) => instances.filter((other) => other.startSeconds <= at && at < other.endSeconds).length,
      );
      expect(rows.length).toBe(Math.max(0, ...most));
    }),
  );
});

test('the shares of a fragment add up', () => {
  const shares = parts(
    [
      { task: 'a', items: 10 },
      { task: 'b', items: 5 },
    ],
    (task) => (task === 'a' ? 1 : 2),
  );
  expect(shares.map(({ share }) => share)).toEqual([0.5, 0.5]);
});

test('an axis has round times, few of them, within what is seen', () => {
  const stretches = fc.tuple(
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
  );
  fc.assert(
    fc.property(stretches, ([from, length]) => {
      const times = ticks(from, from + length, 8);
      expect(times.length).toBeLessThanOrEqual(9);
      for (const time of times) {
        expect(time).toBeGreaterThanOrEqual(from - 1e-6 * length);
        expect(time).toBeLessThanOrEqual((from + length) * (1 + 1e-6));
      }
    }),
  );
  expect(ticks(0, 22, 10)).toEqual([0, 5, 10, 15, 20]);
  expect(ticks(0, 0.5, 10)).toHaveLength(11);
  expect(ticks(0, 600, 8)).toEqual([0, 120, 240, 360, 480, 600]);
  expect(ticks(100, 400, 8)).toEqual([120, 180, 240, 300, 360]);
});
