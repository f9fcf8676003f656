import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ArenaAction, ArenaEvent, ArenaTask, Setup } from '../../bench/arena/contract.ts';
import createPolicy from '../../bench/arena/policy.ts';
import { EventQueue } from '../../scheduler/plan/event-queue.ts';

interface World {
  tasks: (ArenaTask & { seconds: number })[];
  target: Setup['target'];
  /** How long each instance lives. */
  life: () => number;
}

interface Running {
  tasks: string[];
  points: number[];
  done: number;
}

/** A strict referee: plays a world to its end, and fails on any action that breaks the contract. */
function play({ tasks, target, life }: World): { makespan: number; assigned: Map<string, number> } {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const state = new Map(tasks.map(({ id }) => [id, 'waiting']));
  const assigned = new Map<string, number>();
  const running = new Map<string, Running>();
  const alive = new Set<string>();
  const queue = new EventQueue<() => ArenaEvent[]>();
  const policy = createPolicy({ tasks: tasks.map(({ seconds: _, ...task }) => task), target, history: [] });
  let now = 0;
  let instances = 0;

  const release = (): ArenaEvent[] => {
    const freed = tasks.filter(
      ({ id, parents }) => state.get(id) === 'waiting' && parents.every((parent) => state.get(parent) === 'done'),
    );
    for (const { id } of freed) state.set(id, 'ready');
    return freed.length > 0 ? [{ now, kind: 'ready', tasks: freed.map(({ id }) => id) }] : [];
  };
  const start = (): void => {
    const id = `i${instances++}`;
    queue.push(now + target.startup_s, () => {
      alive.add(id);
      const end = now + life();
      queue.push(end, () => endInstance(id));
      const deadline = target.lifespan_s === null ? null : end;
      return [{ now, kind: 'instance-up', instance: id, type: 'standard', deadline, load: 0 }];
    });
  };
  const endInstance = (id: string): ArenaEvent[] => {
    const fragment = running.get(id);
    alive.delete(id);
    running.delete(id);
    const rest = fragment?.tasks.slice(fragment.done) ?? [];
    for (const task of rest) state.set(task, 'ready');
    start();
    return [
      {
        now,
        kind: 'instance-down',
        instance: id,
        fragment: fragment ? 1 : null,
        lost: rest.slice(0, 1),
        remainder: rest.slice(1),
      },
    ];
  };
  const advance = (id: string, fragment: Running, lead: number): void => {
    const next = fragment.points.find((point) => point > fragment.done)!;
    const batch = fragment.tasks.slice(fragment.done, next);
    const seconds = batch.reduce((sum, task) => sum + byId.get(task)!.seconds, lead + target.safepoint_s);
    queue.push(now + seconds, () => {
      if (running.get(id) !== fragment) return [];
      for (const task of batch) state.set(task, 'done');
      fragment.done = next;
      const freed = release();
      const completed = batch.map((task) => ({ task, runtime_s: byId.get(task)!.seconds }));
      const told = { now, instance: id, fragment: 1, completed, load: 0 };
      if (next < fragment.tasks.length) {
        const answer = policy.onEvent({ kind: 'safepoint', ...told, remaining: fragment.tasks.length - next });
        const isSplit = answer.some((action) => action.kind === 'split' && action.instance === id);
        act(answer.filter((action) => action.kind !== 'split'));
        if (!isSplit) {
          advance(id, fragment, 0);
          return freed;
        }
        told.completed = [];
      }
      running.delete(id);
      const remainder = fragment.tasks.slice(next);
      for (const task of remainder) state.set(task, 'ready');
      return [...freed, { kind: 'fragment-end', ...told, remainder }];
    });
  };
  const act = (actions: readonly ArenaAction[]): void => {
    for (const action of actions) {
      if (action.kind === 'timer') queue.push(Math.max(now, action.at), () => [{ now, kind: 'timer', id: action.id }]);
      if (action.kind !== 'assign') continue;
      expect(alive.has(action.instance) && !running.has(action.instance)).toBe(true);
      expect(action.tasks.length).toBeGreaterThan(0);
      for (const task of action.tasks) {
        expect(state.get(task)).toBe('ready');
        state.set(task, 'running');
        assigned.set(task, (assigned.get(task) ?? 0) + 1);
      }
      const points = [...action.safepoints, action.tasks.length];
      expect(points).toEqual([...new Set(points)].toSorted((a, b) => a - b));
      const fragment = { tasks: action.tasks, points, done: 0 };
      running.set(action.instance, fragment);
      advance(action.instance, fragment, target.dispatch_s);
    }
  };

  for (let i = 0; i < target.slots; i++) start();
  for (const event of release()) act(policy.onEvent(event));
  for (let steps = 0; [...state.values()].some((of) => of !== 'done'); steps++) {
    expect(steps).toBeLessThan(20_000);
    const next = queue.pop()!;
    now = next.at;
    for (const event of next.value()) act(policy.onEvent(event));
  }
  return { makespan: now, assigned };
}

const target: Setup['target'] = {
  slots: 2,
  lifespan_s: 100,
  startup_s: 5,
  cold_s: 1,
  dispatch_s: 0.5,
  safepoint_s: 0.1,
  notice_s: null,
  lifetimes_hidden: false,
};
const task = (id: number, seconds: number, parents: number[] = [], cost: number | null = null) => ({
  id: `t${id}`,
  type: `type${parents.length}`,
  cost,
  parents: parents.map((parent) => `t${parent}`),
  seconds,
});

test('alike tasks are packed into the lives that there are', () => {
  const tasks = Array.from({ length: 300 }, (_, i) => task(i, 2));
  const { makespan } = play({ tasks, target, life: () => 100 });
  expect(makespan).toBeLessThan(1.1 * (300 + 3 * 2 * 6.5));
});

test('any tasks, dependencies and lives: all of it is done, by actions that the contract allows', () => {
  const drawn = fc.record({
    seconds: fc.double({ min: 0.01, max: 60, noNaN: true }),
    parents: fc.array(fc.nat(1000), { maxLength: 3 }),
    cost: fc.option(fc.nat(1_000_000)),
  });
  const world = fc.record({
    tasks: fc.array(drawn, { minLength: 1, maxLength: 60 }),
    lives: fc.array(fc.double({ min: 65, max: 300, noNaN: true }), { minLength: 1, maxLength: 5 }),
    hidden: fc.boolean(),
  });
  fc.assert(
    fc.property(world, ({ tasks, lives, hidden }) => {
      let born = 0;
      const life = (): number => lives[born++ % lives.length]!;
      const ready = tasks.map(({ seconds, parents, cost }, i) => {
        const earlier = i === 0 ? [] : [...new Set(parents.map((parent) => parent % i))];
        return task(i, seconds, earlier, cost);
      });
      const lifespan_s = hidden ? null : 100;
      const { assigned } = play({
        tasks: ready,
        target: { ...target, lifespan_s, lifetimes_hidden: hidden },
        life: hidden ? life : () => 100,
      });
      expect(assigned.size).toBe(tasks.length);
    }),
    { numRuns: 60 },
  );
});
