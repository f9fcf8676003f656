import { expect, test } from 'vitest';
import { readQueue, secondsOf } from '../../../../scheduler/targets/slurm/queue.ts';
import { isPassing, partitionOf, requestOf } from '../../../../scheduler/targets/slurm/request.ts';
import { targetSpec } from '../../job-specs.ts';

test.each([
  ['1:59', 119],
  ['0:00', 0],
  ['3:04:05', 11_045],
  ['2-03:04:05', 183_845],
  ['UNLIMITED', null],
  ['NOT_SET', null],
  ['INVALID', 0],
])('squeue says %s for %s seconds', (said, seconds) => {
  expect(secondsOf(said)).toBe(seconds);
});

test('reasons may have any character in them', () => {
  const lines = `7|PENDING|10:00|morsel-a|Job's account not known, so it can't use this partition (a|b)
8|RUNNING|0:30|morsel-b|None
9|TIMEOUT|0:00|morsel-c|TimeLimit
10|WHAT_IS_NEW|0:00|morsel-d|None
`;
  const [waiting, running, over, unheardOf] = readQueue(lines, '1 min');
  expect(waiting).toMatchObject({ id: '7', pilot: 'morsel-a', state: 'waiting', lifeSeconds: null });
  expect(waiting!.why).toMatch(/account not known.*\(a\|b\): ask for another account/);
  expect(running).toEqual({ id: '8', pilot: 'morsel-b', state: 'running', lifeSeconds: 30, word: '', why: '' });
  expect(over).toMatchObject({ state: 'over', why: 'allocation 9: its lifespan of 1 min ended' });
  expect(unheardOf).toMatchObject({ state: 'over', why: 'allocation 10: what_is_new' });
});

test('an allocation is asked for in whole minutes and mebibytes, upwards', () => {
  const spec = targetSpec({
    kind: 'slurm',
    lifespanSeconds: 90,
    cpus: 2,
    memoryBytes: 1_000_000_000,
    options: { partition: 'short', gpus: 1, arguments: ['--exclusive', '--licenses=a b'] },
  });
  expect(requestOf(spec)).toEqual([
    '--nodes=1',
    '--ntasks=1',
    '--cpus-per-task=2',
    '--mem=954M',
    '--time=2',
    '--partition=short',
    '--gpus=1',
    '--exclusive',
    '--licenses=a b',
  ]);
});

test.each([
  ['none', {}, undefined, null],
  ["the environment's, which sbatch reads", {}, 'env', 'env'],
  ['its own before that of the environment', { partition: 'own' }, 'env', 'own'],
  [
    'the last of its arguments',
    { partition: 'own', arguments: ['-p', 'first', '-x', '--partition=last'] },
    'env',
    'last',
  ],
  ['one in the same word as its flag', { arguments: ['-pshort'] }, undefined, 'short'],
  ['one in the word after its flag', { arguments: ['--partition', 'long'] }, undefined, 'long'],
])('a target asks for a partition: %s', (_, options, environment, expected) => {
  const env = environment === undefined ? {} : { SBATCH_PARTITION: environment };
  expect(partitionOf(targetSpec({ kind: 'slurm', options }), env)).toBe(expected);
});

test.each([
  ['Batch job submission failed: Socket timed out on send/recv operation', true],
  ['Batch job submission failed: Unable to contact slurm controller (connect failure)', true],
  [
    "QOSMaxSubmitJobPerUserLimit; Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
    true,
  ],
  ['invalid partition specified: nosuch; Invalid partition name specified', false],
  ['Memory specification can not be satisfied', false],
])('a refusal may pass: %s', (complaint, passes) => {
  expect(isPassing(complaint)).toBe(passes);
});
