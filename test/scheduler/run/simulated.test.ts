/** A whole run through its public doors on the virtual clock: hours pass in moments, the journal and the events are real. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { observationKey } from '../../../scheduler/items/fingerprint.ts';
import type { JobSpec } from '../../../scheduler/job-spec.ts';
import { prepareWorkload } from '../../../scheduler/items/prepare.ts';
import { attach } from '../../../scheduler/run/attach.ts';
import type { RunEvent, RunSummary } from '../../../scheduler/run/events.ts';
import { startRun } from '../../../scheduler/run/run.ts';
import { findResumable } from '../../../scheduler/run/resumable.ts';
import { cleanRuns, findRun, listRuns, readReport } from '../../../scheduler/run/runs.ts';
import { openHistory } from '../../../scheduler/store/history.ts';
import { input, jobSpec, targetSpec, taskSpec, template } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let folder: string;
let morselFolder: string;
beforeEach(() => {
  folder = temporaryFolder('morsel-run-');
  morselFolder = join(folder, '.morsel');
});

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

test('a run on the virtual clock: events, summary, report, listing', async () => {
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
  expect(() => findResumable(morselFolder, undefined)).toThrow('there is no unfinished run');
  for (const path of ['', 'runs', `runs/${run.id}`, `runs/${run.id}/items`]) {
    expect(statSync(join(morselFolder, path)).mode & 0o077).toBe(0);
  }
  for (const path of ['history.sqlite', `runs/${run.id}/journal.sqlite`, `runs/${run.id}/run.json`]) {
    expect(statSync(join(morselFolder, path)).mode & 0o077).toBe(0);
  }
});

test('outputs are neither looked for nor thought to be there, and nothing is learnt for real runs', async () => {
  const withOutput = (kind: 'simulated' | 'local'): JobSpec =>
    jobSpec({
      directory: folder,
      inputs: [input({ kind: 'range', from: 1, to: 30 })],
      tasks: [
        taskSpec({
          input: 'in',
          work: { kind: 'run', commands: [template('echo {item} > {out}')] },
          output: template('{item}.txt', 'raw'),
        }),
      ],
      target: targetSpec({ kind }),
    });
  for (let i = 1; i <= 30; i++) writeFileSync(join(folder, `${i}.txt`), 'made by hand');
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => void events.push(event);
  const spec = withOutput('simulated');
  const run = await startRun(spec, { morselFolder, workerCommand: [], onEvent });
  expect(await run.finished).toMatchObject({ state: 'done', items: { committed: 30, failed: 0 } });
  expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  expect(readFileSync(join(folder, '1.txt'), 'utf8')).toBe('made by hand');
  using history = openHistory(morselFolder);
  expect(history.observations([observationKey(spec, spec.tasks[0]!)])).toEqual([]);
  const { workload } = await prepareWorkload(withOutput('local'), { morselFolder });
  expect(workload.tasks[0]!.upToDate).toEqual([]);
});

test('speed and mtbf of a simulated target', async () => {
  const on = (options: JobSpec['target']['options']): JobSpec => {
    const spec = job(2000);
    return { ...spec, target: { ...spec.target, options } };
  };
  const finish = async (spec: JobSpec): Promise<RunSummary> =>
    (await startRun(spec, { morselFolder, workerCommand: [] })).finished;
  const plain = await finish(on({}));
  const fast = await finish(on({ speed: 4 }));
  expect(fast.makespanSeconds).toBeGreaterThan(plain.makespanSeconds / 6);
  expect(fast.makespanSeconds).toBeLessThan(plain.makespanSeconds / 3);
  const frail = await finish(on({ mtbf: 120 }));
  expect(frail).toMatchObject({ state: 'done', items: { committed: 4001 } });
  expect(frail.instances).toBeGreaterThan(2 * plain.instances);
  expect(frail.lostShare).toBeGreaterThan(plain.lostShare);
  expect({ ...(await finish(on({ mtbf: 120 }))), run: '' }).toEqual({ ...frail, run: '' });
  await expect(finish(on({ speed: 0 }))).rejects.toThrow('speed of target here must be more than 0');
});

test('one who follows a run and fails does it no harm', async () => {
  const seen: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    seen.push(event);
    if (event.type === 'safe-point') throw new Error('the disk of the log is full');
  };
  const run = await startRun(job(200), { morselFolder, workerCommand: [], onEvent });
  const told: RunEvent[] = [];
  const watcher = await attach(run.folder, (event) => told.push(event));
  expect(await run.finished).toMatchObject({ state: 'done' });
  await watcher.closed;
  expect(seen.filter(({ type }) => type === 'safe-point')).toHaveLength(1);
  expect(told.at(-1)).toMatchObject({ type: 'run-finished' });
});

test('a stopped run is not live, and clean keeps the newest', async () => {
  const run = await startRun(job(100_000), { morselFolder, workerCommand: [] });
  expect(listRuns(morselFolder)).toMatchObject([{ state: 'running', live: true }]);
  expect(cleanRuns(morselFolder, 0)).toEqual([]);
  await run.stop();
  expect(await run.finished).toMatchObject({ state: 'stopped' });
  expect(findResumable(morselFolder, undefined).run).toMatchObject({ id: run.id, state: 'stopped' });
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

test('a target that there is nothing to run with is refused, and leaves nothing behind', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = '/nowhere';
  const slurm = { ...job(10), target: targetSpec({ kind: 'slurm' }) };
  const started = startRun(slurm, { morselFolder, workerCommand: [] }).finally(() => (process.env['PATH'] = PATH));
  await expect(started).rejects.toThrow('sbatch is not on this machine: run Morsel on a login node of the cluster');
  expect(listRuns(morselFolder)).toEqual([]);
});
