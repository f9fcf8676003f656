import { expect, test } from 'vitest';
import type { ReplayAnswer } from '../../cli/commands/replay.ts';
import type { RunEntry } from '../../scheduler/run/runs.ts';
import { folderWith, jsonLines, morsel, quickJob, start } from './morsel.ts';

/** Twelve items on two instances of this machine, and two more targets to replay them on. */
const JOB = `job sums on here {
  input numbers = 1..12
  task sum for n in numbers { run "sleep 0.02; test {n} -ne 5" }
  task last after sum { run "true" }
}
target here local { instances 2  lifespan 60 s }
target many simulated { instances 6  lifespan 60 s }
`;

async function folderWithRun(job = quickJob(), code = 0): Promise<string> {
  const cwd = folderWith({ 'sums.morsel': job });
  expect((await morsel(['run', '--json', 'sums.morsel'], { cwd })).code).toBe(code);
  return cwd;
}

async function answerOf(cwd: string, ...args: string[]): Promise<ReplayAnswer> {
  const { code, stdout } = await morsel(['replay', '--json', ...args], { cwd });
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('a run is replayed beside what happened and the bound, by several policies', async () => {
  const cwd = await folderWithRun();
  const policies = ['--policy', 'morsel', '--policy', 'fixed:4', '--policy', 'single'];
  const { happened, replayed, boundSeconds, assumed } = await answerOf(cwd, ...policies);
  expect(happened.state).toBe('done');
  expect(assumed).toEqual([]);
  expect(replayed.map(({ policy }) => policy)).toEqual(['morsel', 'fixed:4', 'single']);
  for (const { makespanSeconds } of replayed) expect(makespanSeconds).toBeGreaterThanOrEqual(boundSeconds!);
  expect(replayed.map(({ fragments }) => fragments).slice(1)).toEqual([5, 20]);

  const { stdout } = await morsel(['replay', ...policies], { cwd });
  for (const row of ['happened', 'morsel', 'fixed:4', 'single', 'bound'])
    expect(stdout).toMatch(new RegExp(`^${row} `, 'm'));
});

test('other conditions give another time', async () => {
  const cwd = await folderWithRun();
  const before = await answerOf(cwd);
  const alone = await answerOf(cwd, '--instances', '1', '--lifespan', 'none');
  expect(alone.target).toMatchObject({ instances: { min: 0, max: 1 }, lifespanSeconds: null });
  expect(alone.replayed[0]!.makespanSeconds).toBeGreaterThan(1.5 * before.replayed[0]!.makespanSeconds!);
});

test('items that failed or were never run are said, and another target of the file may be named', async () => {
  const cwd = await folderWithRun(JOB, 1);
  const { assumed, target, happened } = await answerOf(cwd, '--target', 'many');
  expect(assumed).toEqual([
    { task: 'sum', items: 1, itemSeconds: expect.any(Number) },
    { task: 'last', items: 1, itemSeconds: expect.any(Number) },
  ]);
  expect(target).toMatchObject({ name: 'many', kind: 'simulated', instances: { max: 6 } });
  expect(happened.target.name).toBe('here');
  const { stdout } = await morsel(['replay'], { cwd });
  expect(stdout).toContain('1 item of sum did not come to an end in that run');
});

test.each([
  [['nope'], 1, 'there is no run nope'],
  [['--lifespan', '3 bananas'], 2, 'It takes a time'],
  [['--lifespan', '0 s'], 2, 'It takes a time'],
  [['--instances', '0'], 2, 'It takes a number of instances'],
  [['--instances', '5..2'], 2, 'It takes a number of instances'],
  [['--policy', 'fixed:0'], 2, 'It takes morsel, single'],
  [['--target', 'nowhere'], 2, 'There is no target `nowhere`'],
])('%j is refused with one sentence', async (args, expected, message) => {
  const cwd = await folderWithRun();
  const { code, stdout, stderr } = await morsel(['replay', ...args], { cwd });
  expect(code).toBe(expected);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('a run that is still going is not replayed', async () => {
  const job = JOB.replace('sleep 0.02', 'sleep 30');
  const cwd = folderWith({ 'sums.morsel': job });
  const child = start(['run', '--json', 'sums.morsel'], { cwd });
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const { code, stderr } = await morsel(['replay'], { cwd });
  expect(code).toBe(1);
  expect(stderr).toMatch(/run \S+ is still going/);
  const { stdout } = await morsel(['status', '--json'], { cwd });
  const { runs } = jsonLines<{ runs: RunEntry[] }>(JSON.stringify(JSON.parse(stdout)))[0]!;
  expect(runs[0]!.live).toBe(true);
});
