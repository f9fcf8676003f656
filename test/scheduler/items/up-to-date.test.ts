import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { fingerprintOf, taskIdentity } from '../../../scheduler/items/fingerprint.ts';
import { prepareWorkload } from '../../../scheduler/items/prepare.ts';
import type { JobSpec } from '../../../scheduler/job-spec.ts';
import { openHistory } from '../../../scheduler/store/history.ts';
import { input, jobSpec, taskSpec, template } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let directory: string;
let job: JobSpec;
beforeEach(() => {
  directory = temporaryFolder('morsel-uptodate-');
  job = jobSpec({
    directory,
    inputs: [input({ kind: 'files', patterns: ['in/*'], exclude: [] })],
    tasks: [
      taskSpec({ name: 'a', input: 'in', output: template('a/{item.stem}', 'raw') }),
      taskSpec({
        name: 'b',
        input: 'in',
        output: template('b/{item.stem}', 'raw'),
        dependsOn: [{ task: 'a', on: 'item' }],
      }),
      taskSpec({ name: 'sheet', output: template('sheet', 'raw'), dependsOn: [{ task: 'b', on: 'all' }] }),
    ],
  });
  for (const stem of ['x', 'y', 'z']) {
    touch(`in/${stem}`, 10);
    touch(`a/${stem}`, 110);
    touch(`b/${stem}`, 120);
  }
  touch('sheet', 130);
  ranAt(100);
});

/** Times are seconds since a moment of no matter. */
const touch = (name: string, at: number): void => {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '', { flag: 'a' });
  utimesSync(path, 1e9 + at, 1e9 + at);
};
const ranAt = (at: number): void => {
  using history = openHistory(join(directory, '.morsel'));
  const fingerprints = job.tasks.map((task) => ({ task: taskIdentity(job, task), fingerprint: fingerprintOf(task) }));
  history.recordFingerprints(fingerprints, (1e9 + at) * 1000);
};
const upToDate = async (): Promise<[number, number][][]> => {
  const { workload } = await prepareWorkload(job, { morselFolder: join(directory, '.morsel') });
  return workload.tasks.map((task) => task.upToDate.map(({ start, end }) => [start, end]));
};

test('all is up to date after a run', async () => {
  expect(await upToDate()).toEqual([[[0, 3]], [[0, 3]], [[0, 1]]]);
});

test('a newer input makes its item stale, and all that follows from it', async () => {
  touch('in/y', 200);
  expect(await upToDate()).toEqual([[[0, 1], [2, 3]], [[0, 1], [2, 3]], []]); // prettier-ignore
});

test('an output that is gone, or older than what it was made from, is stale', async () => {
  rmSync(join(directory, 'b/z'));
  touch('a/x', 125);
  expect(await upToDate()).toEqual([[[0, 3]], [[1, 2]], []]);
});

test('a barrier whose output is older than one of its inputs is stale', async () => {
  touch('b/x', 140);
  expect(await upToDate()).toEqual([[[0, 3]], [[0, 3]], []]);
});

test('a changed command, or one that never ran, makes everything stale', async () => {
  job.tasks[1]!.env = [{ name: 'MODE', value: template('fast') }];
  expect(await upToDate()).toEqual([[[0, 3]], [], []]);
  ranAt(115);
  expect(await upToDate()).toEqual([[[0, 3]], [[0, 3]], [[0, 1]]]);
  job.tasks[1]!.env = [];
  expect(await upToDate()).toEqual([[[0, 3]], [], []]);
});

test('without outputs to look at, stages go by their last one', async () => {
  job.tasks = [
    taskSpec({ name: 'e', input: 'in', stage: { index: 1, of: 2 } }),
    taskSpec({
      name: 'e#2',
      task: 'e',
      input: 'in',
      stage: { index: 2, of: 2 },
      output: template('a/{item.stem}', 'raw'),
      dependsOn: [{ task: 'e', on: 'item' }],
    }),
  ];
  ranAt(100);
  touch('in/x', 200);
  expect(await upToDate()).toEqual([[[1, 3]], [[1, 3]]]);
});
