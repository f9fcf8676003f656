/** Small slips are said, and what is piped is whole. */
import { expect, test } from 'vitest';
import { folderWith, morsel, quickJob } from './morsel.ts';

test('check refuses what run would refuse: a csv that is not there', async () => {
  const cwd = folderWith({
    'job.morsel': quickJob().replace('1..20', 'csv "gone.csv"').replace('{n}', '{n.a}'),
  });
  const { code, stdout } = await morsel(['check', 'job.morsel'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain('error[missing-input]: There is no file "gone.csv" in the folder of this file.');
});

test('logs of an item that is not there', async () => {
  const cwd = folderWith({ 'job.morsel': quickJob() });
  await morsel(['run', 'job.morsel'], { cwd });
  const { code, stderr } = await morsel(['logs', 'sum', '--item', '21'], { cwd });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/Task sum of run \S+ has no item 21: /) });
  expect((await morsel(['logs', 'sum', '--item', '20'], { cwd })).code).toBe(0);
});

test('tables are cut to the width of a terminal only: a program that reads them gets all of each line', async () => {
  const name = `sum_${'of_many_numbers_'.repeat(8)}`;
  const cwd = folderWith({
    'job.morsel': quickJob().replace('task sum', `task ${name}`).replace('job sums', `job ${name}`),
  });
  expect((await morsel(['plan', 'job.morsel'], { cwd })).stdout).toContain(`${name}     20`);
  await morsel(['run', 'job.morsel'], { cwd });
  await morsel(['run', 'job.morsel'], { cwd });
  for (const command of ['status', 'explain']) {
    const { stdout } = await morsel([command], { cwd });
    expect(stdout).toContain(command === 'status' ? 'done' : name);
    expect(stdout).not.toContain('…');
  }
});

test('a picture for a folder that is not there', async () => {
  const cwd = folderWith({ 'job.morsel': quickJob() });
  const { code, stderr } = await morsel(['plan', '--svg', 'pictures/plan.svg', 'job.morsel'], { cwd });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'error: pictures/plan.svg cannot be written: its folder does not exist.\n',
  });
});
