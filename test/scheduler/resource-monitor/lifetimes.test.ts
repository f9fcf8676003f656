import { expect, test } from 'vitest';
import { uniform } from '../../../scheduler/plan/random.ts';
import { Lifetimes } from '../../../scheduler/resource-monitor/lifetimes.ts';

const HOUR = 3600;

function lived(ages: readonly number[]): Lifetimes {
  const lifetimes = new Lifetimes();
  for (const age of ages) lifetimes.ended(age);
  return lifetimes;
}

test('before any end what was assumed holds, and what lives on lessens the risk', () => {
  expect(lived([]).meanTimeBetween([], HOUR)).toBeCloseTo(HOUR);
  expect(lived([]).meanTimeBetween([HOUR, HOUR], HOUR)).toBeGreaterThan(2 * HOUR);
  expect(lived([]).risk([], HOUR).rateAt(60)).toBeCloseTo(1 / HOUR);
});

test('lives that ended as was known count as time without an end', () => {
  const lifetimes = lived([600, 1200]);
  for (let i = 0; i < 198; i++) lifetimes.ended(HOUR, false);
  expect(lifetimes.meanTimeBetween([], HOUR)).toBeGreaterThan(70 * HOUR);
  expect(lifetimes.risk([], HOUR).chanceToLive(0, HOUR)).toBeGreaterThan(0.95);
});

test('a few bad hours among very many calm ones do not stay the measure of all that comes', () => {
  const lifetimes = lived(Array.from({ length: 20 }, () => 60));
  for (let i = 0; i < 10_000; i++) lifetimes.ended(HOUR, false);
  expect(lifetimes.meanTimeBetween([], HOUR)).toBeGreaterThan(400 * HOUR);
});

test('instances that never end have no risk', () => {
  expect(lived([]).risk([100], Infinity).rateAt(60)).toBe(0);
});

test('a constant risk is found at every age', () => {
  const draw = uniform(7);
  const ages = Array.from({ length: 400 }, () => -500 * Math.log(1 - draw()));
  const { rateAt } = lived(ages).risk([], HOUR);
  for (const age of [20, 100, 400, 900]) {
    expect(rateAt(age)).toBeGreaterThan(0.6 / 500);
    expect(rateAt(age)).toBeLessThan(1.6 / 500);
  }
});

test('instances that got over their first minutes are known to be safer', () => {
  const young = Array.from({ length: 30 }, (_, i) => 20 + i);
  const old = Array.from({ length: 10 }, (_, i) => 3000 + 300 * i);
  const { rateAt } = lived([...young, ...old]).risk([], HOUR);
  expect(rateAt(30)).toBeGreaterThan(20 * rateAt(1000));
});

test('an age at which several ended is foreseen, with its chance', () => {
  const { likelyEnds } = lived([600, 600, 600.2, 600, 250, 1300, 4000]).risk([700, 5000], HOUR);
  expect(likelyEnds).toEqual([{ atAge: 600, chance: 4 / 8 }]);
});
