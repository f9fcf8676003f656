import { expect, test } from 'vitest';
import { normal, uniform } from '../../../scheduler/plan/random.ts';
import { itemInterval, PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';

const COSTS = [1, 2, 4, 8, 16, 32];

function observed(key: string, instanceType: string, cost: number, seconds: number): Observation {
  const common = { key, instanceType, cost, load: 0, idleSeconds: 0 };
  return { ...common, count: 1, seconds, squaredSeconds: seconds ** 2 };
}

/** Tasks with a line of their own each, on machines with a factor each, from which each task differs. */
function world(seed: number, { own, noise }: { own: number; noise: number }) {
  const random = uniform(seed);
  const draw = normal(random);
  const machines = new Map([
    ['home', 1],
    ['away', 2],
  ]);
  const tasks = Array.from({ length: 20 }, (_, i) => ({
    key: `t${i}`,
    fixed: 1 + 5 * random(),
    rate: Math.exp(draw()),
    away: Math.exp(own * draw()),
  }));
  const secondsOf = (task: (typeof tasks)[number], machine: string, cost: number): number => {
    const typical = (task.fixed + task.rate * cost) * machines.get(machine)! * (machine === 'away' ? task.away : 1);
    return typical * Math.exp(noise * draw());
  };
  return { tasks, secondsOf };
}

const query = (key: string, cost: number) => ({
  key,
  cost,
  instanceType: 'away',
  load: 0,
  idleSeconds: 0,
  estimateSeconds: null,
});

/** The last task of a world at home only, all others on both machines. */
function known({ tasks, secondsOf }: ReturnType<typeof world>): PredictiveModel {
  const model = new PredictiveModel();
  for (const task of tasks) {
    for (const machine of ['away', 'home']) {
      if (machine === 'away' && task === tasks.at(-1)) continue;
      for (const cost of COSTS) model.observe(observed(task.key, machine, cost, secondsOf(task, machine, cost)));
    }
  }
  return model;
}

test('on a machine known from other tasks, intervals hold most of the time', () => {
  let inside = 0;
  let wrong = 0;
  const trials = 120;
  for (let seed = 1; seed <= trials; seed++) {
    const about = world(seed, { own: 0.25, noise: 0.1 });
    const task = about.tasks.at(-1)!;
    const prediction = known(about).predict(query(task.key, 24));
    const { low, high } = itemInterval(prediction);
    const actual = about.secondsOf(task, 'away', 24);
    if (actual >= low && actual <= high) inside++;
    if (Math.abs(Math.log(prediction.medianSeconds / actual)) > 0.5) wrong++;
  }
  expect(inside / trials).toBeGreaterThan(0.65);
  expect(inside / trials).toBeLessThan(0.95);
  expect(wrong / trials).toBeLessThan(0.15);
});

test('two items on a machine tell how the task differs there, also for costs that they did not have', () => {
  const about = world(3, { own: 0, noise: 0.02 });
  const task = { ...about.tasks.at(-1)!, away: 1.8 };
  const model = known({ ...about, tasks: [...about.tasks.slice(0, -1), task] });
  const actual = about.secondsOf(task, 'away', 64);
  expect(model.predict(query(task.key, 64)).medianSeconds / actual).toBeLessThan(0.7);
  for (const cost of [16, 24]) model.observe(observed(task.key, 'away', cost, about.secondsOf(task, 'away', cost)));
  expect(model.predict(query(task.key, 64)).medianSeconds / actual).toBeGreaterThan(0.8);
  expect(model.predict(query(task.key, 64)).medianSeconds / actual).toBeLessThan(1.2);
});

test('first items that are not typical are soon outvoted', () => {
  const model = new PredictiveModel();
  for (let i = 0; i < 4; i++) model.observe(observed('k', 'away', 10, 50));
  for (let i = 0; i < 16; i++) model.observe(observed('k', 'away', 10, 5 + (i % 3) / 10));
  expect(model.predict(query('k', 10)).medianSeconds).toBeLessThan(6);
});
