import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';
import { Unended } from '../../../scheduler/predictive-model/unended.ts';

const query = { key: 'k', instanceType: 'here', cost: null, load: 0, idleSeconds: 0, estimateSeconds: null };

function observed(seconds: number): Observation {
  const { key, instanceType, cost, load, idleSeconds } = query;
  return { key, instanceType, cost, load, idleSeconds, count: 1, seconds, squaredSeconds: seconds ** 2 };
}

const unended = (seconds: number): Observation => ({ ...observed(seconds), outlasted: true });

const medianOf = (model: PredictiveModel): number => model.predict(query).medianSeconds;

test('an item that is told of time and again counts once', () => {
  const often = new PredictiveModel();
  const once = new PredictiveModel();
  for (let i = 0; i < 9; i++) {
    for (const model of [often, once]) model.observe(observed(10 + i / 10));
  }
  for (let seconds = 15; seconds < 400; seconds *= 1.5) often.observeUnended('slow', unended(seconds));
  once.observeUnended('slow', unended(380));
  expect(medianOf(often)).toBeLessThan(1.5 * medianOf(once));
  expect(medianOf(often)).toBeLessThan(20);
});

test('while many are still under way, what ended first is not taken for all', () => {
  const model = new PredictiveModel();
  for (let i = 0; i < 4; i++) model.observe(observed(10));
  for (let i = 0; i < 12; i++) model.observeUnended(`item ${i}`, unended(100));
  expect(medianOf(model)).toBeGreaterThan(50);
});

test('once the end of an item was seen, only that counts', () => {
  const model = new PredictiveModel();
  for (let i = 0; i < 5; i++) model.observe(observed(10));
  for (let i = 0; i < 5; i++) model.observeUnended(`item ${i}`, unended(60));
  const meanwhile = medianOf(model);
  for (let i = 0; i < 5; i++) {
    model.ended(`item ${i}`, 'k');
    model.observe(observed(10));
  }
  expect(medianOf(model)).toBeLessThan(meanwhile);
  expect(medianOf(model)).toBeGreaterThan(8);
  expect(medianOf(model)).toBeLessThan(12);
});

test('of two tries of an item the longer one counts', () => {
  const model = new PredictiveModel([observed(5), observed(6)]);
  model.observeUnended('item', unended(300));
  const before = medianOf(model);
  model.observeUnended('item', unended(20));
  expect(medianOf(model)).toBe(before);
});

test('whatever is told of items, and whenever they end, predictions stay finite and above zero', () => {
  const told = fc.record({
    what: fc.constantFrom('observe', 'unended', 'ended'),
    name: fc.constantFrom('a', 'b', 'c'),
    cost: fc.option(fc.constantFrom(0, 1, 50)),
    seconds: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 40 }), (story) => {
      const model = new PredictiveModel();
      for (const { what, name, cost, seconds } of story) {
        if (what === 'observe') model.observe({ ...observed(seconds), cost });
        else if (what === 'unended') model.observeUnended(name, { ...unended(seconds), cost });
        else model.ended(name, 'k');
        const prediction = model.predict({ ...query, cost });
        for (const number of [prediction.seconds, prediction.medianSeconds, prediction.scale, ...prediction.table])
          expect(Number.isFinite(number)).toBe(true);
        expect(prediction.seconds).toBeGreaterThan(0);
      }
    }),
    { numRuns: 300 },
  );
});

test('where no sample is left there is no weight left either, whatever rounding makes of the sums', () => {
  const all = new Unended();
  const weights = [0.1, 0.7, 0.2];
  for (const [index, weight] of weights.entries()) {
    const sample = { x: null, y: 0, load: 0, idle: 0, cell: 0, weight };
    all.set(`item ${index}`, { seconds: 1, sample, residual: null });
  }
  all.set('one that tells nothing yet', { seconds: 1, sample: null, residual: null });
  for (const index of [2, 1, 0]) all.delete(`item ${index}`);
  expect(all.weight).toBe(0);
});
