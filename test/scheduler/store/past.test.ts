import { expect, onTestFinished, test } from 'vitest';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';
import { openHistory } from '../../../scheduler/store/history.ts';
import { readPast } from '../../../scheduler/store/past.ts';
import { target, task, workload } from '../workloads.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const observation = (cost: number, key = 't'): Observation => ({
  key,
  instanceType: 'here',
  cost,
  count: 1,
  seconds: cost,
  squaredSeconds: cost ** 2,
  load: 0,
  idleSeconds: 0,
});

function historyOf(observations: Observation[]) {
  const folder = temporaryFolder('morsel past ');
  const history = openHistory(folder);
  onTestFinished(() => history.close());
  history.record(observations);
  return history;
}

const costs = (observations: readonly Observation[]): number[] => observations.map(({ cost }) => cost ?? 0);
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

test('what a run taught is known in a fair mix, however much of it there is', () => {
  const longFirst = Array.from({ length: 1200 }, (_, i) => observation(1200 - i));
  const { observations } = readPast(historyOf(longFirst), workload(task('t', 1)), target());
  expect(observations.length).toBe(400);
  expect(mean(costs(observations)) / 600).toBeCloseTo(1, 1);
  // No stretch of them knows the short ones alone.
  for (let from = 0; from < 400; from += 100)
    expect(mean(costs(observations.slice(from, from + 100))) / 600).toBeCloseTo(1, 1);
});

test('tasks keep their own, and others are left out', () => {
  const history = historyOf([observation(1, 'a'), observation(2, 'b'), observation(3, 'c'), observation(4, 'a')]);
  const { observations, profile } = readPast(history, workload(task('a', 1), task('b', 1)), target());
  expect(new Set(costs(observations))).toEqual(new Set([1, 2, 4]));
  expect(profile).toBeNull();
});

test('the longest that an item ran without an end is known by itself', () => {
  const cutShort = (seconds: number): Observation => ({ ...observation(1), seconds, outlasted: true });
  const history = historyOf([observation(90), cutShort(30), cutShort(20)]);
  expect([...readPast(history, workload(task('t', 1)), target()).unendedSeconds]).toEqual([['t', 30]]);
});

test('a profile is kept for each target by itself', () => {
  const history = historyOf([]);
  const known = {
    runs: 1,
    instanceType: 'fast',
    load: 0.1,
    startupSeconds: 3,
    bootSeconds: 1,
    stopSeconds: 0.2,
    dispatchSeconds: 0.01,
    safePointSeconds: 0.02,
    paces: 1,
    paceVariance: 0.01,
  };
  history.recordTargetProfile({ kind: 'local', name: 'here' }, known);
  expect(history.targetProfile({ kind: 'local', name: 'here' })).toEqual(known);
  expect(history.targetProfile({ kind: 'ssh', name: 'here' })).toBeNull();
});
