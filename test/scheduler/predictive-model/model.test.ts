import { expect, test } from 'vitest';
import { itemInterval, PredictiveModel, sumInterval } from '../../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';
import { normal, uniform } from '../../../scheduler/plan/random.ts';

const query = { key: 'k', instanceType: 'here', cost: null, load: 0, idleSeconds: 0, estimateSeconds: null };

function observed(cost: number | null, itemSeconds: number, more: Partial<Observation> = {}): Observation {
  const count = more.count ?? 1;
  return {
    key: 'k',
    instanceType: 'here',
    cost,
    count,
    seconds: itemSeconds * count,
    squaredSeconds: itemSeconds ** 2 * count,
    load: 0,
    idleSeconds: 0,
    ...more,
  };
}

test("before anything is known, the user's estimate is what is predicted, with a wide interval", () => {
  const model = new PredictiveModel();
  const { low, expected, high } = itemInterval(model.predict({ ...query, estimateSeconds: 4 }));
  expect(expected).toBe(4);
  expect(high / low).toBeGreaterThan(3);
  expect(model.basis('k', 4)).toMatchObject({ kind: 'estimate', observations: 0 });
  expect(model.basis('k', null)).toMatchObject({ kind: 'guess' });
});

test('a new task starts from what the other tasks of the job take', () => {
  const model = new PredictiveModel([observed(null, 30, { key: 'other' })]);
  expect(model.predict(query).seconds).toBeCloseTo(30);
  expect(model.basis('k', null).kind).toBe('sibling');
});

test.each([
  ['a mean', (_: number) => 7],
  ['a line', (cost: number) => 2 + 0.003 * cost],
  ['proportion', (cost: number) => 0.01 * cost],
  ['a power', (cost: number) => 0.001 * cost ** 1.7],
])('learns %s of the cost, and predicts a cost that it never saw', (_, truth) => {
  const model = new PredictiveModel(Array.from({ length: 40 }, (_, i) => observed(100 + 37 * i, truth(100 + 37 * i))));
  expect(model.predict({ ...query, cost: 1015 }).seconds / truth(1015)).toBeCloseTo(1, 1);
});

test('one wild item does not spoil the line', () => {
  const model = new PredictiveModel();
  for (let i = 1; i <= 40; i++) model.observe(observed(i, i === 20 ? 500 : 2 * i));
  expect(model.predict({ ...query, cost: 30 }).seconds).toBeGreaterThan(50);
  expect(model.predict({ ...query, cost: 30 }).seconds).toBeLessThan(80);
});

test('what many items take in all is predicted, even where the typical item and the mean are far apart', () => {
  const model = new PredictiveModel();
  const random = uniform(3);
  let actual = 0;
  let predicted = 0;
  for (let i = 0; i < 600; i++) {
    const cost = Math.exp(12 * random());
    const seconds = (0.002 + cost / 1e5) * (random() < 0.2 ? 5 : 0.6);
    if (i >= 300) {
      actual += seconds;
      predicted += model.predict({ ...query, cost }).seconds;
    }
    model.observe(observed(cost, seconds));
  }
  expect(predicted / actual).toBeGreaterThan(0.7);
  expect(predicted / actual).toBeLessThan(1.4);
});

test('a drift is followed and the past forgotten', () => {
  const model = new PredictiveModel();
  for (let i = 0; i < 100; i++) model.observe(observed(null, 1));
  for (let i = 0; i < 130; i++) model.observe(observed(null, 5));
  expect(model.predict(query).seconds).toBeGreaterThan(4.5);
});

test('a faster instance type is learnt as a factor', () => {
  const model = new PredictiveModel();
  for (let i = 1; i <= 60; i++) {
    const fast = i % 2 === 0;
    model.observe(observed(i, fast ? i / 2 : i, { instanceType: fast ? 'fast' : 'slow' }));
  }
  const seconds = (instanceType: string): number => model.predict({ ...query, cost: 40, instanceType }).seconds;
  expect(seconds('slow') / seconds('fast')).toBeGreaterThan(1.6);
  expect(seconds('slow') / seconds('fast')).toBeLessThan(2.4);
});

test('an 80 % interval holds about 80 % of the time', () => {
  const draw = normal(uniform(7));
  const model = new PredictiveModel();
  let inside = 0;
  const trials = 2000;
  for (let i = 0; i < trials; i++) {
    const cost = 10 * Math.exp(0.8 * draw());
    const actual = (1 + cost) * Math.exp(0.4 * draw());
    const { low, high } = itemInterval(model.predict({ ...query, cost }));
    if (actual >= low && actual <= high) inside++;
    model.observe(observed(cost, actual));
  }
  expect(inside / trials).toBeGreaterThan(0.76);
  expect(inside / trials).toBeLessThan(0.84);
  expect(model.basis('k', null).coverage).toBeCloseTo(0.8, 1);
});

test('the relative spread of a sum shrinks with its length, but not below what the level is off', () => {
  const model = new PredictiveModel();
  const draw = normal(uniform(3));
  for (let i = 0; i < 200; i++) model.observe(observed(null, Math.exp(0.5 * draw())));
  const spread = (count: number): number => {
    const { low, expected, high } = sumInterval([{ prediction: model.predict(query), count }]);
    return (high - low) / expected;
  };
  expect(spread(100)).toBeLessThan(spread(1));
  expect(spread(1_000_000)).toBeGreaterThan(0);
});

test('observations without items or time are ignored', () => {
  const model = new PredictiveModel([observed(null, 0), observed(null, 1, { count: 0 })]);
  expect(model.observations('k')).toBe(0);
});
