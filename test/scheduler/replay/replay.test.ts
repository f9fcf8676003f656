import fc from 'fast-check';
import { expect, test } from 'vitest';
import { soonestEnd } from '../../../scheduler/replay/bound.ts';
import { parsePolicy, policyName, type PolicyChoice } from '../../../scheduler/replay/policy.ts';
import type { RecordedRange } from '../../../scheduler/replay/recorded-work.ts';
import { replay, type Replay } from '../../../scheduler/replay/replay.ts';
import type { TargetSpec } from '../../../scheduler/job-spec.ts';
import type { WorkloadTask } from '../../../scheduler/workload.ts';
import { target, task, workload } from '../workloads.ts';

const NO_PAST = { observations: [], profile: null };
const ALL: PolicyChoice[] = [{ kind: 'morsel' }, { kind: 'single' }, { kind: 'fixed', items: 7 }];

/** Each item recorded by itself. */
const recorded = (of: number, seconds: readonly number[]): RecordedRange[] =>
  seconds.map((each, start) => ({ task: of, start, end: start + 1, seconds: each }));

function replayOf(tasks: WorkloadTask[], ranges: RecordedRange[], spec: TargetSpec, policies = ALL): Replay {
  return replay({ workload: workload(...tasks), ranges, target: spec, policies, past: NO_PAST });
}

test('every policy commits every item, and none beats the bound', () => {
  const shape = fc.record({
    seconds: fc.array(fc.double({ min: 0.01, max: 15, noNaN: true }), { minLength: 1, maxLength: 60 }),
    max: fc.integer({ min: 1, max: 5 }),
    cpus: fc.integer({ min: 1, max: 3 }),
    lifespanSeconds: fc.option(fc.integer({ min: 120, max: 400 })),
    follows: fc.constantFrom('item' as const, 'all' as const, null),
  });
  fc.assert(
    fc.property(shape, ({ seconds, max, cpus, lifespanSeconds, follows }) => {
      const cohorts = seconds.map((_, i) => ({ start: i, end: i + 1, cost: i + 1 }));
      const second = follows === null ? [] : [{ task: 0, on: follows }];
      const tasks = [task('a', seconds.length, { cohorts }), task('b', seconds.length, { cohorts, dependsOn: second })];
      const ranges = [...recorded(0, seconds), ...recorded(1, seconds)];
      const { replayed, boundSeconds } = replayOf(
        tasks,
        ranges,
        target({ instances: { min: 0, max }, cpus, lifespanSeconds }),
      );
      for (const { makespanSeconds, unfinishedItems, why } of replayed) {
        expect(why).toBeNull();
        expect(unfinishedItems).toBe(0);
        expect(makespanSeconds).toBeGreaterThanOrEqual(boundSeconds! * 0.999999);
      }
    }),
    { numRuns: 60 },
  );
});

test('items take what was recorded of them', () => {
  const spec = target({ instances: { min: 0, max: 1 }, lifespanSeconds: null });
  const [single] = replayOf([task('t', 4)], recorded(0, [1, 2, 3, 4]), spec, [{ kind: 'single' }]).replayed;
  expect(single!.makespanSeconds).toBeCloseTo(10, 0);
  expect(single!.fragments).toBe(4);
});

test('what was not recorded lasts as long as the others of its task, and is said', () => {
  const ranges = [{ task: 0, start: 2, end: 4, seconds: 6 }];
  const { assumed, boundSeconds } = replayOf([task('t', 10)], ranges, target({ lifespanSeconds: null }));
  expect(assumed).toEqual([{ task: 't', items: 8, itemSeconds: 3 }]);
  expect(boundSeconds).toBeGreaterThan(15);
});

test('items that are up to date take no time and are not missed', () => {
  const upToDate = [{ start: 0, end: 6 }];
  const { assumed, replayed, boundSeconds } = replayOf(
    [task('t', 8, { upToDate })],
    [{ task: 0, start: 6, end: 8, seconds: 4 }],
    target({ lifespanSeconds: null }),
  );
  expect(assumed).toEqual([]);
  expect(boundSeconds).toBeLessThan(3);
  expect(replayed.map(({ unfinishedItems }) => unfinishedItems)).toEqual([0, 0, 0]);
});

test('a chunk that never fits a life is said never to end, and Morsel ends all the same', () => {
  const seconds = Array.from({ length: 40 }, () => 4);
  const { replayed } = replayOf([task('t', 40)], recorded(0, seconds), target({ lifespanSeconds: 20 }));
  expect(replayed.map(({ policy, makespanSeconds }) => [policy, makespanSeconds !== null])).toEqual([
    ['morsel', true],
    ['single', true],
    ['fixed:7', false],
  ]);
  expect(replayed[2]!.why).toContain('does not fit into a life');
});

test('a task that needs more than an instance has is given up by every policy', () => {
  const tasks = [task('t', 3, { needs: { cpus: 8, memoryBytes: 0 } }), task('u', 2)];
  const { replayed } = replayOf(tasks, [{ task: 1, start: 0, end: 2, seconds: 2 }], target());
  for (const { unfinishedItems, why } of replayed) {
    expect(unfinishedItems).toBe(3);
    expect(why).toContain('`t`');
  }
});

test('the speed of a simulated target counts', () => {
  const slow = target({ kind: 'simulated', lifespanSeconds: null, instances: { min: 0, max: 1 } });
  const fast = { ...slow, options: { speed: 4 } };
  const makespan = (spec: TargetSpec): number =>
    replayOf(
      [task('t', 10)],
      recorded(
        0,
        Array.from({ length: 10 }, () => 20),
      ),
      spec,
    ).replayed[0]!.makespanSeconds!;
  expect(makespan(slow) / makespan(fast)).toBeGreaterThan(3.5);
});

test('the same recording gives the same replay', () => {
  const seconds = Array.from({ length: 50 }, (_, i) => 1 + (i % 7));
  const once = (): Replay => replayOf([task('t', 50)], recorded(0, seconds), target());
  expect(once()).toEqual(once());
});

test('the bound gives each life its start-up and its overhead', () => {
  const lives = { slots: 1, startupSeconds: 1, lifeSeconds: 10, overheadSeconds: 2 };
  expect(soonestEnd(8, lives)).toBe(11);
  expect(soonestEnd(9, lives)).toBe(11 + 3 + 1);
  expect(soonestEnd(16, lives)).toBe(22);
  expect(soonestEnd(16, { ...lives, slots: 2 })).toBe(11);
  expect(soonestEnd(100, { ...lives, lifeSeconds: null })).toBe(103);
  expect(soonestEnd(1, { ...lives, lifeSeconds: 2 })).toBe(Infinity);
});

test('policies are read as they are written', () => {
  for (const text of ['morsel', 'single', 'fixed:1', 'fixed:250']) expect(policyName(parsePolicy(text)!)).toBe(text);
  for (const text of ['', 'fixed', 'fixed:', 'fixed:0', 'fixed:-1', 'fixed:1.5', 'fixed:x', 'Morsel'])
    expect(parsePolicy(text)).toBeNull();
});
