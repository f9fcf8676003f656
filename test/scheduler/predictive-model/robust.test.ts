import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normal, uniform } from '../../../scheduler/plan/random.ts';
import { chanceWithin, quantileSeconds } from '../../../scheduler/predictive-model/distribution.ts';
import { itemInterval, PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';

const query = { key: 'k', instanceType: 'here', cost: null, load: 0, idleSeconds: 0, estimateSeconds: null };

function observed(seconds: number, more: Partial<Observation> = {}): Observation {
  const { instanceType, cost, load, idleSeconds } = query;
  const common = { key: 'k', instanceType, cost, load, idleSeconds };
  return { ...common, count: 1, seconds, squaredSeconds: seconds ** 2, ...more };
}

const observations = fc.array(
  fc.record({
    key: fc.constantFrom('k', 'other'),
    instanceType: fc.constantFrom('here', 'there', ''),
    cost: fc.option(fc.oneof(fc.constantFrom(0, 1, 7), fc.double({ min: 0, max: 1e15, noNaN: true }))),
    count: fc.integer({ min: 0, max: 1000 }),
    seconds: fc.oneof(fc.constantFrom(0, 1, 5), fc.double({ min: 1e-9, max: 1e12, noNaN: true })),
    load: fc.double({ min: 0, max: 100, noNaN: true }),
    idleSeconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
    outlasted: fc.boolean(),
  }),
  { maxLength: 60 },
);

const LEAST = { key: 'k', instanceType: 'here', count: 1, load: 0, idleSeconds: 0, outlasted: false } as const;
/** Costs next to the least number that there is, which a line or a power reaches far beyond. */
const LEAST_COSTS = [
  { ...LEAST, cost: 0, seconds: 5 },
  { ...LEAST, cost: 0, seconds: 1626, count: 5 },
  { ...LEAST, cost: 5e-324, seconds: 3e-5, outlasted: true },
  { ...LEAST, cost: 5e-324, seconds: 1e-9, count: 64, load: 14, instanceType: 'there' as const },
];

test('whatever was observed, a prediction is finite, above zero, and a distribution', () => {
  fc.assert(
    fc.property(observations, fc.option(fc.double({ min: 0, max: 1e15, noNaN: true })), (past, cost) => {
      const model = new PredictiveModel();
      for (const one of past) {
        model.observe({ ...one, squaredSeconds: one.seconds ** 2 / Math.max(1, one.count) });
        const prediction = model.predict({ ...query, cost, load: 0.3 });
        const { low, expected, high } = itemInterval(prediction);
        for (const number of [low, expected, high, prediction.medianSeconds]) {
          expect(Number.isFinite(number) && number > 0).toBe(true);
        }
        expect(low).toBeLessThanOrEqual(expected);
        expect(high).toBeGreaterThanOrEqual(expected);
        const chances = [0.1, 1, 10].map((times) => chanceWithin(prediction, times * prediction.medianSeconds));
        expect(chances.every((chance) => chance >= 0 && chance <= 1)).toBe(true);
        expect(chances.toSorted((a, b) => a - b)).toEqual(chances);
      }
    }),
    { numRuns: 200, examples: [[LEAST_COSTS, null]] },
  );
});

test('an item that had not ended after longer than was predicted moves the median; one that was cut short early does not', () => {
  const cold = new PredictiveModel([observed(300, { outlasted: true })]);
  expect(cold.predict(query).medianSeconds).toBeGreaterThan(300);
  expect(cold.observations('k')).toBe(0);
  const model = new PredictiveModel(Array.from({ length: 6 }, (_, i) => observed(10 + i)));
  const before = model.predict(query).medianSeconds;
  for (let i = 0; i < 6; i++) model.observe(observed(0.5, { outlasted: true }));
  expect(model.predict(query).medianSeconds / before).toBeCloseTo(1, 1);
  for (let i = 0; i < 6; i++) model.observe(observed(100, { outlasted: true }));
  expect(model.predict(query).medianSeconds).toBeGreaterThan(1.5 * before);
});

test('a task that was run on one instance type is predicted for another by what the other tasks took there', () => {
  const model = new PredictiveModel();
  for (let i = 0; i < 10; i++) {
    for (const key of ['a', 'b', 'c']) {
      const seconds = 10 + key.charCodeAt(0);
      model.observe(observed(seconds, { key, instanceType: 'slow' }));
      model.observe(observed(seconds / 3, { key, instanceType: 'fast' }));
    }
    model.observe(observed(60, { instanceType: 'slow' }));
  }
  expect(model.predict({ ...query, instanceType: 'fast' }).medianSeconds).toBeGreaterThan(15);
  expect(model.predict({ ...query, instanceType: 'fast' }).medianSeconds).toBeLessThan(28);
  expect(model.predict({ ...query, instanceType: 'slow' }).medianSeconds).toBeCloseTo(60, -1);
});

test('what the load adds is learnt', () => {
  const random = uniform(5);
  const model = new PredictiveModel();
  for (let i = 0; i < 300; i++) {
    const load = random();
    model.observe(observed(10 * (1 + load) * (0.95 + 0.1 * random()), { load }));
  }
  expect(model.predict(query).medianSeconds / 10).toBeCloseTo(1, 0);
  expect(model.predict({ ...query, load: 1 }).medianSeconds / model.predict(query).medianSeconds).toBeGreaterThan(1.7);
});

test('chances are those of a task whose items are short or long and nothing between', () => {
  const random = uniform(9);
  const draw = normal(random);
  const model = new PredictiveModel();
  let within = 0;
  for (let i = 0; i < 1500; i++) {
    const seconds = (random() < 0.3 ? 50 : 1) * Math.exp(0.1 * draw());
    if (i >= 500 && seconds <= quantileSeconds(model.predict(query), 0.6)) within++;
    model.observe(observed(seconds));
  }
  expect(within / 1000).toBeGreaterThan(0.54);
  expect(within / 1000).toBeLessThan(0.66);
});

test('after a jump of the level, a few samples are enough', () => {
  const model = new PredictiveModel();
  for (let i = 0; i < 100; i++) model.observe(observed(1 + (i % 5) / 100));
  for (let i = 0; i < 8; i++) model.observe(observed(5 + (i % 5) / 100));
  expect(model.predict(query).medianSeconds).toBeGreaterThan(4);
});
