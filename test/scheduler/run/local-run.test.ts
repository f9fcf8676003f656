/** Runs of real commands on real files: what is on disk after kills, failures, stops and re-runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { observationKey } from '../../../scheduler/items/fingerprint.ts';
import type { JobSpec, TaskSpec } from '../../../scheduler/job-spec.ts';
import type { RunEvent, RunSummary } from '../../../scheduler/run/events.ts';
import { resumeRun, startRun, type RunOptions } from '../../../scheduler/run/run.ts';
import { findResumable } from '../../../scheduler/run/resumable.ts';
import { findRun, readLogs, readReport } from '../../../scheduler/run/runs.ts';
import { openHistory } from '../../../scheduler/store/history.ts';
import { input, jobSpec, targetSpec, taskSpec, template } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const FILES = 60;
const worker = new URL('../../../scheduler/worker/main.ts', import.meta.url).pathname;
let folder: string;
let options: RunOptions;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder('morsel-local-');
  options = { morselFolder: join(folder, '.morsel'), workerCommand: [process.execPath, worker] };
  mkdirSync(join(folder, 'in'));
  for (let i = 0; i < FILES; i++) writeFileSync(join(folder, `in/f ${i}.txt`), `content of ${i}\n`);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const files = [input({ kind: 'files', patterns: ['in/*.txt'], exclude: [] })];
const run = (command: string): TaskSpec['work'] => ({ kind: 'run', commands: [template(command)] });
const upper = (): TaskSpec =>
  taskSpec({
    name: 'upper',
    input: 'in',
    work: run('sleep 0.02; tr a-z A-Z < {item.path} > {out}; echo {item.name} >> ran.log'),
    output: template('out/{item.stem}.up', 'raw'),
    safePoint: { kind: 'items', everyItems: 3 },
  });
const job = (...tasks: TaskSpec[]): JobSpec =>
  jobSpec({ directory: folder, inputs: files, tasks, target: targetSpec({ lifespanSeconds: 20 }) });
const toTheEnd = async (spec: JobSpec, onEvent?: (event: RunEvent) => void): Promise<RunSummary> =>
  (await startRun(spec, { ...options, ...(onEvent && { onEvent }) })).finished;

function expectAllOutputs(): void {
  expect(readdirSync(join(folder, 'out')).length).toBe(FILES);
  for (let i = 0; i < FILES; i++) {
    expect(readFileSync(join(folder, `out/f ${i}.up`), 'utf8')).toBe(`CONTENT OF ${i}\n`);
  }
}
const linesRun = (): string[] => readFileSync(join(folder, 'ran.log'), 'utf8').trim().split('\n');

test('outputs stand in place, the staging folder is empty, and a second run has nothing to do', async () => {
  expect(await toTheEnd(job(upper()))).toMatchObject({ state: 'done', items: { committed: FILES } });
  expectAllOutputs();
  const { folder: runFolder } = findRun(options.morselFolder, undefined, 'any');
  const left = readdirSync(join(runFolder, 'staging'), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
  expect(await toTheEnd(job(upper()))).toMatchObject({ state: 'done', items: { committed: 0, upToDate: FILES } });
  writeFileSync(join(folder, 'in/f 7.txt'), 'content of 7\n');
  expect(await toTheEnd(job(upper()))).toMatchObject({ items: { committed: 1, upToDate: FILES - 1 } });
  expect(linesRun().length).toBe(FILES + 1);
});

test('kill -9 in mid-run: a resume finishes, and touches nothing that was committed', async () => {
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job(upper())));
  const script = new URL('run-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, 'start', join(folder, 'job.json'), options.morselFolder]);
  children.push(child);
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"safe-point"') && ++seen === 8) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  cpSync(join(folder, 'out'), join(folder, 'before'), { recursive: true, preserveTimestamps: true });
  const before = readdirSync(join(folder, 'before'));
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(FILES);
  const times = before.map((name) => statSync(join(folder, 'out', name)).mtimeMs);

  const { folder: runFolder } = findResumable(options.morselFolder, undefined).run;
  const committed = readReport(runFolder).summary.items.committed;
  const resumed = await resumeRun(runFolder, options);
  const summary = await resumed.finished;
  expect(summary).toMatchObject({ state: 'done', items: { committed: FILES } });
  expect(summary.utilisation).toBeLessThanOrEqual(1);
  expectAllOutputs();
  expect(before.map((name) => statSync(join(folder, 'out', name)).mtimeMs)).toEqual(times);
  expect(committed).toBeGreaterThanOrEqual(before.length);
  // No more was run again than was under way on two instances.
  expect(linesRun().length).toBeLessThanOrEqual(FILES + 2 * 3 + 2);
});

test('kill -9 of a worker: another takes over, and the run does not notice', async () => {
  const events: RunEvent[] = [];
  let killed = '';
  const summary = await toTheEnd(job(upper()), (event) => {
    events.push(event);
    if (event.type !== 'safe-point' || killed !== '') return;
    killed = event.instance;
    const started = events.find((each) => each.type === 'instance-started' && each.instance === killed);
    process.kill(
      Number(/process (\d+)/.exec(started?.type === 'instance-started' ? started.where : '')![1]),
      'SIGKILL',
    );
  });
  expect(summary).toMatchObject({ state: 'done', items: { committed: FILES }, lostShare: expect.any(Number) });
  expect(events.some((event) => event.type === 'instance-ended' && event.instance === killed)).toBe(true);
  expect(events.some((event) => event.type === 'fragment-ended' && event.how === 'lost')).toBe(true);
  expectAllOutputs();
});

test('what was learnt is kept while the run is at work', async () => {
  const spec = job(taskSpec({ name: 'nap', input: 'in', work: run('sleep 0.2') }));
  const going = await startRun(spec, options);
  using history = openHistory(options.morselFolder);
  const key = observationKey(spec, spec.tasks[0]!);
  await expect.poll(() => history.observations([key]).length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(going.progress().state).toBe('running');
  await going.stop();
});

test('an item that fails is tried again, recorded with its output, and what waits for it is skipped', async () => {
  const fails = taskSpec({
    ...upper(),
    work: run('echo working on {item.stem}; test {item.stem} != "f 5" && cp {item.path} {out}'),
    retry: 2,
  });
  const after = taskSpec({ name: 'after', input: 'in', dependsOn: [{ task: 'upper', on: 'item' }] });
  const sheet = taskSpec({ name: 'sheet', dependsOn: [{ task: 'after', on: 'all' }] });
  const events: RunEvent[] = [];
  const summary = await toTheEnd(job(fails, after, sheet), (event) => events.push(event));
  expect(summary).toMatchObject({ state: 'failed', items: { failed: 1, skipped: 2, committed: 2 * (FILES - 1) } });
  expect(events.find((event) => event.type === 'item-failed')).toMatchObject({
    task: 'upper',
    item: 'in/f 5.txt',
    attempts: 3,
    message: expect.stringContaining('exited with 1'),
    output: expect.stringContaining('working on f 5'),
  });
  expect(existsSync(join(folder, 'out/f 5.up'))).toBe(false);
  const { folder: runFolder } = findRun(options.morselFolder, undefined, 'any');
  expect(readReport(runFolder).failures).toMatchObject([{ task: 'upper', item: 'in/f 5.txt', attempts: 3 }]);
  expect(readLogs(runFolder, { task: 'upper', item: 'in/f 6.txt' })).toMatchObject([{ stdout: 'working on f 6\n' }]);
  expect(readLogs(runFolder, { item: 'in/f 5.txt' })).toMatchObject([{ state: 'failed' }]);
});

test('what items answered stands in the logs beside what they printed', async () => {
  const answers = taskSpec({
    name: 'answers',
    input: 'in',
    work: { kind: 'module', path: './answer.mjs', export: 'default' },
  });
  const source =
    'export default (item) => { if (item.stem === "f 7") console.log("seven"); return { stem: item.stem } }';
  writeFileSync(join(folder, 'answer.mjs'), source);
  const { run: id } = await toTheEnd(job(answers));
  const { folder: runFolder } = findRun(options.morselFolder, id, 'any');
  expect(readLogs(runFolder)).toHaveLength(FILES);
  expect(readLogs(runFolder, { item: 'in/f 7.txt' })).toMatchObject([
    { stdout: expect.stringMatching(/{"stem":"f 7"}\n$/) },
  ]);
});

test('a failed run that is gone on with tries again what failed', async () => {
  const needsHelp = taskSpec({ ...upper(), work: run('test -e help && cp {item.path} {out}') });
  expect(await toTheEnd(job(needsHelp))).toMatchObject({ state: 'failed', items: { failed: FILES } });
  writeFileSync(join(folder, 'help'), '');
  const { folder: runFolder } = findResumable(options.morselFolder, undefined).run;
  const again = await resumeRun(runFolder, options);
  expect(await again.finished).toMatchObject({ state: 'done', items: { committed: FILES, failed: 0 } });
});

test('a stop waits for safe points, and a resume does the rest', async () => {
  const firstSafePoint = Promise.withResolvers<void>();
  const stopped = await startRun(job(upper()), {
    ...options,
    onEvent: (event) => event.type === 'safe-point' && firstSafePoint.resolve(),
  });
  await firstSafePoint.promise;
  await stopped.stop();
  const summary = await stopped.finished;
  expect(summary).toMatchObject({ state: 'stopped', items: { failed: 0 } });
  expect(readdirSync(join(folder, 'out')).length).toBe(summary.items.committed);
  expect(linesRun().length).toBe(summary.items.committed);
  const resumed = await resumeRun(stopped.folder, options);
  expect(await resumed.finished).toMatchObject({ state: 'done', items: { committed: FILES } });
  expectAllOutputs();
  expect(linesRun().length).toBe(FILES);
});

test('an output that cannot be put in place fails the run; once it can, a resume needs to run nothing', async () => {
  mkdirSync(join(folder, 'out/f 3.up/in the way'), { recursive: true });
  const events: RunEvent[] = [];
  expect(await toTheEnd(job(upper()), (event) => events.push(event))).toMatchObject({ state: 'failed' });
  expect(events.find((event) => event.type === 'warning')).toMatchObject({
    message: expect.stringContaining('could not be put in place'),
  });
  rmSync(join(folder, 'out/f 3.up'), { recursive: true });
  const { folder: runFolder } = findResumable(options.morselFolder, undefined).run;
  expect(await (await resumeRun(runFolder, options)).finished).toMatchObject({ state: 'done' });
  expectAllOutputs();
  expect(linesRun().length).toBe(FILES);
});
