import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { taskSpec, template, text } from '../job-specs.ts';
import { isRunning, startWorker, type Harness, type HarnessOptions } from './harness.ts';

let worker: Harness | undefined;
afterEach(() => worker?.dispose());

const start = async (options: HarnessOptions): Promise<Harness> => (worker = await startWorker(options));
const sleeps = (seconds: number) =>
  taskSpec({ work: { kind: 'run', commands: [text(`echo $$ > pid; sleep ${seconds}`)] } });
const numbers = (end: number): number[] => [...Array(end).keys()];

it('reaches a safe point after every so many items and goes on', async () => {
  const harness = await start({ tasks: [taskSpec()] });
  await harness.run([{ end: 10, everyItems: 3 }]);
  expect(harness.safePoints()).toBe(4);
  expect(harness.reports.map(({ start: first, end }) => end - first)).toEqual([3, 3, 3, 1]);
});

it('reaches safe points by time, also while an item is still at work', async () => {
  const harness = await start({
    tasks: [taskSpec({ work: { kind: 'run', commands: [template('sleep {item}')] } })],
    value: (position) => [0, 1000][position],
    setup: { cpus: 2 },
  });
  void harness.run([{ end: 2, everySeconds: 0.2 }]).catch(() => {});
  await harness.until(() => harness.done().includes(0));
  expect(harness.done()).toEqual([0]);
});

it('begins nothing more while two safe points are unanswered', async () => {
  const answers: (() => void)[] = [];
  const harness = await start({
    tasks: [taskSpec()],
    safePoint: () => new Promise((settle) => answers.push(settle)),
  });
  const ended = harness.run([{ end: 10, everyItems: 1 }]);
  await harness.until(() => harness.safePoints() === 2);
  answers.shift()!();
  await harness.until(() => harness.safePoints() === 3);
  expect(harness.done().length).toBeLessThanOrEqual(4);
  const timer = setInterval(() => answers.splice(0).forEach((answer) => answer()), 5);
  expect(await ended).toBe('done');
  clearInterval(timer);
  expect(harness.done()).toEqual(numbers(10));
});

it('is cut where it stands by a split, and takes the rest as another fragment', async () => {
  const harness = await start({ tasks: [sleeps(0.05)] });
  const ended = harness.run([{ end: 1000, everyItems: 2 }]);
  await harness.until(() => harness.done().length >= 2);
  harness.link.split(1);
  expect(await ended).toBe('split');
  const done = harness.done().length;
  expect(harness.done()).toEqual(numbers(done));
  expect(await harness.run([{ start: done, end: done + 2 }])).toBe('done');
  expect(harness.done()).toEqual(numbers(done + 2));
});

it('ends a fragment itself when the next item would not fit its life', async () => {
  const harness = await start({ tasks: [sleeps(0.1)], setup: { lifeSeconds: 2 } });
  const itemSeconds = { low: 0.1, expected: 0.1, high: 0.2 };
  expect(await harness.run([{ end: 100, itemSeconds }])).toBe('deadline');
  expect(harness.done()).toEqual(numbers(harness.done().length));
  expect(harness.done().length).toBeGreaterThan(2);
});

it('tries one item on a fresh instance even if none seems to fit, and none later', async () => {
  const harness = await start({ tasks: [taskSpec()], setup: { lifeSeconds: 5 } });
  const itemSeconds = { low: 10, expected: 100, high: 1000 };
  expect(await harness.run([{ end: 5, itemSeconds }])).toBe('deadline');
  expect(harness.done()).toEqual([0]);
  expect(await harness.run([{ start: 1, end: 5, itemSeconds }])).toBe('deadline');
  expect(harness.done()).toEqual([0]);
});

it('runs pieces of several tasks, one into the other', async () => {
  const tasks = [
    taskSpec({ name: 'a' }),
    taskSpec({ name: 'b', work: { kind: 'stream', command: text('cat') } }),
    taskSpec({ name: 'c', work: { kind: 'run', commands: [text('exit 1')] } }),
  ];
  const harness = await start({ tasks, setup: { cpus: 2 } });
  expect(
    await harness.run([
      { end: 5 },
      { task: 1, end: 500 },
      { task: 2, start: 1, end: 3 },
      { task: 1, start: 600, end: 700 },
    ]),
  ).toBe('done');
  const counts = [0, 1, 2].map((task) =>
    harness.reports
      .filter((report) => report.task === task)
      .reduce((sum, report) => sum + report.end - report.start, 0),
  );
  expect(counts).toEqual([5, 600, 2]);
});

it('kills all and publishes nothing when the run process is lost', async () => {
  const work = {
    kind: 'run' as const,
    commands: [template('echo x > {out}; if [ {item} = 1 ]; then echo $$ > pid; sleep 1000; fi')],
  };
  const harness = await start({ tasks: [taskSpec({ work, output: text('o.txt') })] });
  void harness.run([{ end: 2 }]).catch(() => {});
  await expect.poll(() => existsSync(join(harness.folder, 'pid')), { timeout: 10_000 }).toBe(true);
  const pid = readFileSync(join(harness.folder, 'pid'), 'utf8').trim();
  harness.child.stdin!.destroy();
  expect(await harness.gone).toEqual({ code: 1, signal: null });
  expect(harness.reports).toEqual([]);
  expect(readdirSync(join(harness.folder, 'staging/1'))).toEqual([]);
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
});

it.each(['SIGTERM', 'SIGINT'] as const)('reaches a safe point on %s before it ends', async (signal) => {
  const harness = await start({ tasks: [sleeps(0.2)] });
  void harness.run([{ end: 1000 }]).catch(() => {});
  await expect.poll(() => existsSync(join(harness.folder, 'pid')), { timeout: 10_000 }).toBe(true);
  harness.child.kill(signal);
  expect(await harness.gone).toEqual({ code: 0, signal: null });
  expect(harness.done().length).toBeGreaterThan(0);
});

it('stops after its grace, what is in flight or not', async () => {
  const harness = await start({ tasks: [sleeps(1000)] });
  void harness.run([{ end: 2 }]).catch(() => {});
  await expect.poll(() => existsSync(join(harness.folder, 'pid')), { timeout: 10_000 }).toBe(true);
  harness.link.stop(0.1);
  expect(await harness.gone).toEqual({ code: 0, signal: null });
  expect(harness.done()).toEqual([]);
});

it('tells how the machine does', async () => {
  const harness = await start({ tasks: [taskSpec()], setup: { heartbeatSeconds: 0.05 } });
  await harness.until(() => harness.samples.length >= 2);
  const sample = harness.samples[1]!;
  for (const share of [sample.cpuShare, sample.otherCpuShare]) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
  expect(sample.otherCpuShare).toBeLessThanOrEqual(sample.cpuShare);
  expect(sample.memoryUsedBytes).toBeGreaterThan(0);
  expect(sample.memoryTotalBytes).toBeGreaterThan(sample.memoryUsedBytes);
});
