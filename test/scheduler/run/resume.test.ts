/** Runs in processes of their own that are killed in the middle, stopped, watched and gone on with. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobSpec } from '../../../scheduler/job-spec.ts';
import type { RunEvent } from '../../../scheduler/run/events.ts';
import { resumeRun, type RunOptions } from '../../../scheduler/run/run.ts';
import { findResumable } from '../../../scheduler/run/resumable.ts';
import { attach, findRun, listRuns, readReport } from '../../../scheduler/run/runs.ts';
import { Journal } from '../../../scheduler/store/journal.ts';
import { input, jobSpec, targetSpec, taskSpec } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const ITEMS = 5_000;
let folder: string;
let options: RunOptions;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder('morsel-resume-');
  options = { morselFolder: join(folder, '.morsel'), workerCommand: [] };
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job()));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const job = (): JobSpec =>
  jobSpec({
    directory: folder,
    inputs: [input({ kind: 'range', from: 1, to: ITEMS })],
    tasks: [taskSpec({ name: 'a', input: 'in', estimateSeconds: 1, safePoint: { kind: 'items', everyItems: 10 } })],
    target: targetSpec({ kind: 'simulated', lifespanSeconds: 100, instances: { min: 0, max: 3 } }),
  });

function startChild(): ChildProcess {
  const script = new URL('run-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, 'start', join(folder, 'job.json'), options.morselFolder]);
  children.push(child);
  return child;
}

/** Kills the child at its n-th safe point, in the middle of whatever it is at. */
async function killAtSafePoint(child: ChildProcess, count: number): Promise<void> {
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    const event: RunEvent = JSON.parse(line);
    if (event.type === 'safe-point' && ++seen === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Every item is in the journal's committed ranges exactly once. */
function expectEachItemOnce(runFolder: string): void {
  const journal = Journal.open(runFolder, { readOnly: true });
  const times = new Uint8Array(ITEMS);
  for (const { start, end } of journal.outcomes()) for (let i = start; i < end; i++) times[i]!++;
  journal.close();
  expect(new Set(times)).toEqual(new Set([1]));
}

test('a run that was killed is interrupted, and goes on with what it had committed', async () => {
  await killAtSafePoint(startChild(), 40);
  const entry = findResumable(options.morselFolder, undefined).run;
  expect(entry).toMatchObject({ state: 'interrupted', live: false });
  const before = readReport(entry.folder).summary.items.committed;
  expect(before).toBeGreaterThan(39);
  await expect(attach(entry.folder)).rejects.toThrow('not at work any more');

  const events: RunEvent[] = [];
  const run = await resumeRun(entry.folder, { ...options, onEvent: (event) => events.push(event) });
  const summary = await run.finished;
  expect(events[0]).toMatchObject({ type: 'run-started', resumed: true, run: entry.id });
  expect(summary).toMatchObject({ state: 'done', items: { committed: ITEMS } });
  const again = events.filter((event) => event.type === 'safe-point').map((event) => event.committed['a'] ?? 0);
  expect(again.reduce((x, y) => x + y)).toBe(ITEMS - before);
  expectEachItemOnce(entry.folder);
  expect(readReport(entry.folder).fragments.some(({ how }) => how === 'lost')).toBe(true);
});

test('killed again and again, it gets done, and no item is committed twice', async () => {
  await killAtSafePoint(startChild(), 25);
  const { folder: runFolder } = findResumable(options.morselFolder, undefined).run;
  const script = new URL('run-process.ts', import.meta.url).pathname;
  for (const count of [1, 7, 30]) {
    const child = spawn(process.execPath, [script, 'resume', runFolder, options.morselFolder]);
    children.push(child);
    await killAtSafePoint(child, count);
  }
  const run = await resumeRun(runFolder, options);
  expect(await run.finished).toMatchObject({ state: 'done' });
  expectEachItemOnce(runFolder);
});

test('two cannot be at one run, and a live run is not cleaned or resumed', async () => {
  await killAtSafePoint(startChild(), 5);
  const { folder: runFolder, id } = findResumable(options.morselFolder, undefined).run;
  const both = await Promise.allSettled([resumeRun(runFolder, options), resumeRun(runFolder, options)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const refused = both.find((one) => one.status === 'rejected')!;
  expect(String(refused.reason)).toContain(`run ${id} is at work in another process`);
  const run = both.find((one) => one.status === 'fulfilled')!.value;
  expect(() => findResumable(options.morselFolder, id)).toThrow('is at work');
  await run.stop();
  expect(listRuns(options.morselFolder)).toMatchObject([{ live: false, state: 'stopped' }]);
  await (
    await resumeRun(runFolder, options)
  ).finished;
  expectEachItemOnce(runFolder);
  await expect(resumeRun(runFolder, options)).rejects.toThrow('is done: there is nothing left to go on with');
});

test('a watcher in another process sees the events, pauses, goes on and stops', async () => {
  const child = startChild();
  await once(createInterface({ input: child.stdout! }), 'line');
  child.stdout!.resume();
  const { folder: runFolder } = findRun(options.morselFolder, undefined, 'live');
  const events: RunEvent[] = [];
  const run = await attach(runFolder, (event) => events.push(event));
  expect(run.progress).toMatchObject({ state: 'running', items: { pending: expect.any(Number) } });
  await run.pause();
  const other = await attach(runFolder);
  expect(other.progress.state).toBe('paused');
  await other.continue();
  other.detach();
  await run.stop();
  await run.closed;
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', state: 'stopped' });
  expect(findResumable(options.morselFolder, undefined).run).toMatchObject({ state: 'stopped', live: false });
});
