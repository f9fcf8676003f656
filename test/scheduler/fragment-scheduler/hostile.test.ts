/**
 * The scheduler against instances that fail to start, die, are called back, repeat themselves and report late, with pauses
 * and a kill of the run's process in between. `MORSEL_COURSES=5000 vitest run …` looks at more courses than the suite does.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CoreEvent, Decision } from '../../../scheduler/fragment-scheduler/events.ts';
import { FragmentScheduler, type SchedulerOptions } from '../../../scheduler/fragment-scheduler/scheduler.ts';
import type { TargetSpec } from '../../../scheduler/job-spec.ts';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import { overheadsOf } from '../../../scheduler/safe-points/overheads.ts';
import type { Workload, WorkloadTask } from '../../../scheduler/workload.ts';
import { target, task, workload } from '../workloads.ts';
import { HostileWorld, type Hostility } from './hostile-world.ts';
import { Ledger } from './ledger.ts';

const COURSES = Number(process.env['MORSEL_COURSES'] ?? 300);
const MOST_EVENTS = 10_000;

interface Course {
  work: Workload;
  spec: TargetSpec;
  hostility: Hostility;
  pauses: { at: number; seconds: number }[];
  /** After so many events the run's process is killed and goes on from what was committed. */
  killAfter: number | null;
}

const share = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 100 * max }).map((hundredths) => hundredths / 100);

const hostility = fc.record({
  seed: fc.nat(1_000_000),
  failedStarts: share(0.6),
  meanLifeSeconds: fc.constantFrom(10, 60, 1000, Infinity),
  calledBack: share(0.5),
  failingItems: share(0.2),
  deadlyItems: share(0.05),
  itemSeconds: fc.constantFrom(0.001, 0.05, 1, 5),
  tail: fc.constantFrom(0, 0.3, 1),
  smallInstances: fc.constantFrom(0, 0, 0.3, 1),
  repeatedReports: share(0.3),
});

interface TaskShape {
  count: number;
  cohorts: number;
  /** Which earlier task it waits for, if any, and how. */
  after: number | null;
  on: 'item' | 'all';
  cpus: number;
  commitEach: boolean;
  estimateSeconds: number | null;
  upToDate: boolean;
}

const taskShape: fc.Arbitrary<TaskShape> = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  cohorts: fc.integer({ min: 1, max: 5 }),
  after: fc.option(fc.nat(5)),
  on: fc.constantFrom('item' as const, 'all' as const),
  cpus: fc.integer({ min: 0, max: 5 }),
  commitEach: fc.boolean(),
  estimateSeconds: fc.option(fc.constantFrom(0.001, 1, 30)),
  upToDate: fc.boolean(),
});

function tasksOf(shapes: readonly TaskShape[]): WorkloadTask[] {
  const tasks: WorkloadTask[] = [];
  for (const [index, shape] of shapes.entries()) {
    const upstream = shape.after === null || index === 0 ? null : shape.after % index;
    const isChained = upstream !== null && shape.on === 'item';
    const count = isChained ? tasks[upstream]!.count : shape.count;
    const cuts = Array.from({ length: shape.cohorts + 1 }, (_, i) => Math.floor((count * i) / shape.cohorts));
    const ownCohorts = cuts.slice(1).map((end, i) => ({ start: cuts[i]!, end, cost: 1 + 3 * i }));
    tasks.push(
      task(`t${index}`, count, {
        cohorts: isChained ? tasks[upstream]!.cohorts : ownCohorts.filter(({ start, end }) => start < end),
        dependsOn: upstream === null ? [] : [{ task: upstream, on: shape.on }],
        needs: { cpus: shape.cpus, memoryBytes: 0 },
        commitEach: shape.commitEach,
        estimateSeconds: shape.estimateSeconds,
        upToDate: shape.upToDate && upstream === null ? [{ start: 0, end: count >> 1 }] : [],
      }),
    );
  }
  return tasks;
}

const course: fc.Arbitrary<Course> = fc
  .record({
    shapes: fc.array(taskShape, { minLength: 1, maxLength: 6 }),
    max: fc.integer({ min: 1, max: 6 }),
    min: fc.nat(6),
    cpus: fc.integer({ min: 1, max: 4 }),
    lifespanSeconds: fc.constantFrom(null, 20, 60, 300),
    hostility,
    pauses: fc.array(fc.record({ at: fc.nat(100), seconds: fc.integer({ min: 1, max: 30 }) }), { maxLength: 2 }),
    killAfter: fc.option(fc.nat(200)),
  })
  .map(({ shapes, max, min, cpus, lifespanSeconds, ...rest }) => ({
    work: workload(...tasksOf(shapes)),
    spec: target({ instances: { min: Math.min(min, max), max }, cpus, lifespanSeconds }),
    ...rest,
  }));

test('whatever happens, the job ends, and every item is run when it may and is committed, failed or skipped once', () => {
  fc.assert(
    fc.property(course, (each) => {
      const { logs } = play(each);
      for (const { options, events, decisions } of logs) expect(replay(options(), events)).toBe(decisions.join('\n'));
    }),
    { numRuns: COURSES },
  );
});

/** One process of a run: what it was told and what it decided. */
interface ProcessLog {
  options: () => SchedulerOptions;
  events: CoreEvent[];
  decisions: string[];
}

function play({ work, spec, hostility: how, pauses, killAfter }: Course): { ledger: Ledger; logs: ProcessLog[] } {
  const world = new HostileWorld(work, spec, how);
  const ledger = new Ledger(work, spec);
  const logs: ProcessLog[] = [];
  let fragments = 0;
  let killAt = killAfter ?? Infinity;
  let scheduler = begin();
  for (const { at, seconds } of pauses) {
    world.at(at, () => ({ kind: 'pause', now: world.now }));
    world.at(at + seconds, () => ({ kind: 'resume', now: world.now }));
  }
  tell({ kind: 'wake', now: 0 });
  for (let count = 1; !ledger.isFinished; count++) {
    if (count > MOST_EVENTS) throw new Error('it goes on for ever');
    if (count > killAt) {
      killAt = Infinity;
      world.loseEverything();
      ledger.loseEverything();
      scheduler = begin();
      tell({ kind: 'wake', now: world.now });
      continue;
    }
    const event = world.next();
    if (!event) throw new Error('it waits for ever');
    ledger.happened(event);
    tell(event);
  }
  return { ledger, logs };

  function begin(): FragmentScheduler {
    const restore = { settled: ledger.settled(), fragments };
    const options = (): SchedulerOptions => ({
      workload: work,
      target: spec,
      model: new PredictiveModel(),
      overheads: overheadsOf(spec),
      restore,
    });
    logs.push({ options, events: [], decisions: [] });
    return new FragmentScheduler(options());
  }

  function tell(event: CoreEvent): void {
    const decisions = scheduler.handle(event);
    logs.at(-1)!.events.push(event);
    logs.at(-1)!.decisions.push(JSON.stringify(decisions));
    for (const decision of decisions) {
      ledger.decided(decision, event.now);
      carryOut(decision);
    }
  }

  function carryOut(decision: Decision): void {
    if (decision.kind === 'assign') {
      fragments = decision.fragment.id + 1;
      world.assign(decision.fragment);
    }
    if (decision.kind === 'split') world.split(decision.instance, decision.fragment);
    if (decision.kind === 'start-instance') world.start(`i${ledger.started}`);
    if (decision.kind === 'retire-instance') world.stop(decision.instance);
    if (decision.kind === 'wake') world.at(decision.at, () => ({ kind: 'wake', now: world.now }));
  }
}

function replay(options: SchedulerOptions, events: readonly CoreEvent[]): string {
  const scheduler = new FragmentScheduler(options);
  return events.map((event) => JSON.stringify(scheduler.handle(event))).join('\n');
}
