import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalCdf } from '../../../scheduler/normal.ts';
import { deadlinePoints, type Hazards, type Stretch } from '../../../scheduler/safe-points/deadline-points.ts';

const alike = (count: number, seconds: number, more: Partial<Stretch> = {}): Stretch => ({
  count,
  seconds,
  deviation: 0.1 * seconds,
  level: 0,
  kind: 'item',
  seen: 10_000,
  outlasts: (after) => 1 - normalCdf((after - seconds) / (0.1 * seconds)),
  doubt: 0,
  ...more,
});
const risks = (more: Partial<Hazards>): Hazards => ({ ends: [], rateAt: () => 0, safePointSeconds: 0.5, ...more });

test('where nothing can happen there are none', () => {
  expect(deadlinePoints([alike(100, 1)], risks({}))).toEqual([]);
});

test('under a constant risk they stand at the spacing of Young', () => {
  const points = deadlinePoints([alike(4000, 0.1)], risks({ rateAt: () => 1 / 400 }));
  const spacing = 0.1 * (points.at(-1)! / points.length);
  expect(spacing).toBeGreaterThan(0.9 * Math.sqrt(2 * 0.5 * 400));
  expect(spacing).toBeLessThan(1.1 * Math.sqrt(2 * 0.5 * 400));
});

test('before a known end they are late and dense', () => {
  const points = deadlinePoints([alike(120, 1)], risks({ ends: [{ seconds: 100, chance: 1 }] }));
  expect(points[0]).toBeGreaterThan(80);
  expect(points).toContain(98);
});

test('a likely end is prepared for, and forgotten once it is past', () => {
  const points = deadlinePoints([alike(200, 1)], risks({ ends: [{ seconds: 100, chance: 0.3 }] }));
  expect(points.length).toBeGreaterThan(0);
  for (const point of points) expect(Math.abs(point - 99)).toBeLessThan(8);
});

test('what was never seen is tried in steps that double', () => {
  expect(deadlinePoints([alike(40, 1, { seen: 0 })], risks({}))).toEqual([1, 2, 4, 8, 16, 32]);
});

test('what is expected to be lost comes near to the least that is possible', () => {
  const course = fc.record({
    items: fc.integer({ min: 5, max: 60 }),
    seconds: fc.double({ min: 0.5, max: 20, noNaN: true }),
    relative: fc.double({ min: 0.02, max: 1, noNaN: true }),
    life: fc.double({ min: 0.3, max: 1.2, noNaN: true }),
    cost: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
    lives: fc.double({ min: 0.5, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(course, ({ items, seconds, relative, life, cost, lives }) => {
      const stretch = alike(items, seconds, { deviation: relative * seconds });
      const total = items * seconds;
      const hazards = risks({
        ends: [{ seconds: life * total, chance: 1 }],
        rateAt: () => 1 / (lives * total),
        safePointSeconds: cost * seconds,
      });
      const ours = expectedWaste(deadlinePoints([stretch], hazards), stretch, hazards);
      expect(ours).toBeLessThanOrEqual(1.35 * leastWaste(stretch, hazards) + 0.05 * total);
    }),
    { numRuns: 300 },
  );
});

/**
 * The chance that the instance ends within each item or before it could be committed, and that it lives until then, as if
 * earlier safe points took no time.
 */
function chances(
  { count, seconds, deviation }: Stretch,
  { ends, rateAt, safePointSeconds }: Hazards,
): { alive: number; ends: number }[] {
  let alive = 1;
  return Array.from({ length: count }, (_, i) => {
    const spread = Math.sqrt(i + 1) * deviation;
    const committedAt = (i + 1) * seconds + safePointSeconds;
    const after = ends.reduce((all, end) => all * normalCdf((end.seconds - committedAt) / spread), 1);
    const item = { alive, ends: Math.max(0, alive - after) + alive * seconds * rateAt(0) };
    alive = Math.min(alive, after);
    return item;
  });
}

/** Seconds that safe points at those places cost, and that are expected to be lost in spite of them. */
function expectedWaste(points: readonly number[], stretch: Stretch, hazards: Hazards): number {
  let last = 0;
  return chances(stretch, hazards).reduce((waste, item, i) => {
    const isPoint = points.includes(i);
    if (isPoint) last = i;
    return waste + (isPoint ? item.alive * hazards.safePointSeconds : 0) + item.ends * (i - last) * stretch.seconds;
  }, 0);
}

/** The least possible, by dynamic programming over the place of the last safe point (Toueg and Babaoglu 1984). */
function leastWaste(stretch: Stretch, hazards: Hazards): number {
  const items = chances(stretch, hazards);
  const best = [0];
  for (let next = 1; next <= stretch.count; next++) {
    best[next] = Infinity;
    for (let last = 0; last < next; last++) {
      const lost = items.slice(last, next).reduce((sum, item, i) => sum + item.ends * i * stretch.seconds, 0);
      const point = next < stretch.count ? items[next]!.alive * hazards.safePointSeconds : 0;
      best[next] = Math.min(best[next]!, best[last]! + lost + point);
    }
  }
  return best[stretch.count]!;
}
