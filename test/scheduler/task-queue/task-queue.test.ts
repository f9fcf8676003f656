import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TaskQueue } from '../../../scheduler/task-queue/task-queue.ts';
import { task, workload } from '../workloads.ts';

/** Tasks that have ready items, in order of priority. */
const readyTasks = (queue: TaskQueue): number[] => Array.from(queue.readyCohorts(), ({ task: of }) => of);

const all = (count: number): { start: number; end: number } => ({ start: 0, end: count });

test('a task without dependencies is ready at once, a dependent one waits', () => {
  const queue = new TaskQueue(workload(task('a', 3), task('b', 1, { dependsOn: [{ task: 0, on: 'all' }] })));
  expect(readyTasks(queue)).toEqual([0]);
  expect(queue.counts(1)).toMatchObject({ waiting: 1, ready: 0 });
});

test('a barrier opens when the last item of the task before it is committed', () => {
  const queue = new TaskQueue(workload(task('a', 3), task('b', 1, { dependsOn: [{ task: 0, on: 'all' }] })));
  queue.take(0, 0, 3);
  queue.settle(0, { start: 0, end: 2 }, 'committed');
  expect(readyTasks(queue)).toEqual([]);
  queue.settle(0, { start: 2, end: 3 }, 'committed');
  expect(readyTasks(queue)).toEqual([1]);
});

test('item by item: each item is ready as soon as its own predecessors are committed', () => {
  const chained = task('c', 4, {
    dependsOn: [
      { task: 0, on: 'item' },
      { task: 1, on: 'item' },
    ],
  });
  const queue = new TaskQueue(workload(task('a', 4), task('b', 4), chained));
  queue.take(0, 0, 4);
  queue.take(1, 0, 4);
  queue.settle(0, { start: 0, end: 3 }, 'committed');
  queue.settle(1, { start: 2, end: 4 }, 'committed');
  expect(queue.take(2, 0, 4)).toEqual([{ start: 2, end: 3 }]);
});

test('what depends on a failed item is skipped, down to the end of the chain, and says because of what', () => {
  const queue = new TaskQueue(
    workload(
      task('a', 3),
      task('b', 3, { dependsOn: [{ task: 0, on: 'item' }] }),
      task('c', 1, { dependsOn: [{ task: 1, on: 'all' }] }),
    ),
  );
  queue.take(0, 0, 3);
  expect(queue.settle(0, { start: 1, end: 2 }, 'failed').skips).toEqual([
    { task: 1, start: 1, end: 2, because: 0 },
    { task: 2, start: 0, end: 1, because: 1 },
  ]);
  queue.settle(0, all(3), 'committed');
  expect(queue.counts(1)).toMatchObject({ ready: 2, skipped: 1 });
  expect(queue.isFinished).toBe(false);
  queue.take(1, 0, 2);
  queue.settle(1, all(3), 'committed');
  expect(queue.isFinished).toBe(true);
});

test('items that are up to date need not run, and release what waits for them', () => {
  const queue = new TaskQueue(
    workload(task('a', 3, { upToDate: [all(3)] }), task('b', 1, { dependsOn: [{ task: 0, on: 'all' }] })),
  );
  expect(queue.counts(0)).toMatchObject({ upToDate: 3, ready: 0 });
  expect(readyTasks(queue)).toEqual([1]);
});

test('a task without items is no obstacle', () => {
  const queue = new TaskQueue(workload(task('a', 0), task('b', 1, { dependsOn: [{ task: 0, on: 'all' }] })));
  expect(readyTasks(queue)).toEqual([1]);
  expect(new TaskQueue(workload(task('a', 0))).isFinished).toBe(true);
});

test('cohorts are handed out in order of priority, whenever they become ready', () => {
  const cohorts = [
    { start: 0, end: 2, cost: 1 },
    { start: 2, end: 4, cost: 2 },
  ];
  const queue = new TaskQueue(workload(task('a', 4, { cohorts }), task('b', 1)));
  queue.prioritise(({ task: of, cohort }) => (of === 1 ? 1.5 : cohort + 1));
  const order = (): string[] => Array.from(queue.readyCohorts(), ({ task: of, cohort }) => `${of}.${cohort}`);
  expect(order()).toEqual(['0.1', '1.0', '0.0']);
  queue.take(0, 1, 2);
  expect(order()).toEqual(['1.0', '0.0']);
  queue.giveBack(0, { start: 2, end: 4 });
  expect(order()).toEqual(['0.1', '1.0', '0.0']);
});

test('an item that was set apart is handed out by itself alone', () => {
  const queue = new TaskQueue(workload(task('a', 3)));
  queue.take(0, 0, 2);
  queue.setApart(0, 1);
  expect(queue.readyApart()).toEqual([]);
  queue.giveBack(0, all(2));
  expect(queue.readyApart()).toEqual([{ task: 0, position: 1 }]);
  expect(queue.take(0, 0, 3)).toEqual([
    { start: 0, end: 1 },
    { start: 2, end: 3 },
  ]);
  expect(queue.counts(0)).toMatchObject({ ready: 1, running: 2 });
  expect(queue.takeApart(0, 1)).toEqual({ start: 1, end: 2 });
  queue.settle(0, all(3), 'committed');
  expect(queue.isFinished).toBe(true);
});

test('an item is never handed out twice, and none is forgotten', () => {
  const step = fc.record({ take: fc.nat(5), give: fc.nat(20), commit: fc.nat(20), length: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const cohorts = [0, 1, 2, 3].map((i) => ({ start: i * 5, end: i * 5 + 5, cost: i }));
      const queue = new TaskQueue(workload(task('a', 20, { cohorts })));
      const held = new Set<number>();
      const done = new Set<number>();
      for (const { take, give, commit, length } of steps) {
        for (const { start, end } of queue.take(0, take % 4, length)) {
          for (let i = start; i < end; i++) {
            expect(held.has(i) || done.has(i)).toBe(false);
            held.add(i);
          }
        }
        queue.giveBack(0, { start: give, end: Math.min(20, give + length) });
        for (let i = give; i < give + length; i++) held.delete(i);
        queue.settle(0, { start: commit, end: Math.min(20, commit + length) }, 'committed');
        for (let i = commit; i < Math.min(20, commit + length); i++) {
          held.delete(i);
          done.add(i);
        }
        const counts = queue.counts(0);
        expect(counts).toMatchObject({ running: held.size, committed: done.size, waiting: 0 });
        const unassigned = cohorts.reduce((sum, _, cohort) => sum + queue.unassignedIn(0, cohort), 0);
        expect(unassigned).toBe(counts.ready);
        expect(counts.ready + held.size + done.size).toBe(20);
      }
    }),
  );
});
