import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExplainedFragment } from '../../scheduler/explain/explain.ts';
import { listRuns, type RunReport } from '../../scheduler/run/runs.ts';
import { asVersion1 } from '../scheduler/store/old-journal.ts';
import { folderWith, morsel, quickJob } from './morsel.ts';

/** Instances that end at their deadline or before, items that outlast what is left, and a task that waits for all. */
const roughJob = `job rough on virtual {
  input numbers = 1..300
  task sum for n in numbers { run "echo {n}"  estimate 4 s  cost n }
  task total after sum { run "echo all" }
}
target virtual simulated { instances 3  lifespan 60 s  mtbf 2 min }
`;

/** A folder in which that job has been run. */
async function ran(job: string): Promise<string> {
  const cwd = folderWith({ 'the "sea"\'s job.morsel': job });
  const { code, stderr } = await morsel(['run', '--json', 'the "sea"\'s job.morsel'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return cwd;
}

async function json<T>(cwd: string, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await morsel([...args, '--json'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function text(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout } = await morsel(args, { cwd });
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/undefined|NaN|Infinity|\[object/);
  // As one paragraph, however wide the terminal is.
  return stdout.replaceAll(/\s+/g, ' ');
}

const all = async (cwd: string, ...args: string[]): Promise<ExplainedFragment[]> =>
  (await json<{ fragments: ExplainedFragment[] }>(cwd, 'explain', ...args)).fragments;

describe('morsel explain', () => {
  test('lists all fragments of a run, and explains each: what it says of items adds up', async () => {
    const cwd = await ran(roughJob);
    const report = await json<RunReport>(cwd, 'report');
    const fragments = await all(cwd);
    expect(fragments.map(({ fragment }) => fragment)).toEqual(report.fragments.map(({ fragment }) => fragment));
    expect(new Set(fragments.map(({ how }) => how))).toContain('lost');

    const parts = report.fragments.flatMap((fragment) => fragment.parts);
    expect(parts.reduce((sum, { committed }) => sum + committed, 0)).toBe(report.summary.items.committed);
    for (const { parts: own, sizing, safePointItems, items } of report.fragments) {
      expect(sizing!.workLeftSeconds).toBeGreaterThan(0);
      expect(own.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
      const settled = own.reduce((sum, { committed, failed }) => sum + committed + failed, 0);
      expect(safePointItems.reduce((sum, number) => sum + number, 0)).toBe(settled);
      expect(own.reduce((sum, part) => sum + part.items, 0)).toBe(Object.values(items).reduce((a, b) => a + b));
    }
    const table = await text(cwd, 'explain');
    for (const { why } of fragments) expect(table).toContain(why);
  });

  test('says who asked, what was weighed, what is in it, what was predicted and what happened', async () => {
    const cwd = await ran(roughJob);
    const fragments = await all(cwd);
    const said = await text(cwd, 'explain', '0');
    expect(said).toMatch(/^Fragment 0 on virtual-\d+ rough · \S+ Who asked virtual-\d+ \(virtual, simulated\) asked/);
    expect(said).toMatch(/of 1 min left to live\. Why this size .+ Aimed at: /);
    expect(said).toContain('shared evenly among 3 instances');
    expect(said).toContain('Predicted from the `estimate` in the job file: no item had been seen.');
    expect(said).toMatch(/Predicted to take .+; four in five such take .+ What happened/);

    const of = async (how: string) => {
      const found = fragments.find((fragment) => fragment.how === how);
      return found && text(cwd, 'explain', listRuns(join(cwd, '.morsel'))[0]!.id, String(found.fragment));
    };
    expect(await of('lost')).toMatch(/It was lost with its instance \(.+\), and with it .+ of work since/);
    expect(await of('lost')).toMatch(/went back to the queue|All of it was committed by then/);
    expect(await of('done')).toContain('It ran to its end.');
    const late = fragments.findLast(({ items }) => 'sum' in items)!;
    expect(await text(cwd, 'explain', String(late.fragment))).toMatch(/Predicted from \d+ items seen by then \(.+\)/);
  });

  test('gives JSON that says the same, and with --worst those first that were predicted worst', async () => {
    const cwd = await ran(roughJob);
    const { fragments } = await json<RunReport>(cwd, 'report');
    const one = await json<object>(cwd, 'explain', '1');
    expect(one).toMatchObject({ job: 'rough', fragment: fragments[1], explanation: { fragment: 1 } });
    const off = (await all(cwd, '--worst')).map(({ place, tookSeconds, predictedSeconds }) =>
      place === null ? -1 : Math.abs(Math.log(tookSeconds! / predictedSeconds.expected)),
    );
    expect(off).toEqual(off.toSorted((a, b) => b - a));
    expect(off).toHaveLength(fragments.length);
  });

  test('says what there is where a run or a fragment is not', async () => {
    const cwd = await ran(quickJob(1));
    const id = listRuns(join(cwd, '.morsel'))[0]!.id;
    const of = async (...args: string[]) => {
      const { code, stdout, stderr } = await morsel(['explain', ...args], { cwd });
      expect(stdout).toBe('');
      return { code, stderr };
    };
    expect(await of('99')).toEqual({
      code: 1,
      stderr: `error: Run ${id} has no fragment 99: it has 1 fragment, number 0.\n`,
    });
    expect(await of(id, '7')).toMatchObject({ code: 1, stderr: expect.stringContaining('has no fragment 7') });
    expect(await of('nope')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no run nope') });
    expect(await of(id, 'seven')).toMatchObject({ code: 2, stderr: expect.stringContaining('"seven" is no fragment') });
    expect(await of(id, '-1')).toMatchObject({ code: 2 });
    const empty = folderWith();
    expect(await morsel(['explain'], { cwd: empty })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no run'),
    });
  });

  test('tells of real work: what failed, what was cut by a stop, safe points as written, two tasks side by side', async () => {
    const cwd = folderWith({
      'a.morsel': `job mixed on here {
  input numbers = 1..12
  task nap for n in numbers { run "sleep 0.02; test {n} != 3"  safepoint every 2 items }
  task after_nap for n in nap { step one { run "true" }  safepoint  step two { run "true" } }
}
target here local { instances 1  cpus 2 }
`,
    });
    expect(await morsel(['run', '--json', 'a.morsel'], { cwd })).toMatchObject({ code: 1 });
    const { fragments, summary } = await json<RunReport>(cwd, 'report');
    const said = await Promise.all(fragments.map(({ fragment }) => text(cwd, 'explain', String(fragment))));
    const everything = said.join(' ');
    expect(everything).toContain('1 item of nap failed for good.');
    expect(everything).toContain('every 2 items, as the job file says');
    expect(everything).toContain('after_nap (stage 1 of 2)');
    expect(everything).toContain('after each item, since a safe point stands before its next step');
    expect(everything).toContain('Nobody knew when its life would end.');
    expect(everything).toContain('Predicted from what other tasks took');
    const failed = fragments.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.failed, 0);
    expect(failed).toBe(summary.items.failed);
  });
});

describe('runs of an older version', () => {
  test('are explained and reported as far as they were recorded', async () => {
    const cwd = await ran(quickJob(40));
    const { folder } = listRuns(join(cwd, '.morsel'))[0]!;
    const before = await json<RunReport>(cwd, 'report');
    asVersion1(folder);
    const after = await json<RunReport>(cwd, 'report');
    expect(after.fragments.map(({ fragment, items, limit }) => ({ fragment, items, limit }))).toEqual(
      before.fragments.map(({ fragment, items, limit }) => ({ fragment, items, limit })),
    );
    for (const { sizing, parts } of after.fragments) {
      expect(sizing).toBeNull();
      expect(parts).toMatchObject([{ task: 'sum', share: 1, predicted: null }]);
    }
    expect(after.calibration.fragments).toEqual(before.calibration.fragments);
    expect(after.calibration.tasks[0]!.items).toMatchObject({ predicted: 0, medianError: null });

    const said = await text(cwd, 'explain', '0');
    expect(said).toContain('The numbers that were weighed were not recorded');
    expect(said).toContain('Its safe points Not recorded');
    expect(await text(cwd, 'explain')).toContain('Why this size');
    expect(await morsel(['report', '--html', 'old.html'], { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'old.html'), 'utf8')).toContain('or what was predicted for them was not recorded');
  });
});

describe('morsel report', () => {
  test('says how good the predictions were, and where that is too little to go by', async () => {
    const cwd = await ran(roughJob);
    const { calibration, summary } = await json<RunReport>(cwd, 'report');
    const { makespan, fragments, tasks } = calibration;
    expect(makespan).toEqual({
      predictedSeconds: summary.predictedSeconds,
      actualSeconds: summary.makespanSeconds,
    });
    expect(fragments.predicted).toBe(summary.fragments);
    expect(tasks.map(({ task }) => task)).toEqual(['sum', 'total']);
    expect(tasks[0]!.items.predicted + tasks[1]!.items.predicted).toBe(summary.items.committed);
    for (const { judged, inside, below, above, predicted } of [
      fragments,
      ...tasks.flatMap((t) => [t.items, t.fragments]),
    ]) {
      expect(judged).toBe(inside + below + above);
      expect(judged).toBeLessThanOrEqual(predicted);
    }
    const said = await text(cwd, 'report');
    expect(said).toMatch(
      /Predictions It was predicted to take .+ and took .+\. \d.* of \d+ fragments fell into their 80 % bands/,
    );

    const small = await ran(quickJob(1));
    expect(await text(small, 'report')).toContain('Only 1 fragment showed how long all of it takes');
  });
});
