/** Items that take longer than any instance lives: real programs, real signals, what is on disk in between and in the end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.ts';
import { observationKey } from '../../../scheduler/items/fingerprint.ts';
import type { JobSpec, TaskSpec } from '../../../scheduler/job-spec.ts';
import type { RunEvent, RunSummary } from '../../../scheduler/run/events.ts';
import { resumeRun, startRun, type RunOptions } from '../../../scheduler/run/run.ts';
import { findResumable } from '../../../scheduler/run/resumable.ts';
import { findRun } from '../../../scheduler/run/runs.ts';
import { openHistory } from '../../../scheduler/store/history.ts';
import { input, jobSpec, targetSpec, taskSpec, template } from '../job-specs.ts';

/** Several lives one after the other, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const LIFE_SECONDS = 3;
const GRACE_SECONDS = 0.8;
/** Each of a tenth of a second: three lives or so. */
const STEPS = 50;
const NAMES = ["it's one", 'a "second" $(one)'];

/**
 * Counts to 50, a tenth of a second each, and notes each number; goes on from where its state says. When it is asked,
 * `deaf` does nothing, `half` once writes half a state and hangs, and `zero` exits as if all were done.
 */
const COUNTS = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const [state, out, log, how] = process.argv.slice(2);
let n = existsSync(state) ? Number(readFileSync(state, 'utf8')) : 0;
process.on(how === 'USR1' ? 'SIGUSR1' : 'SIGTERM', () => {
  if (how === 'deaf') return;
  if (how === 'half' && n > 20 && !existsSync(log + '.half')) {
    writeFileSync(log + '.half', '');
    return writeFileSync(state, 'ha');
  }
  writeFileSync(state, String(n));
  process.exit(how === 'zero' ? 0 : 85);
});
const timer = setInterval(() => {
  appendFileSync(log, ++n + '\\n');
  if (n < ${STEPS}) return;
  writeFileSync(out, 'counted to ' + n);
  process.exit(0);
}, 100);
`;

let folder: string;
let options: RunOptions;
let events: RunEvent[];
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder('morsel checkpoint-');
  events = [];
  const worker = new URL('../../../scheduler/worker/main.ts', import.meta.url).pathname;
  options = {
    morselFolder: join(folder, '.morsel'),
    workerCommand: [process.execPath, worker],
    onEvent: (event) => events.push(event),
  };
  writeFileSync(join(folder, 'count.mjs'), COUNTS);
  mkdirSync(join(folder, 'in'));
  for (const name of NAMES) writeFileSync(join(folder, 'in', `${name}.txt`), '');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function counting(how: string, given: Partial<TaskSpec> = {}): TaskSpec {
  const command = `'${process.execPath}' count.mjs {checkpoint} {out} {item.stem}.log ${how}`;
  return taskSpec({
    name: 'count',
    input: 'in',
    work: { kind: 'run', commands: [template(command)] },
    output: template('out/{item.stem}', 'raw'),
    checkpoint: {
      path: template('state/{item.stem}.n', 'raw'),
      signal: how === 'USR1' ? 'USR1' : 'TERM',
      graceSeconds: GRACE_SECONDS,
    },
    ...given,
  });
}

const job = (task: TaskSpec, lifespanSeconds: number | null = LIFE_SECONDS): JobSpec =>
  jobSpec({
    directory: folder,
    inputs: [input({ kind: 'files', patterns: ['in/*.txt'], exclude: [] })],
    tasks: [task],
    target: targetSpec({ lifespanSeconds }),
  });
const toTheEnd = async (spec: JobSpec): Promise<RunSummary> => (await startRun(spec, options)).finished;
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
/** The numbers that an item counted, over all its stretches. */
const counted = (name: string): number[] => read(`${name}.log`).trim().split('\n').map(Number);
const checkpoints = (kept: boolean): number =>
  events.filter((event) => event.type === 'checkpoint' && event.kept === kept).length;
const filesLeft = (path: string): string[] => (existsSync(join(folder, path)) ? readdirSync(join(folder, path)) : []);

function expectCountedOnce(): void {
  for (const name of NAMES) {
    expect(read(`out/${name}`)).toBe(`counted to ${STEPS}`);
    expect(counted(name)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  }
  expect(filesLeft('state')).toEqual([]);
  const { folder: runFolder } = findRun(options.morselFolder, undefined, 'any');
  expect(readdirSync(join(runFolder, 'checkpoints'))).toEqual([]);
}

test.each(['TERM', 'USR1', 'zero'])('an item goes on from life to life, and does nothing twice (%s)', async (how) => {
  const spec = job(counting(how));
  const summary = await toTheEnd(spec);
  expect(summary).toMatchObject({ state: 'done', items: { committed: NAMES.length, failed: 0 } });
  expectCountedOnce();
  expect(checkpoints(true)).toBeGreaterThanOrEqual(2 * NAMES.length);
  // What it took in all its lives is what is learnt of it.
  using history = openHistory(options.morselFolder);
  const learnt = history.observations([observationKey(spec, spec.tasks[0]!)]).filter(({ outlasted }) => !outlasted);
  expect(learnt.reduce((sum, { count }) => sum + count, 0)).toBe(NAMES.length);
  for (const { seconds, count } of learnt) expect(seconds / count).toBeGreaterThan(STEPS / 10);
});

test('a state that was only half written when its program was killed does not replace the one before', async () => {
  expect(await toTheEnd(job(counting('half'), LIFE_SECONDS))).toMatchObject({ state: 'done' });
  for (const name of NAMES) {
    expect(read(`out/${name}`)).toBe(`counted to ${STEPS}`);
    expect(existsSync(join(folder, `${name}.log.half`))).toBe(true);
    // Some numbers twice: those after the last whole state.
    expect(new Set(counted(name)).size).toBe(STEPS);
    expect(counted(name).length).toBeGreaterThan(STEPS);
    expect(counted(name).filter((n) => n === 1)).toHaveLength(1);
  }
  expect(checkpoints(false)).toBe(NAMES.length);
});

test.each(['deaf', 'gone'])('an item whose program leaves no state (%s) is given up, and says why', async (how) => {
  const task = counting('deaf');
  const napping: TaskSpec = {
    ...task,
    work: { kind: 'run', commands: [template('true {checkpoint}; sleep 1000')] },
  };
  const summary = await toTheEnd(job(how === 'deaf' ? task : napping));
  expect(summary).toMatchObject({ state: 'failed', items: { failed: NAMES.length } });
  const failures = events.filter((event) => event.type === 'item-failed');
  for (const { message } of failures) expect(message).toContain('left no new checkpoint when it was asked to');
  expect(filesLeft('state')).toEqual([]);
});

test('a failed try begins from the last state, and is one', async () => {
  const command = `'${process.execPath}' count.mjs {checkpoint} {out} {item.stem}.log TERM; s=$?
    [ $s = 0 ] || exit $s; [ -e {item.stem}.failed ] || (touch {item.stem}.failed; rm {out}; exit 3)`;
  const failing = counting('TERM', { retry: 1, work: { kind: 'run', commands: [template(command)] } });
  expect(await toTheEnd(job(failing))).toMatchObject({ state: 'done' });
  for (const name of NAMES) {
    expect(read(`out/${name}`)).toBe(`counted to ${STEPS}`);
    expect(counted(name).filter((n) => n === 1)).toHaveLength(1);
    expect(counted(name).filter((n) => n === STEPS)).toHaveLength(2);
  }
});

test('a state counts only when all that the item started has ended, even if its shell dies of the signal', async () => {
  // The shell ends at once; what it had started writes its state in two parts, a while later.
  const program = `trap 'sleep 0.2; printf 4 > "$1"; sleep 0.3; printf 2 >> "$1"; exit 1' USR1
    [ "$(cat "$1" 2>/dev/null)" = 42 ] && echo found > "$2" && exit
    while :; do sleep 0.05; done`;
  writeFileSync(join(folder, 'slow.sh'), program);
  const slow = counting('USR1', {
    shell: ['bash', '-eu'],
    work: { kind: 'run', commands: [template('sh slow.sh {checkpoint} {out}; true')] },
    checkpoint: { path: template('state/{item.stem}.n', 'raw'), signal: 'USR1', graceSeconds: 2 },
  });
  expect(await toTheEnd(job(slow, 4))).toMatchObject({ state: 'done' });
  for (const name of NAMES) expect(read(`out/${name}`)).toBe('found\n');
});

test('a file at the path of a state that the run has not written is neither read nor removed', async () => {
  mkdirSync(join(folder, 'state'));
  for (const name of NAMES) writeFileSync(join(folder, `state/${name}.n`), String(STEPS - 1));
  expect(await toTheEnd(job(counting('TERM'), null))).toMatchObject({ state: 'done' });
  for (const name of NAMES) {
    expect(counted(name)[0]).toBe(1);
    expect(read(`state/${name}.n`)).toBe(String(STEPS - 1));
  }
});

test('kill -9 of a worker: its item goes on from the state that its program wrote unasked, if that was whole', async () => {
  // Writes its state when it comes to 10, and half of another when it comes to 20, which stays open.
  writeFileSync(
    join(folder, 'count.mjs'),
    COUNTS.replace(
      'if (n <',
      'if (n === 10) writeFileSync(state, "10"); if (n === 20) openSync(state, "w"); if (n <',
    ).replace('import {', 'import { openSync,'),
  );
  let killed = false;
  const tail = (name: string): number => (existsSync(join(folder, `${name}.log`)) ? counted(name).at(-1)! : 0);
  const going = await startRun(job(counting('TERM'), null), {
    ...options,
    onEvent: (event) => {
      events.push(event);
      if (event.type !== 'progress' || killed || !NAMES.every((name) => tail(name) >= 28)) return;
      killed = true;
      for (const each of events) {
        if (each.type === 'instance-started') process.kill(Number(/process (\d+)/.exec(each.where)![1]), 'SIGKILL');
      }
    },
  });
  expect(await going.finished).toMatchObject({ state: 'done' });
  expect(killed).toBe(true);
  for (const name of NAMES) {
    const numbers = counted(name);
    expect(numbers.filter((n) => n === 10)).toHaveLength(1);
    expect(numbers.filter((n) => n === 11)).toHaveLength(2);
    expect(read(`out/${name}`)).toBe(`counted to ${STEPS}`);
  }
});

function startChild(task: TaskSpec, lifespanSeconds: number | null): ChildProcess {
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job(task, lifespanSeconds)));
  const script = new URL('run-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, 'start', join(folder, 'job.json'), options.morselFolder]);
  children.push(child);
  return child;
}

test('kill -9 of the run after some states: a resume goes on from them', async () => {
  const child = startChild(counting('TERM'), LIFE_SECONDS);
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout! }))
    if (line.includes('"checkpoint"') && ++seen === NAMES.length) child.kill('SIGKILL');
  if (child.signalCode === null) await once(child, 'exit');
  const before = NAMES.map((name) => Number(read(`state/${name}.n`)));
  for (const n of before) expect(n).toBeGreaterThan(1);
  const { folder: runFolder } = findResumable(options.morselFolder, undefined).run;
  const resumed = await resumeRun(runFolder, options);
  expect(await resumed.finished).toMatchObject({ state: 'done', items: { committed: NAMES.length } });
  for (const [index, name] of NAMES.entries()) {
    expect(read(`out/${name}`)).toBe(`counted to ${STEPS}`);
    // Only what was counted after the state is counted again.
    const twice = counted(name).filter((n, at, all) => all.indexOf(n) !== at);
    for (const n of twice) expect(n).toBeGreaterThan(before[index]!);
  }
  expect(filesLeft('state')).toEqual([]);
});

test('a stop has long items leave their states, at once, and a resume does nothing twice', async () => {
  const child = startChild(counting('TERM'), null);
  const hasBegun = (): boolean => NAMES.every((name) => existsSync(join(folder, `${name}.log`)));
  await expect.poll(hasBegun, { timeout: 10_000 }).toBe(true);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  expect(filesLeft('state')).toHaveLength(NAMES.length);
  const { folder: runFolder } = findResumable(options.morselFolder, undefined).run;
  const resumed = await resumeRun(runFolder, options);
  expect(await resumed.finished).toMatchObject({ state: 'done' });
  expectCountedOnce();
});

test('a state that can not be put in place is told of, and nothing is left beside it', async () => {
  for (const name of NAMES) mkdirSync(join(folder, `state/${name}.n`), { recursive: true });
  const summary = await toTheEnd(job(counting('TERM')));
  expect(summary).toMatchObject({ state: 'failed', items: { failed: NAMES.length } });
  const warning = events.find((event) => event.type === 'warning');
  expect(warning?.message).toContain('could not be kept');
  expect(warning?.message).toContain('a folder stands in its place');
  expect(filesLeft('state').toSorted()).toEqual(NAMES.map((name) => `${name}.n`).toSorted());
});
