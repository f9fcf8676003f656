import { expect, test } from 'vitest';
import type { Fragment } from '../../../scheduler/fragment-scheduler/events.ts';
import { TargetMeter } from '../../../scheduler/plan/target-meter.ts';
import {
  conditionsOf,
  learnTarget,
  type TargetMeasurement,
  type TargetProfile,
} from '../../../scheduler/plan/target-profile.ts';
import { target, task, workload } from '../workloads.ts';

const NOTHING: TargetMeasurement = {
  instanceType: null,
  load: null,
  startupSeconds: null,
  bootSeconds: null,
  stopSeconds: null,
  dispatchSeconds: null,
  safePointSeconds: null,
  pace: null,
};

function fragment(id: number, instance: string): Fragment {
  const interval = { low: 1, expected: 1, high: 1 };
  const piece = { task: 0, start: 0, end: 1, everyItems: 0, everySeconds: null, itemSeconds: interval };
  const sizing = {
    lifeSeconds: null,
    workLeftSeconds: 0,
    sharers: 1,
    aimSeconds: 1,
    dispatchSeconds: 0,
    safePointSeconds: 0,
    meanTimeBetweenFailuresSeconds: 1,
  };
  return { id, instance, pieces: [piece], predictedSeconds: interval, limit: 'share', sizing };
}

test('dispatch and safe points are told apart by fragments with few and with many', () => {
  const meter = new TargetMeter(target(), workload(task('t', 1000)));
  let now = 0;
  for (let id = 0; id < 200; id++) {
    meter.assigned(fragment(id, 'i'), now);
    const points = 1 + (id % 10);
    for (let point = 0; point < points; point++) meter.safePoint('i', id, 2);
    now += 0.5 + points * (2 + 0.1);
    meter.fragmentEnded('i', id, 'done', now);
  }
  const { dispatchSeconds, safePointSeconds } = meter.measurement(null);
  expect(dispatchSeconds).toBeCloseTo(0.5, 1);
  expect(safePointSeconds).toBeCloseTo(0.1, 2);
});

test('startup, life spent at startup, stopping and load are means over what was seen', () => {
  const meter = new TargetMeter(target({ lifespanSeconds: 60 }), workload(task('t', 1)));
  meter.startAsked('a', 0);
  meter.startAsked('b', 1);
  meter.up('a', 'fast', 59, 2);
  meter.up('b', 'fast', 57, 5);
  meter.stopAsked('a', 10);
  meter.down('a', 10.5);
  meter.down('b', 60);
  meter.sampled(0.2);
  meter.sampled(0.4);
  expect(meter.measurement(0.1)).toMatchObject({
    instanceType: 'fast',
    startupSeconds: 3,
    bootSeconds: 2,
    stopSeconds: 0.5,
    pace: 0.1,
  });
  expect(meter.measurement(null).load).toBeCloseTo(0.3);
});

test('fragments whose items run side by side tell nothing of their overheads', () => {
  const meter = new TargetMeter(target({ cpus: 4 }), workload(task('t', 10)));
  meter.assigned(fragment(0, 'i'), 0);
  meter.safePoint('i', 0, 8);
  meter.fragmentEnded('i', 0, 'done', 3);
  expect(meter.measurement(null)).toEqual({ ...NOTHING, instanceType: null });
});

test('what was not seen keeps what is known, and without a past the kind of target speaks', () => {
  const spec = target();
  const usual = conditionsOf(spec, null);
  expect(usual).toMatchObject({ instanceType: 'here', load: 0, bootSeconds: 0 });
  const once = learnTarget(null, { ...NOTHING, startupSeconds: 7, instanceType: 'fast' });
  const twice = learnTarget(once, { ...NOTHING, startupSeconds: 9 });
  expect(conditionsOf(spec, twice)).toMatchObject({
    instanceType: 'fast',
    overheads: { ...usual.overheads, startupSeconds: 8 },
  });
});

test('the pace narrows with runs that keep their predictions, widens with those that do not, and forgets', () => {
  const pace = (profile: TargetProfile | null): number => conditionsOf(target(), profile).pace;
  const after = (paces: number[]): TargetProfile | null =>
    paces.reduce<TargetProfile | null>((known, each) => learnTarget(known, { ...NOTHING, pace: each }), null);
  const calm = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.02 : -0.02));
  expect(pace(after(calm))).toBeLessThan(0.06);
  expect(pace(after([0.4, -0.4, 0.4]))).toBeGreaterThan(pace(null));
  expect(pace(after([0.6, ...calm, ...calm]))).toBeLessThan(0.08);
  // A run that was paused for hours is no measure.
  expect(pace(after([10]))).toBeLessThan(0.5);
});
