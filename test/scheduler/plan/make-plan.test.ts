import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePlan, planMakespan } from '../../../scheduler/plan/make-plan.ts';
import type { Plan } from '../../../scheduler/plan/plan.ts';
import { Cancelled } from '../../../scheduler/plan/simulate.ts';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import type { WorkloadTask } from '../../../scheduler/workload.ts';
import { jobOn, target, task, workload } from '../workloads.ts';

const plan = (tasks: WorkloadTask[], spec = target(), model = new PredictiveModel()): Plan =>
  makePlan({ job: jobOn(spec), workload: workload(...tasks), model });

const itemsIn = (made: Plan, name: string): number =>
  made.fragments.flatMap(({ items }) => items).reduce((sum, { task: of, items }) => sum + (of === name ? items : 0), 0);

test('every item is in the plan, and the makespan is about the work shared among the instances', () => {
  const made = plan([task('t', 300, { estimateSeconds: 0.1 })], target({ lifespanSeconds: null }));
  expect(itemsIn(made, 't')).toBe(300);
  expect(made.makespanSeconds.expected).toBeGreaterThan(15);
  expect(made.makespanSeconds.expected).toBeLessThan(17);
  expect(made.makespanSeconds.low).toBeLessThan(made.makespanSeconds.expected);
  expect(made.makespanSeconds.high).toBeGreaterThan(made.makespanSeconds.expected);
  expect(made.utilisation).toBeGreaterThan(0.9);
});

test('no fragment is planned past the end of its instance, and no instance past its lifespan', () => {
  const made = plan([task('t', 400, { estimateSeconds: 0.5 })]);
  const ends = new Map(made.instances.map(({ instance, endSeconds }) => [instance, endSeconds]));
  for (const { instance, endSeconds } of made.fragments) expect(endSeconds).toBeLessThanOrEqual(ends.get(instance)!);
  for (const { startSeconds, endSeconds } of made.instances)
    expect(endSeconds - startSeconds).toBeLessThanOrEqual(20.001);
  expect(made.instances.length).toBeGreaterThan(8);
});

test('a barrier is kept', () => {
  const made = plan([
    task('many', 50, { estimateSeconds: 0.1 }),
    task('one', 1, { estimateSeconds: 0.1, dependsOn: [{ task: 0, on: 'all' }] }),
  ]);
  const last = Math.max(...made.fragments.filter(({ items }) => items[0]!.task === 'many').map((f) => f.endSeconds));
  const after = made.fragments.find(({ items }) => items[0]!.task === 'one')!;
  expect(after.startSeconds).toBeGreaterThanOrEqual(last);
});

test('the critical path leads through the dependencies that end last, and starting up is told from living', () => {
  const made = plan(
    [
      task('short', 4, { estimateSeconds: 0.1 }),
      task('long', 40, { estimateSeconds: 1 }),
      task('each', 40, { estimateSeconds: 0.1, dependsOn: [{ task: 1, on: 'item' }] }),
      task('last', 1, {
        estimateSeconds: 0.1,
        dependsOn: [
          { task: 0, on: 'all' },
          { task: 2, on: 'all' },
        ],
      }),
    ],
    target({ startupSeconds: 3 }),
  );
  expect(made.criticalPath).toEqual(['long', 'each', 'last']);
  expect(made.tasks.at(-1)!.after).toEqual([
    { task: 'short', on: 'all' },
    { task: 'each', on: 'all' },
  ]);
  for (const { askedSeconds, startSeconds } of made.instances) expect(startSeconds - askedSeconds).toBeCloseTo(3);
});

test('what can never finish is said, with the number that led to it, and the plan still ends', () => {
  const made = plan([task('t', 3, { estimateSeconds: 60 })]);
  expect(made.problems).toEqual([
    expect.objectContaining({
      severity: 'error',
      code: 'plan/outlasts-lifespan',
      task: 't',
      message: expect.stringContaining('1 min'),
    }),
  ]);
});

test('what outlasted a whole life before is said to do so again, unless lives are longer now', () => {
  const unended = (lifespanSeconds: number, model = new PredictiveModel()): Plan['problems'] =>
    makePlan({
      job: jobOn(target({ lifespanSeconds })),
      workload: workload(task('t', 3)),
      model,
      unendedSeconds: new Map([['t', 19.5]]),
    }).problems.filter(({ code }) => code === 'plan/outlasts-lifespan');
  expect(unended(20)).toMatchObject([{ severity: 'error', task: 't', message: expect.stringContaining('ran 20 s') }]);
  expect(unended(60)).toEqual([]);
  const some = { key: 't', instanceType: 'here', cost: null, count: 9, load: 0, idleSeconds: 0 };
  const known = new PredictiveModel([{ ...some, seconds: 9, squaredSeconds: 9 }]);
  expect(unended(20, known)).toMatchObject([{ severity: 'warning' }]);
});

test('an item that writes checkpoints may take longer than a life', () => {
  const tasks = [task('t', 3, { estimateSeconds: 60, checkpoint: { graceSeconds: 1 } })];
  const made = plan(tasks, target({ lifespanSeconds: 20, instances: { min: 0, max: 3 } }));
  expect(made.problems).toEqual([]);
  expect(itemsIn(made, 't')).toBe(3);
  expect(made.makespanSeconds.expected).toBeGreaterThan(45);
  expect(made.makespanSeconds.high).toBeLessThan(400);
});

test('a plan counts no further once it is plain that the job can not finish', () => {
  const made = plan([task('t', 20_000, { estimateSeconds: 60 })], target({ lifespanSeconds: 20 }));
  expect(made.problems).toMatchObject([{ code: 'plan/outlasts-lifespan', severity: 'error' }]);
  expect(made.problems[0]!.message).toContain('or give the task a `checkpoint`');
  expect(made.instances.length).toBeLessThan(50);
});

test('a task that needs more than an instance has is said to be hopeless', () => {
  const made = plan([task('t', 3, { needs: { cpus: 8, memoryBytes: 0 } })]);
  expect(made.problems.map(({ code }) => code)).toEqual(['plan/never-finishes']);
});

test('items run side by side where the instance has room', () => {
  const wide = plan([task('t', 400, { estimateSeconds: 0.1 })], target({ cpus: 4, lifespanSeconds: null }));
  expect(wide.makespanSeconds.expected).toBeLessThan(7);
});

test('the single items of many cohorts run side by side too', () => {
  const cohorts = Array.from({ length: 40 }, (_, i) => ({ start: i, end: i + 1, cost: i + 1 }));
  const wide = plan([task('t', 40, { cohorts, estimateSeconds: 1 })], target({ cpus: 4, lifespanSeconds: null }));
  // One after the other they would take 20.
  expect(wide.makespanSeconds.expected).toBeLessThan(12);
});

test('a job that is too large to simulate to its end is extrapolated, and the plan says so', () => {
  const tasks = [task('t', 20_000, { estimateSeconds: 0.5 })];
  const options = { job: jobOn(target()), workload: workload(...tasks), model: new PredictiveModel(), draws: 4 };
  const whole = makePlan(options);
  const part = makePlan({ ...options, mostSteps: 2000 });
  expect(whole.simulatedShare).toBe(1);
  expect(part.simulatedShare).toBeGreaterThan(0);
  expect(part.simulatedShare).toBeLessThan(0.5);
  expect(part.makespanSeconds.expected / whole.makespanSeconds.expected).toBeCloseTo(1, 1);
  expect(part.tasks[0]!.fragments / whole.tasks[0]!.fragments).toBeGreaterThan(0.7);
});

test('the makespan alone is that of the plan', () => {
  const tasks = [task('t', 100, { estimateSeconds: 0.3 })];
  const options = { job: jobOn(target()), workload: workload(...tasks), model: new PredictiveModel() };
  expect(planMakespan(options)).toEqual(makePlan(options).makespanSeconds);
});

test('no items, no time', () => {
  expect(plan([task('t', 0)]).makespanSeconds).toEqual({ low: 0, expected: 0, high: 0 });
});

test('the price is that of the instances', () => {
  const made = plan([task('t', 100, { estimateSeconds: 1 })], target({ lifespanSeconds: null, pricePerHour: 36 }));
  const life = made.instances.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  expect(made.price!.expected).toBeCloseTo(life / 100, 1);
});

test('the same seed gives the same plan', () => {
  const tasks = [task('t', 100, { estimateSeconds: 0.3 })];
  expect(plan(tasks)).toEqual(plan(tasks));
});

test('a million items are planned in fragments, not one by one', () => {
  const made = plan(
    [task('t', 1_000_000, { estimateSeconds: 0.01 })],
    target({ instances: { min: 0, max: 32 }, lifespanSeconds: 600 }),
  );
  expect(itemsIn(made, 't')).toBe(1_000_000);
  expect(made.fragments.length).toBeLessThan(2_000);
});

test('a plan that nobody wants any more stops', () => {
  const spec = target();
  const options = { job: jobOn(spec), workload: workload(task('t', 100)), model: new PredictiveModel() };
  expect(() => makePlan({ ...options, isCancelled: () => true })).toThrow(Cancelled);
});

test('whatever the job, each item is committed once and the plan ends', () => {
  const shape = fc.record({
    counts: fc.array(fc.nat(60), { minLength: 1, maxLength: 5 }),
    seconds: fc.array(fc.double({ min: 0.001, max: 12, noNaN: true }), { minLength: 5, maxLength: 5 }),
    barrier: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    max: fc.integer({ min: 1, max: 5 }),
    cpus: fc.integer({ min: 1, max: 3 }),
    lifespanSeconds: fc.option(fc.integer({ min: 40, max: 200 })),
    every: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(shape, ({ counts, seconds, barrier, max, cpus, lifespanSeconds, every }) => {
      const tasks = counts.map((count, i) =>
        task(`t${i}`, count, {
          estimateSeconds: seconds[i]!,
          safePoint: i % 2 === 0 ? { kind: 'auto' } : { kind: 'items', everyItems: every },
          dependsOn: i > 0 && barrier[i] ? [{ task: i - 1, on: 'all' }] : [],
        }),
      );
      const made = plan(tasks, target({ instances: { min: 0, max }, cpus, lifespanSeconds }));
      expect(made.problems.filter(({ code }) => code === 'plan/never-finishes')).toEqual([]);
      expect(Number.isFinite(made.makespanSeconds.expected)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

describe('advice', () => {
  const codes = (made: Plan): string[] => made.problems.map(({ code, severity }) => `${severity} ${code}`);

  test('safe points that cost more than they save', () => {
    const every = (everyItems: number): Plan =>
      plan([task('t', 4000, { estimateSeconds: 0.02, safePoint: { kind: 'items', everyItems } })]);
    expect(codes(every(1))).toEqual(['info plan/safe-point-costs']);
    expect(every(1).problems[0]!.message).toMatch(/cost 20 % of its time.*`safepoint auto`/);
    expect(codes(every(50))).toEqual([]);
    expect(codes(plan([task('t', 4000, { estimateSeconds: 0.02 })]))).toEqual([]);
    // Nothing is said of what would save no more than a moment, or is done already.
    expect(
      codes(plan([task('t', 40, { estimateSeconds: 0.02, safePoint: { kind: 'items', everyItems: 1 } })])),
    ).toEqual([]);
    const done = { upToDate: [{ start: 0, end: 4000 }] };
    expect(
      codes(plan([task('t', 4000, { estimateSeconds: 0.02, safePoint: { kind: 'items', everyItems: 1 }, ...done })])),
    ).toEqual([]);
    // Nothing is said of what nobody knows.
    expect(codes(plan([task('t', 40, { safePoint: { kind: 'items', everyItems: 1 } })]))).toEqual([]);
  });

  test('needs that leave an instance half empty', () => {
    const needs = (cpus: number, memoryBytes = 0): Plan =>
      plan([task('t', 8, { estimateSeconds: 1, needs: { cpus, memoryBytes } })], target({ cpus: 4, memoryBytes: 4e9 }));
    expect(codes(needs(1))).toEqual([]);
    expect(codes(needs(3))).toEqual([]);
    expect(codes(needs(1, 3e9))).toEqual(['info plan/half-empty']);
    expect(needs(1, 3e9).problems[0]!.message).toMatch(/1 of 4 cpus.*its memory has room for 1 item/);
  });

  test('a lifespan that wastes more than a tenth', () => {
    const lives = (lifespanSeconds: number): Plan =>
      plan([task('t', 600, { estimateSeconds: 1 })], target({ lifespanSeconds, startupSeconds: 5 }));
    expect(codes(lives(200))).toEqual([]);
    const short = lives(30).problems.filter(({ code }) => code === 'plan/lifespan-waste');
    expect(short).toMatchObject([
      {
        severity: 'info',
        task: null,
        message: expect.stringMatching(/^1\d(\.\d)? % of the instances' time is wasted.*% starting up/),
      },
    ]);
  });

  test('a lifespan that would do is proposed', () => {
    const [problem] = plan([task('t', 3, { estimateSeconds: 60 })]).problems;
    expect(problem!.betterLifespanSeconds).toBeGreaterThan(60);
    expect(
      plan([task('t', 3, { estimateSeconds: 60 })], target({ lifespanSeconds: problem!.betterLifespanSeconds }))
        .problems,
    ).toEqual([]);
  });
});
