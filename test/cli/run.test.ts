import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { RunEvent, RunSummary } from '../../scheduler/run/events.ts';
import { ended, folderWith, jsonLines, morsel, quickJob, start } from './morsel.ts';

const finishedIn = (stdout: string): RunSummary => {
  const last = jsonLines<RunEvent>(stdout).at(-1);
  if (last?.type !== 'run-finished') throw new Error(`the last event is ${last?.type}`);
  return last;
};

/** A job that goes on until there is a file `go`, which its first item waits for; committed item by item. */
const slowJob = `job slow on here {
  input numbers = 1..6
  task wait for n in numbers {
    run "echo {n} >> ran.log; until [ {n} = 1 ] || [ -e go ]; do sleep 0.05; done; echo {n} > {out}"
    output "out/{n}.txt"
    safepoint every 1 items
  }
}
target here local { instances 1  lifespan 5 min }
`;

/** Resolves once a line of the child's stdout has that text. */
async function saw(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  let seen = '';
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (part: Buffer | string) => {
      seen += String(part);
      if (seen.includes(text)) resolve();
    });
    stream.once('end', () => reject(new Error(`ended without ${text}: ${seen}`)));
  });
}

describe('morsel plan', () => {
  test('prints the plan as JSON, and for people', async () => {
    const cwd = folderWith({ 'a.morsel': quickJob(500) });
    const json = await morsel(['plan', '--json', 'a.morsel'], { cwd });
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const plan = JSON.parse(json.stdout);
    expect(plan).toMatchObject({ job: 'sums', target: { name: 'virtual', kind: 'simulated' } });
    expect(plan.makespanSeconds.low).toBeLessThanOrEqual(plan.makespanSeconds.high);
    expect(plan.tasks[0]).toMatchObject({ task: 'sum', items: 500, basis: { kind: 'guess' } });
    const human = await morsel(['plan', 'a.morsel'], { cwd });
    expect(human.stdout).toMatch(/^sums on virtual \(simulated\)\n/);
    expect(human.stdout).toMatch(/finishes in .+\n\d+ fragments on \d+ instances/);
    expect(human.stdout).not.toContain('\u001b');
    expect(existsSync(join(cwd, '.morsel'))).toBe(false);
  });

  test('ends quietly when its reader leaves', async () => {
    const child = start(['plan', '--json', 'a.morsel'], { cwd: folderWith({ 'a.morsel': quickJob(5000) }) });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (part) => (stderr += String(part)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('asks for what is not clear', async () => {
    const cwd = folderWith({
      'a.morsel': quickJob(),
      'two.morsel': quickJob() + quickJob().replace('sums', 'more').split('target')[0],
    });
    const of = async (...args: string[]) => morsel(['plan', ...args], { cwd });
    expect(await of('two.morsel')).toMatchObject({
      code: 2,
      stderr: 'error: two.morsel has 2 jobs, sums and more: choose one with --job.\n',
    });
    expect(await of('two.morsel', '--job', 'mor')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no job "mor", but sums and more'),
    });
    expect(await of('a.morsel', '--on', 'moon')).toMatchObject({ code: 2, stderr: expect.stringContaining('moon') });
    expect(await of('a.morsel', '--set', 'width=3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('width'),
    });
    expect(await of('a.morsel', '--set', 'width')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name=value'),
    });
    expect(await of('two.morsel', '--job', 'more', '--json')).toMatchObject({ code: 0 });
  });
});

describe('morsel run', () => {
  test('prints one event a line; the last says what became of it', async () => {
    const cwd = folderWith({ 'a job\'s "file".morsel': quickJob(30) });
    const { code, stdout, stderr } = await morsel(['run', '--json', 'a job\'s "file".morsel'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(jsonLines<RunEvent>(stdout)[0]).toMatchObject({ type: 'run-started', job: 'sums', resumed: false });
    expect(finishedIn(stdout)).toMatchObject({ state: 'done', items: { committed: 30, failed: 0 } });
  });

  test('ends with a summary for people, and with nothing that only a terminal understands', async () => {
    const cwd = folderWith({ 'a.morsel': quickJob(30) });
    const { code, stdout, stderr } = await morsel(['run', 'a.morsel'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✔ sums is done: 30 items done {2}\S+\n {2}time .*\n {2}fragments .*\n {2}utilisation .*\n$/,
    );
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('runs nothing of a file with errors, and shows them', async () => {
    const cwd = folderWith({ 'a.morsel': quickJob().replace('{n}', '{m}') });
    const { code, stdout, stderr } = await morsel(['run', '--json', 'a.morsel'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('a.morsel:3:');
    expect(stderr).toContain('nothing was done');
    expect(existsSync(join(cwd, '.morsel'))).toBe(false);
  });

  test('tells failures with the end of their output, and where all of it is', async () => {
    const job = `job picky on here {
      input numbers = 1..4
      task pick for n in numbers { run "echo said-{n}; test {n} != 3" }
      task last after pick { run "echo never" }
    }
    target here local { instances 1  lifespan 5 min }`;
    const cwd = folderWith({ 'a.morsel': job });
    const { code, stdout, stderr } = await morsel(['run', 'a.morsel'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('failed: pick 3: exited with 1');
    expect(stdout).toMatch(/✖ picky ended with failures: 3 items done, 1 failed, 1 skipped/);
    expect(stdout).toContain('said-3');
    const logs = await morsel(['logs', '--failed'], { cwd });
    expect(logs.stdout).toBe('✖ pick 3: exited with 1\n  said-3\n');
    const some = await morsel(['logs', 'pick', '--item', '2', '--json'], { cwd });
    expect(jsonLines(some.stdout)).toMatchObject([{ task: 'pick', item: '2', stdout: 'said-2\n', state: 'committed' }]);
  });

  test('is stopped by Ctrl-C at a safe point, and resume goes on without running anything again', async () => {
    const cwd = folderWith({ 'slow.morsel': slowJob });
    const child = start(['run', '--json', 'slow.morsel'], { cwd });
    const result = ended(child);
    await saw(child.stdout, '"safe-point"');
    child.kill('SIGINT');
    await saw(child.stderr, 'Stopping');
    writeFileSync(join(cwd, 'go'), '');
    const stopped = await result;
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain('morsel resume');
    const { run, items } = finishedIn(stopped.stdout);
    expect(items.committed).toBeGreaterThan(0);
    expect(items.committed).toBeLessThan(6);
    const resumed = await morsel(['resume', '--json', run.slice(0, 12)], { cwd });
    expect(resumed.code).toBe(0);
    expect(finishedIn(resumed.stdout)).toMatchObject({ run, state: 'done', items: { committed: 6 } });
    expect(readFileSync(join(cwd, 'ran.log'), 'utf8').trim().split('\n').toSorted()).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
  });

  test('takes a signal that comes twice at once, as to a process group with a launcher in it, for one', async () => {
    const cwd = folderWith({ 'slow.morsel': slowJob, go: '' });
    const child = start(['run', '--json', 'slow.morsel'], { cwd });
    const result = ended(child);
    await saw(child.stdout, 'run-started');
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect((await result).code).toBe(3);
  });

  test('ends at once at the second Ctrl-C', async () => {
    const cwd = folderWith({ 'slow.morsel': slowJob });
    const child = start(['run', '--json', 'slow.morsel'], { cwd });
    const result = ended(child);
    await vi.waitFor(() => expect(readFileSync(join(cwd, 'ran.log'), 'utf8')).toContain('2'), { timeout: 20_000 });
    child.kill('SIGINT');
    await saw(child.stderr, 'Stopping');
    // As a person does: again and again until it ends, but not so fast that two are taken for one.
    const pressing = setInterval(() => child.kill('SIGINT'), 500);
    expect((await result).code).toBe(130);
    clearInterval(pressing);
    expect((await morsel(['status', '--json'], { cwd })).stdout).toContain('"state": "interrupted"');
  });

  test('takes two that a quick hand sends for two, and says beforehand what becomes of items', async () => {
    const cwd = folderWith({ 'slow.morsel': slowJob });
    const child = start(['run', '--json', 'slow.morsel'], { cwd });
    const result = ended(child);
    await vi.waitFor(() => expect(readFileSync(join(cwd, 'ran.log'), 'utf8')).toContain('2'), { timeout: 20_000 });
    child.kill('SIGINT');
    await saw(child.stderr, 'Stopping');
    // No wait for a state: this is how fast a hand is.
    await delay(200);
    child.kill('SIGINT');
    const { code, stderr } = await result;
    expect(code).toBe(130);
    expect(stderr).toContain('items still under way after 10 s are ended');
  });

  test('goes on when the reader of its events leaves', async () => {
    const cwd = folderWith({ 'slow.morsel': slowJob });
    const child = start(['run', '--json', 'slow.morsel'], { cwd });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await saw(child.stdout, '"safe-point"');
    child.stdout.destroy();
    writeFileSync(join(cwd, 'go'), '');
    expect(await closed).toBe(0);
  });

  test('--detach prints the id; watch, status and stop find the run', async () => {
    const cwd = folderWith({ 'slow.morsel': slowJob, 'below/x': '' });
    const detached = await morsel(['run', '--detach', 'slow.morsel'], { cwd });
    expect(detached).toMatchObject({ code: 0, stderr: '' });
    const run = detached.stdout.trim();
    const status = JSON.parse((await morsel(['status', '--json'], { cwd: join(cwd, 'below') })).stdout);
    expect(status.runs).toMatchObject([{ id: run, live: true, progress: { job: 'slow' } }]);
    const watcher = start(['watch', '--json'], { cwd });
    const watched = ended(watcher);
    await saw(watcher.stdout, '"progress"');
    const leaver = start(['watch'], { cwd });
    const left = ended(leaver);
    await saw(leaver.stderr, 'items');
    leaver.kill('SIGINT');
    expect(await left).toMatchObject({ code: 0, stderr: expect.stringContaining('goes on') });
    writeFileSync(join(cwd, 'go'), '');
    const stopped = await morsel(['stop'], { cwd });
    const { code, stdout } = await watched;
    const { state } = finishedIn(stdout);
    expect(['done', 'stopped']).toContain(state);
    expect(code).toBe(state === 'done' ? 0 : 3);
    expect(stopped.code === 0 || state === 'done').toBe(true);
  });

  test('--detach passes on why nothing began', async () => {
    const cwd = folderWith({ 'a.morsel': quickJob().replace('{n}', '{m}') });
    const { code, stdout, stderr } = await morsel(['run', '--detach', 'a.morsel'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('unknown-placeholder');
  });
});

describe('past runs', () => {
  test('are listed, reported and cleaned', async () => {
    const cwd = folderWith({ 'a.morsel': quickJob(30) });
    for (let runs = 0; runs < 3; runs++) await morsel(['run', '--json', 'a.morsel'], { cwd });
    const { runs } = JSON.parse((await morsel(['status', '--json'], { cwd })).stdout);
    expect(runs).toHaveLength(3);
    expect((await morsel(['watch'], { cwd })).stdout).toContain(runs[0].id);

    const report = await morsel(['report', '--json', runs[1].id], { cwd });
    expect(JSON.parse(report.stdout)).toMatchObject({
      summary: { run: runs[1].id, state: 'done' },
      tasks: [{ task: 'sum' }],
    });
    const page = await morsel(['report', '--html', 'my page.html'], { cwd });
    expect(page.stdout).toContain('Predictions');
    expect(readFileSync(join(cwd, 'my page.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(statSync(join(cwd, 'my page.html')).mode & 0o077).toBe(0);

    const cleaned = await morsel(['clean', '--keep', '1', '--json'], { cwd });
    expect(JSON.parse(cleaned.stdout)).toEqual({ removed: [runs[1].id, runs[2].id] });
    expect((await morsel(['clean', '--keep', 'x'], { cwd })).code).toBe(2);
  });

  test('where there are none, that is said', async () => {
    const cwd = folderWith();
    const of = async (...args: string[]) => morsel(args, { cwd });
    expect(await of('status')).toMatchObject({ code: 0, stderr: expect.stringContaining('no runs') });
    expect(await of('resume')).toMatchObject({ code: 1, stderr: expect.stringContaining('no unfinished run') });
    expect(await of('stop')).toMatchObject({ code: 1, stderr: expect.stringContaining('no run at work') });
    expect(await of('report', 'nope')).toMatchObject({ code: 1, stderr: expect.stringContaining('nope') });
    expect(existsSync(join(cwd, '.morsel'))).toBe(false);
  });
});
