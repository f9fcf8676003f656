import { expect, test } from 'vitest';
import { LevelledModel } from '../../../scheduler/plan/levelled-model.ts';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';

const observation = (cost: number, seconds: number): Observation => ({
  key: 't',
  instanceType: 'here',
  cost,
  count: 1,
  seconds,
  squaredSeconds: seconds ** 2,
  load: 0,
  idleSeconds: 0,
});

test('predictions are right in sum, whatever the model makes of single items', () => {
  const past = Array.from({ length: 300 }, (_, i) => observation(1 + i, i % 10 === 0 ? 30 : 0.1 + (i % 7) / 10));
  const model = new LevelledModel(new PredictiveModel(past), past);
  const actual = past.reduce((sum, { seconds }) => sum + seconds, 0);
  const predicted = past.reduce((sum, each) => sum + model.predict({ ...each, estimateSeconds: null }).seconds, 0);
  expect(predicted / actual).toBeCloseTo(1, 6);
});

test('what was cut short does not count as a sum, and a task without a past stays as it is', () => {
  const cutShort = [{ ...observation(1, 50), outlasted: true }];
  const plain = new PredictiveModel(cutShort);
  const query = { ...observation(1, 1), estimateSeconds: 3 };
  expect(new LevelledModel(plain, cutShort).predict(query)).toEqual(plain.predict(query));
});
