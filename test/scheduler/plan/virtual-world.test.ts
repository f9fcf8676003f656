import { expect, test } from 'vitest';
import { UNWEIGHED } from '../../../scheduler/fragment-scheduler/events.ts';
import type { CoreEvent, Fragment } from '../../../scheduler/fragment-scheduler/events.ts';
import { VirtualWorld, type WorldOptions } from '../../../scheduler/plan/virtual-world.ts';
import { target, task, workload } from '../workloads.ts';

const OVERHEADS = {
  startupSeconds: 1,
  dispatchSeconds: 0,
  coldSeconds: 0,
  safePointSeconds: 0,
  meanTimeBetweenFailuresSeconds: Infinity,
};

function fragmentOf(items: number, everyItems = 0): Fragment {
  const nothing = { low: 0, expected: 0, high: 0 };
  const piece = { task: 0, start: 0, end: items, everyItems, everySeconds: null, itemSeconds: nothing };
  return { id: 0, instance: 'i', pieces: [piece], predictedSeconds: nothing, limit: 'share', sizing: UNWEIGHED };
}

/** An instance that is up. */
function worldWith(options: Partial<WorldOptions>): { world: VirtualWorld; up: CoreEvent | null } {
  const world = new VirtualWorld({
    workload: workload(task('t', 100)),
    target: target({ lifespanSeconds: 20 }),
    overheads: OVERHEADS,
    itemSeconds: () => 1,
    ...options,
  });
  world.start('i');
  return { world, up: world.next() };
}

function rest(world: VirtualWorld): CoreEvent[] {
  const events: CoreEvent[] = [];
  for (let event = world.next(); event; event = world.next()) events.push(event);
  return events;
}

const committed = (events: readonly CoreEvent[]): number =>
  events
    .flatMap((event) => (event.kind === 'safe-point' ? event.outcomes : []))
    .reduce((sum, { start, end }) => sum + end - start, 0);

test('a fragment that its instance would not outlive can be split, and what has begun is saved', () => {
  const { world } = worldWith({
    itemSeconds: ({ start }) => (start < 30 ? 0.5 : 9),
    alikeUntil: ({ start }) => start + 1,
  });
  world.assign(fragmentOf(40));
  world.wakeAt(5.2);
  expect(world.next()).toMatchObject({ kind: 'wake' });
  world.split('i', 0);
  const events = rest(world);
  expect(events[0]).toMatchObject({ kind: 'safe-point', now: 5.5 });
  expect(committed(events)).toBe(9);
  expect(events[1]).toMatchObject({ kind: 'fragment-end', how: 'split' });
});

test('without a split it is lost with its instance', () => {
  const { world } = worldWith({
    itemSeconds: ({ start }) => (start < 30 ? 0.5 : 9),
    alikeUntil: ({ start }) => start + 1,
  });
  world.assign(fragmentOf(40));
  expect(rest(world).map(({ kind }) => kind)).toEqual(['instance-down']);
});

test('safe points after every so many items are kept where each item takes another time', () => {
  const { world } = worldWith({ itemSeconds: ({ start }) => 0.1 * (start + 1), alikeUntil: ({ start }) => start + 1 });
  world.assign(fragmentOf(10, 3));
  const sizes = rest(world).flatMap((event) =>
    event.kind === 'safe-point' ? [event.outcomes.reduce((sum, { start, end }) => sum + end - start, 0)] : [],
  );
  expect(sizes).toEqual([3, 3, 3, 1]);
});

test('an instance comes up with the type and the load that it is to have, and a part of its life behind it', () => {
  const { world, up } = worldWith({ instanceType: (id) => `type of ${id}`, load: 0.3, bootSeconds: 4, stopSeconds: 2 });
  expect(up).toMatchObject({ kind: 'instance-up', now: 1, type: 'type of i', deadline: 17 });
  expect(world.next()).toMatchObject({ kind: 'load', load: 0.3 });
  world.stop('i');
  expect(world.next()).toMatchObject({ kind: 'instance-down', now: 3 });
});

test('an item that outlasts its instance leaves its state, and goes on from there on the next', () => {
  const long = workload(task('t', 1, { checkpoint: { graceSeconds: 2 } }));
  const { world } = worldWith({ workload: long, itemSeconds: () => 30 });
  world.assign(fragmentOf(1));
  const [left, end] = [world.next(), world.next()];
  expect(left).toMatchObject({ kind: 'checkpoint', task: 0, position: 0, progressed: true, isUnderWay: false });
  expect(left!.now).toBeCloseTo(18.9);
  expect(end).toMatchObject({ kind: 'fragment-end', how: 'deadline' });
  world.stop('i');
  expect(world.next()).toMatchObject({ kind: 'instance-down' });
  world.start('j');
  expect(world.next()).toMatchObject({ kind: 'instance-up' });
  world.assign({ ...fragmentOf(1), instance: 'j' });
  const done = world.next()!;
  expect(done).toMatchObject({ kind: 'safe-point', outcomes: [{ state: 'committed', seconds: 30 }] });
  expect(done.now).toBeCloseTo(19.9 + 30 - 17.9);
});
