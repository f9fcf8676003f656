/** A whole run through its public doors on the virtual clock: hours pass in moments, the journal and the events are real. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { observationKey } from '../../../scheduler/items/fingerprint.ts';
import type { JobSpec } from '../../../scheduler/job-spec.ts';
import type { RunEvent } from '../../../scheduler/run/events.ts';
import { startRun } from '../../../scheduler/run/run.ts';
import { cleanRuns, findRun, listRuns, readReport } from '../../../scheduler/run/runs.ts';
import { openHistory } from '../../../scheduler/store/history.ts';
import { input, jobSpec, targetSpec, taskSpec } from '../job-specs.ts';

let folder: string;
let morselFolder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'morsel-run-'));
  morselFolder = join(folder, '.morsel');
});
afterEach(() => rmSync(folder, { recursive: true }));

const job = (items: number): JobSpec =>
  jobSpec({
    directory: folder,
    job: 'work & play',
    inputs: [input({ kind: 'range', from: 1, to: items })],
    tasks: [
      taskSpec({ name: 'a', input: 'in', estimateSeconds: 2 }),
      taskSpec({ name: 'b', input: 'in', dependsOn: [{ task: 'a', on: 'item' }], estimateSeconds: 1 }),
      taskSpec({ name: 'c', dependsOn: [{ task: 'b', on: 'all' }] }),
    ],
    target: targetSpec({ kind: 'simulated', lifespanSeconds: 600, instances: { min: 0, max: 4 } }),
  });

test('a run on the virtual clock: events, summary, report, history, listing', async () => {
  const events: RunEvent[] = [];
  const run = await startRun(job(2000), { morselFolder, workerCommand: [], onEvent: (event) => events.push(event) });
  const summary = await run.finished;
  expect(summary).toMatchObject({ state: 'done', items: { committed: 4001, failed: 0, pending: 0, running: 0 } });
  expect(summary.makespanSeconds).toBeGreaterThan(1500);
  expect(summary.utilisation).toBeGreaterThan(0.8);
  expect(summary.utilisation).toBeLessThanOrEqual(1);
  expect(summary.predictedSeconds!.expected).toBeGreaterThan(0);
  expect(events[0]).toMatchObject({ type: 'run-started', resumed: false, tasks: [{ task: 'a', items: 2000 }, {}, {}] });
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', ...summary });
  const committed = events.filter((event) => event.type === 'safe-point').map((event) => event.committed['a'] ?? 0);
  expect(committed.reduce((x, y) => x + y)).toBe(2000);

  const report = readReport(run.folder);
  expect(report.summary).toEqual(summary);
  expect(report.tasks).toMatchObject([{ task: 'a', items: { committed: 2000 } }, {}, { items: { committed: 1 } }]);
  expect(report.fragments.length).toBe(summary.fragments);
  expect(report.fragments.every(({ endSeconds }) => endSeconds !== null)).toBe(true);
  expect(report.instances.every(({ endSeconds }) => endSeconds !== null)).toBe(true);

  expect(run.id).toMatch(/^\d{8}-\d{6}-work-play$/);
  expect(findRun(morselFolder, undefined, 'any')).toMatchObject({ id: run.id, live: false, state: 'done' });
  expect(() => findRun(morselFolder, undefined, 'unfinished')).toThrow('there is no unfinished run');
  using history = openHistory(morselFolder);
  const seen = history.observations([observationKey(report.spec, report.spec.tasks[0]!)]);
  expect(seen.reduce((count, observation) => count + observation.count, 0)).toBe(2000);
  for (const path of ['', 'runs', `runs/${run.id}`, `runs/${run.id}/items`]) {
    expect(statSync(join(morselFolder, path)).mode & 0o077).toBe(0);
  }
  for (const path of ['history.sqlite', `runs/${run.id}/journal.sqlite`, `runs/${run.id}/run.json`]) {
    expect(statSync(join(morselFolder, path)).mode & 0o077).toBe(0);
  }
});

test('a stopped run is not live, and clean keeps the newest', async () => {
  const run = await startRun(job(100_000), { morselFolder, workerCommand: [] });
  expect(listRuns(morselFolder)).toMatchObject([{ state: 'running', live: true }]);
  expect(cleanRuns(morselFolder, 0)).toEqual([]);
  await run.stop();
  expect(await run.finished).toMatchObject({ state: 'stopped' });
  expect(findRun(morselFolder, undefined, 'unfinished')).toMatchObject({ id: run.id, state: 'stopped' });
  expect(cleanRuns(morselFolder, 0)).toEqual([run.id]);
  expect(listRuns(morselFolder)).toEqual([]);
});

test('a watcher that does not read delays no one', async () => {
  const run = await startRun(job(20_000), { morselFolder, workerCommand: [] });
  const { socket: path }: { socket: string } = JSON.parse(readFileSync(join(run.folder, 'run.json'), 'utf8'));
  expect(statSync(path).mode & 0o077).toBe(0);
  const watcher = connect(path);
  watcher.pause();
  const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'morsel/attach' });
  watcher.write(`Content-Length: ${request.length}\r\n\r\n${request}`);
  expect(await run.finished).toMatchObject({ state: 'done' });
  watcher.destroy();
});

test('a target that can only be planned for is refused, and leaves nothing behind', async () => {
  const slurm = { ...job(10), target: targetSpec({ kind: 'slurm' }) };
  await expect(startRun(slurm, { morselFolder, workerCommand: [] })).rejects.toThrow(
    'plans for but does not run on yet',
  );
  expect(listRuns(morselFolder)).toEqual([]);
});
