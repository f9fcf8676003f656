import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CoreEvent, Decision, Fragment } from '../../../scheduler/fragment-scheduler/events.ts';
import { FragmentScheduler, type SchedulerOptions } from '../../../scheduler/fragment-scheduler/scheduler.ts';
import { uniform } from '../../../scheduler/plan/random.ts';
import { VirtualWorld } from '../../../scheduler/plan/virtual-world.ts';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../../scheduler/predictive-model/observation.ts';
import { overheadsOf } from '../../../scheduler/safe-points/overheads.ts';
import type { Workload, WorkloadTask } from '../../../scheduler/workload.ts';
import { target, task, workload } from '../workloads.ts';

const overheads = overheadsOf(target());

function schedulerFor(tasks: WorkloadTask[], more: Partial<SchedulerOptions> = {}): FragmentScheduler {
  return new FragmentScheduler({
    workload: workload(...tasks),
    target: target(),
    model: new PredictiveModel(),
    overheads,
    ...more,
  });
}

const kinds = (decisions: Decision[]): string[] => decisions.map(({ kind }) => kind);
const assigned = (decisions: Decision[]): Fragment =>
  decisions.flatMap((decision) => (decision.kind === 'assign' ? [decision.fragment] : []))[0]!;
const up = (now: number, instance: string, deadline: number | null = now + 20): CoreEvent => ({
  kind: 'instance-up',
  now,
  instance,
  type: 'here',
  cpus: 1,
  memoryBytes: null,
  deadline,
});
const committed = (now: number, fragment: Fragment, seconds = 1): CoreEvent => ({
  kind: 'safe-point',
  now,
  instance: fragment.instance,
  fragment: fragment.id,
  outcomes: fragment.pieces.map(({ task: of, start, end }) => ({
    task: of,
    start,
    end,
    state: 'committed',
    seconds: seconds * (end - start),
    squaredSeconds: seconds ** 2 * (end - start),
  })),
});
const ended = (now: number, { instance, id }: Fragment): CoreEvent => ({
  kind: 'fragment-end',
  now,
  instance,
  fragment: id,
  how: 'done',
});

test('asks for as many instances as the target has, but for no more than there are items', () => {
  expect(kinds(schedulerFor([task('t', 10)]).handle({ kind: 'wake', now: 0 }))).toEqual([
    'start-instance',
    'start-instance',
  ]);
  expect(kinds(schedulerFor([task('t', 1)]).handle({ kind: 'wake', now: 0 }))).toEqual(['start-instance']);
});

test('a job without items is finished at once', () => {
  expect(kinds(schedulerFor([task('t', 0)]).handle({ kind: 'wake', now: 0 }))).toEqual(['finished']);
});

test('fragments begin small and grow as the task is learnt', () => {
  const scheduler = schedulerFor([task('t', 1000)], {
    target: target({ instances: { min: 0, max: 1 }, lifespanSeconds: null }),
  });
  scheduler.handle({ kind: 'wake', now: 0 });
  let fragment = assigned(scheduler.handle(up(0, 'a', null)));
  const sizes: number[] = [];
  for (let now = 1; now < 8; now++) {
    sizes.push(fragment.pieces.reduce((sum, { start, end }) => sum + end - start, 0));
    scheduler.handle(committed(now, fragment, 0.01));
    fragment = assigned(scheduler.handle(ended(now, fragment)));
  }
  expect(sizes[4]).toBeGreaterThan(100);
  expect(sizes.slice(0, 4)).toEqual([1, 2, 6, 18]);
});

test('a fragment fits into what is left of the life of the instance that asks', () => {
  const scheduler = schedulerFor([task('t', 1000, { estimateSeconds: 1 })], { model: seasoned('t', 1) });
  scheduler.handle({ kind: 'wake', now: 0 });
  const fragment = assigned(scheduler.handle(up(0, 'a', 7)));
  expect(fragment.limit).toBe('lifespan');
  expect(fragment.predictedSeconds.expected).toBeLessThanOrEqual(7);
  expect(fragment.predictedSeconds.expected).toBeGreaterThan(5);
});

test('an instance that has too little life left for any item is retired, and replaced', () => {
  const scheduler = schedulerFor([task('t', 1000)], { model: seasoned('t', 5) });
  scheduler.handle({ kind: 'wake', now: 0 });
  const fragment = assigned(scheduler.handle(up(0, 'a', 20)));
  scheduler.handle(committed(16, fragment, 5));
  const decisions = scheduler.handle(ended(16, fragment));
  expect(decisions).toContainEqual({ kind: 'retire-instance', instance: 'a', reason: 'too-little-life' });
  expect(kinds(scheduler.handle({ kind: 'instance-down', now: 16, instance: 'a', reason: 'retired' }))).toContain(
    'start-instance',
  );
});

test('the first item of a task of which nothing is known is not begun late in a life', () => {
  const tasks = [task('known', 10), task('unknown', 1, { dependsOn: [{ task: 0, on: 'all' }] })];
  const scheduler = schedulerFor(tasks, {
    model: seasoned('known', 0.1),
    target: target({ instances: { min: 0, max: 1 } }),
  });
  scheduler.handle({ kind: 'wake', now: 0 });
  const decisions = runToEnd(scheduler, scheduler.handle(up(0, 'a', 20)), 12);
  expect(decisions).toContainEqual({ kind: 'retire-instance', instance: 'a', reason: 'too-little-life' });
});

test('what an instance had in hand when it ended is given to another', () => {
  const scheduler = schedulerFor([task('t', 4)], {
    target: target({ instances: { min: 0, max: 1 } }),
    model: seasoned('t', 1),
  });
  scheduler.handle({ kind: 'wake', now: 0 });
  const lost = assigned(scheduler.handle(up(0, 'a')));
  scheduler.handle({ kind: 'instance-down', now: 1, instance: 'a', reason: 'killed' });
  const again = assigned(scheduler.handle(up(2, 'b', 22)));
  expect(again.pieces[0]).toMatchObject({ task: 0, start: lost.pieces[0]!.start });
});

test('a report of an instance thought dead changes nothing', () => {
  const scheduler = schedulerFor([task('t', 4)], { model: seasoned('t', 1) });
  scheduler.handle({ kind: 'wake', now: 0 });
  const fragment = assigned(scheduler.handle(up(0, 'a')));
  scheduler.handle({ kind: 'instance-down', now: 1, instance: 'a', reason: 'lost' });
  expect(scheduler.holds('a', fragment.id)).toBe(false);
  scheduler.handle(committed(2, fragment));
  expect(scheduler.counts()[0]).toMatchObject({ committed: 0, ready: 4 });
});

test('an item that outlasts whole lives is given up, and the rest goes on', () => {
  const scheduler = schedulerFor([task('t', 2), task('u', 1, { dependsOn: [{ task: 0, on: 'all' }] })]);
  scheduler.handle({ kind: 'wake', now: 0 });
  const decisions: Decision[] = [];
  for (let life = 0; life < 1; life++) {
    decisions.push(...scheduler.handle(up(life * 20, `i${life}`)));
    decisions.push(
      ...scheduler.handle({
        kind: 'instance-down',
        now: life * 20 + 20,
        instance: `i${life}`,
        reason: 'its lifespan ended',
      }),
    );
  }
  const gaveUp = decisions.find(({ kind }) => kind === 'give-up');
  expect(gaveUp).toMatchObject({ task: 0, start: 0, end: 1, why: expect.stringContaining('whole life') });
  expect(decisions).toContainEqual({ kind: 'skip', task: 1, start: 0, end: 1, because: 0 });
  expect(scheduler.counts()[0]).toMatchObject({ failed: 1 });
});

/** Runs a job of one item on instances that don't know their end, one after the other; returns what became of the item. */
function onLives(livesSeconds: readonly number[], itemSeconds: number): { outcome: string; lives: number } {
  const scheduler = schedulerFor([task('t', 1)], {
    target: target({ instances: { min: 0, max: 1 }, lifespanSeconds: null }),
  });
  scheduler.handle({ kind: 'wake', now: 0 });
  let now = 0;
  for (const [life, seconds] of livesSeconds.entries()) {
    const instance = `i${life}`;
    const fragment = assigned(scheduler.handle(up(now, instance, null)));
    if (itemSeconds <= seconds) {
      scheduler.handle(committed(now + itemSeconds, fragment, itemSeconds));
      return { outcome: scheduler.counts()[0]!.committed === 1 ? 'committed' : 'lost', lives: life + 1 };
    }
    now += seconds;
    const decisions = scheduler.handle({ kind: 'instance-down', now, instance, reason: 'it was taken back' });
    if (kinds(decisions).includes('give-up')) return { outcome: 'give-up', lives: life + 1 };
  }
  return { outcome: 'none', lives: livesSeconds.length };
}

test('an item that instances die under by bad luck is tried until one of them lives long enough', () => {
  const short = Array.from({ length: 16 }, (_, i) => 300 + ((37 * i) % 160) * 4);
  expect(onLives([...short, 1500], 1000)).toEqual({ outcome: 'committed', lives: 17 });
});

test('an item that takes its instances with it at once is given up soon', () => {
  const { outcome, lives } = onLives(
    Array.from({ length: 200 }, () => 5),
    1000,
  );
  expect(outcome).toBe('give-up');
  expect(lives).toBeLessThan(30);
});

test('calls off instances that wait in a queue when there are fewer items that could go to them', () => {
  const four = target({ instances: { min: 0, max: 4 } });
  const options = { target: four, model: seasoned('t', 5), instancesQueue: true };
  const scheduler = schedulerFor([task('t', 4)], options);
  expect(kinds(scheduler.handle({ kind: 'wake', now: 0 }))).toEqual(Array(4).fill('start-instance'));
  let decisions = scheduler.handle(up(1, 'a', null));
  let waiting = 3;
  for (let now = 6; kinds(decisions).includes('assign'); now += 5) {
    const fragment = assigned(decisions);
    waiting -= kinds(decisions).filter((kind) => kind === 'withdraw-instance').length;
    const held = fragment.pieces.reduce((sum, { start, end }) => sum + end - start, 0);
    // Its first item is under way; all others could go elsewhere.
    const elsewhere = scheduler.counts()[0]!.ready + held - 1;
    expect(waiting).toBe(Math.min(3, elsewhere));
    scheduler.handle(committed(now, fragment, 5));
    decisions = scheduler.handle(ended(now, fragment));
  }
  expect(kinds(decisions)).toContain('finished');
});

test('if no instance can be started the job is given up with the reason, after some patience', () => {
  const scheduler = schedulerFor([task('t', 2)]);
  let decisions = scheduler.handle({ kind: 'wake', now: 0 });
  let now = 0;
  let names = 0;
  for (let tries = 0; tries < 100 && !kinds(decisions).includes('finished'); tries++) {
    const starts = decisions.filter(({ kind }) => kind === 'start-instance').length;
    const wake = decisions.find((decision) => decision.kind === 'wake');
    decisions = [];
    for (let i = 0; i < starts; i++)
      decisions.push(
        ...scheduler.handle({ kind: 'instance-down', now, instance: `x${names++}`, reason: 'no such host' }),
      );
    if (starts > 0) continue;
    now = wake?.at ?? now + 60;
    decisions.push(...scheduler.handle({ kind: 'wake', now }));
  }
  expect(decisions.find(({ kind }) => kind === 'give-up')).toMatchObject({
    why: expect.stringContaining('no such host'),
  });
  expect(kinds(decisions)).toContain('finished');
});

test('instances that were there before are waited for longer', () => {
  const scheduler = schedulerFor([task('t', 100)], { target: target({ instances: { min: 1, max: 1 } }) });
  scheduler.handle({ kind: 'wake', now: 0 });
  scheduler.handle(up(0, 'a'));
  expect(scheduler.isOutOfReach).toBe(false);
  let decisions = scheduler.handle({ kind: 'instance-down', now: 1, instance: 'a', reason: 'its connection broke' });
  let now = 1;
  for (let failures = 0; now < 600; failures++) {
    expect(kinds(decisions)).toContain('start-instance');
    decisions = scheduler.handle({ kind: 'instance-down', now, instance: `x${failures}`, reason: 'no route to it' });
    expect(kinds(decisions)).not.toContain('give-up');
    expect(scheduler.isOutOfReach).toBe(true);
    now = decisions.find((decision) => decision.kind === 'wake')!.at;
    decisions = scheduler.handle({ kind: 'wake', now });
  }
});

test('an instance that ended is followed by another at once, however long those that can not be had are waited for', () => {
  const scheduler = schedulerFor([task('t', 100)], { target: target({ instances: { min: 2, max: 2 } }) });
  scheduler.handle({ kind: 'wake', now: 0 });
  scheduler.handle(up(0, 'a'));
  const start: Decision = { kind: 'start-instance' };
  let now = 0;
  for (let failures = 0; failures < 4; failures++) {
    const decisions = scheduler.handle({
      kind: 'instance-down',
      now,
      instance: `x${failures}`,
      reason: 'no such host',
    });
    expect(decisions).not.toContainEqual(start);
    now = decisions.find((decision) => decision.kind === 'wake')!.at;
    expect(scheduler.handle({ kind: 'wake', now })).toContainEqual(start);
  }
  const last = scheduler.handle({ kind: 'instance-down', now, instance: 'x9', reason: 'no such host' });
  expect(last).not.toContainEqual(start);
  const replaced = scheduler.handle({ kind: 'instance-down', now: now + 0.1, instance: 'a', reason: 'its life ended' });
  expect(replaced.filter(({ kind }) => kind === 'start-instance')).toHaveLength(1);
});

test('when nothing is left in the queue, an idle instance is given part of what a slow one still has', () => {
  const scheduler = schedulerFor([task('t', 100)], {
    model: seasoned('t', 0.1),
    target: target({ lifespanSeconds: null }),
  });
  scheduler.handle({ kind: 'wake', now: 0 });
  let decisions = scheduler.handle(up(0, 'quick', null));
  const slow = assigned(scheduler.handle(up(0, 'slow', null)));
  for (let now = 1; kinds(decisions).includes('assign'); now++) {
    const fragment = assigned(decisions);
    scheduler.handle(committed(now, fragment, 0.1));
    decisions = scheduler.handle(ended(now, fragment));
  }
  expect(decisions).toContainEqual({ kind: 'split', instance: 'slow', fragment: slow.id });
  const shared = scheduler.handle({ kind: 'fragment-end', now: 9, instance: 'slow', fragment: slow.id, how: 'split' });
  expect(kinds(shared).filter((kind) => kind === 'assign')).toHaveLength(2);
});

test('while paused nothing new is assigned, and what runs is cut at its next safe point', () => {
  const scheduler = schedulerFor([task('t', 100)], { model: seasoned('t', 0.1) });
  scheduler.handle({ kind: 'wake', now: 0 });
  const fragment = assigned(scheduler.handle(up(0, 'a')));
  expect(kinds(scheduler.handle({ kind: 'pause', now: 1 }))).toEqual(['split']);
  expect(
    kinds(scheduler.handle({ kind: 'fragment-end', now: 1, instance: 'a', fragment: fragment.id, how: 'split' })),
  ).toEqual([]);
  expect(kinds(scheduler.handle({ kind: 'resume', now: 2 }))).toContain('assign');
});

test('a run that goes on from a journal runs nothing again', () => {
  const settled = [{ task: 0, start: 0, end: 3, state: 'committed' as const }];
  const scheduler = schedulerFor([task('t', 4)], { restore: { settled, fragments: 7 } });
  scheduler.handle({ kind: 'wake', now: 0 });
  const fragment = assigned(scheduler.handle(up(0, 'a')));
  expect(fragment.id).toBe(7);
  expect(fragment.pieces).toMatchObject([{ start: 3, end: 4 }]);
});

test('whatever instances do, every item is committed exactly once and the job ends', () => {
  const world = fc.record({
    seed: fc.nat(),
    counts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    meanLife: fc.integer({ min: 15, max: 200 }),
    itemSeconds: fc.double({ min: 0.01, max: 4, noNaN: true }),
    max: fc.integer({ min: 1, max: 6 }),
    chained: fc.boolean(),
  });
  fc.assert(
    fc.property(world, ({ seed, counts, meanLife, itemSeconds, max, chained }) => {
      const count = counts[0]!;
      const tasks = counts.map((own, i) =>
        chained
          ? task(`t${i}`, count, { dependsOn: i > 0 ? [{ task: i - 1, on: 'item' }] : [] })
          : task(`t${i}`, own, { dependsOn: i > 0 ? [{ task: 0, on: 'all' }] : [] }),
      );
      const random = uniform(seed);
      const commits = play(workload(...tasks), max, {
        itemSeconds: () => itemSeconds * (0.5 + random()),
        hiddenLifeSeconds: () => -meanLife * Math.log(1 - random()),
      });
      for (const [index, { count: items }] of tasks.entries()) {
        expect(
          commits
            .filter(([of]) => of === index)
            .map(([, item]) => item)
            .toSorted((a, b) => a - b),
        ).toEqual(Array.from({ length: items }, (_, i) => i));
      }
    }),
    { numRuns: 150 },
  );
});

/** The model, and by which names it was told of items whose end it has not heard of. */
class Watched extends PredictiveModel {
  readonly unended = new Set<string>();

  override observeUnended(name: string, observation: Observation): void {
    this.unended.add(name);
    super.observeUnended(name, observation);
  }

  override ended(name: string, key: string): void {
    this.unended.delete(name);
    super.ended(name, key);
  }
}

/** Runs a workload in a virtual world whose instances end without warning; returns each commit as [task, item]. */
function play(
  work: Workload,
  max: number,
  chance: { itemSeconds: () => number; hiddenLifeSeconds: () => number },
): [number, number][] {
  const spec = target({ instances: { min: 0, max }, lifespanSeconds: 60 });
  const world = new VirtualWorld({ workload: work, target: spec, overheads, ...chance });
  const model = new Watched();
  const scheduler = new FragmentScheduler({ workload: work, target: spec, model, overheads });
  const commits: [number, number][] = [];
  let started = 0;
  let decisions = scheduler.handle({ kind: 'wake', now: 0 });
  for (let events = 0; ; events++) {
    expect(events).toBeLessThan(100_000);
    for (const decision of decisions) {
      if (decision.kind === 'finished') {
        expect([...model.unended]).toEqual([]);
        return commits;
      }
      if (decision.kind === 'assign') world.assign(decision.fragment);
      if (decision.kind === 'split') world.split(decision.instance, decision.fragment);
      if (decision.kind === 'start-instance') world.start(`i${started++}`);
      if (decision.kind === 'retire-instance') world.stop(decision.instance);
      if (decision.kind === 'wake') world.wakeAt(decision.at);
      expect(decision.kind).not.toBe('give-up');
    }
    const event = world.next();
    if (!event) throw new Error('nothing is under way, and the job is not finished');
    if (event.kind === 'safe-point' && scheduler.holds(event.instance, event.fragment)) {
      for (const { task: of, start, end } of event.outcomes) for (let i = start; i < end; i++) commits.push([of, i]);
    }
    decisions = scheduler.handle(event);
  }
}

/** Commits every fragment at `now`, one after the other, until none is assigned any more; returns the last decisions. */
function runToEnd(scheduler: FragmentScheduler, first: Decision[], now: number): Decision[] {
  let decisions = first;
  while (kinds(decisions).includes('assign')) {
    const fragment = assigned(decisions);
    scheduler.handle(committed(now, fragment, 0.1));
    decisions = scheduler.handle(ended(now, fragment));
  }
  return decisions;
}

/** A model that has seen many items of a task, each as long as the other. */
function seasoned(key: string, seconds: number): PredictiveModel {
  const once = {
    key,
    instanceType: 'here',
    cost: null,
    count: 20,
    seconds: 20 * seconds,
    squaredSeconds: 20 * seconds ** 2,
  };
  return new PredictiveModel(Array.from({ length: 20 }, () => ({ ...once, load: 0, idleSeconds: 0 })));
}

test('an item that failed goes on with the tries that it has left, also where its instance died in the middle of one', () => {
  const scheduler = schedulerFor([task('t', 1)], { target: target({ instances: { min: 0, max: 1 } }) });
  scheduler.handle({ kind: 'wake', now: 0 });
  let now = 1;
  for (const tries of [1, 2, 3]) {
    const instance = `i${tries}`;
    const fragment = assigned(scheduler.handle(up(now, instance)));
    expect(fragment.pieces).toMatchObject([{ start: 0, end: 1, ...(tries > 1 && { failedTries: tries - 1 }) }]);
    scheduler.handle({
      kind: 'tried',
      now: now + 1,
      instance,
      fragment: fragment.id,
      tries: [{ task: 0, position: 0, tries }],
    });
    scheduler.handle({ kind: 'instance-down', now: now + 2, instance, reason: 'gone' });
    now += 10;
  }
  // A try that is told of late, by an instance that is gone, changes nothing.
  scheduler.handle({ kind: 'tried', now, instance: 'i1', fragment: 0, tries: [{ task: 0, position: 0, tries: 9 }] });
  expect(assigned(scheduler.handle(up(now, 'i4'))).pieces).toMatchObject([{ failedTries: 3 }]);
});

test('never asks to be woken so soon that a clock which rounds could not tell the time from now', () => {
  const scheduler = schedulerFor([task('t', 4)], { target: target({ instances: { min: 0, max: 1 } }) });
  scheduler.handle({ kind: 'wake', now: 0 });
  scheduler.handle({ kind: 'instance-down', now: 1, instance: 'i1', reason: 'no such host' });
  const woken = scheduler.handle({ kind: 'wake', now: 2 - 1e-9 });
  for (const decision of woken) if (decision.kind === 'wake') expect(decision.at).toBeGreaterThan(2 + 1e-3);
  expect(woken.length).toBeGreaterThan(0);
});

test('of a cancelled task nothing more begins, what is under way ends, and what waits for it is skipped', () => {
  const scheduler = schedulerFor([task('t', 9), task('u', 2, { dependsOn: [{ task: 0, on: 'all' }] }), task('v', 3)], {
    target: target({ instances: { min: 0, max: 1 } }),
    model: seasoned('t', 1),
  });
  scheduler.handle({ kind: 'wake', now: 0 });
  const fragment = assigned(scheduler.handle(up(0, 'a', 1e6)));
  const decisions = scheduler.handle({ kind: 'cancel', now: 1, tasks: [0] });
  const ofCancelled = fragment.pieces.filter((piece) => piece.task === 0);
  const running = ofCancelled.reduce((sum, { start, end }) => sum + end - start, 0);
  expect(decisions).toContainEqual({ kind: 'split', instance: 'a', fragment: fragment.id });
  expect(scheduler.counts()[0]).toMatchObject({ running, failed: 9 - running });
  scheduler.handle({ kind: 'fragment-end', now: 2, instance: 'a', fragment: fragment.id, how: 'split' });
  expect(scheduler.counts()[0]).toMatchObject({ committed: 0, running: 0, failed: 9 });
  expect(scheduler.counts()[1]).toMatchObject({ skipped: 2 });
  expect(scheduler.counts()[2]!.failed).toBe(0);
});
