import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ItemTable } from '../../../scheduler/items/item-table.ts';
import { RangeValues } from '../../../scheduler/items/item-values.ts';
import { Publisher } from '../../../scheduler/run/publisher.ts';
import { stagedName } from '../../../scheduler/worker/protocol.ts';
import { input, jobSpec, taskSpec, template } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let directory: string;
let problems: string[];
let publisher: Publisher;
beforeEach(() => {
  directory = temporaryFolder('morsel-publish-');
  problems = [];
  const job = jobSpec({
    directory,
    inputs: [input({ kind: 'range', from: 0, to: 9 })],
    tasks: [taskSpec({ input: 'in', output: template('out/deep/{item}.txt', 'raw') })],
  });
  publisher = new Publisher({
    job,
    items: new ItemTable(job, new Map([['in', new RangeValues(0, 10)]])),
    stagingFolder: join(directory, 'staging'),
    onProblem: (message) => problems.push(message),
  });
});

const staged = (fragment: number, position: number): string =>
  join(directory, 'staging', stagedName(fragment, 0, position, `${position}.txt`));
const stage = (fragment: number, position: number, content: string): void => {
  mkdirSync(dirname(staged(fragment, position)), { recursive: true });
  writeFileSync(staged(fragment, position), content);
};
const published = (position: number): string => readFileSync(join(directory, `out/deep/${position}.txt`), 'utf8');

test('outputs of committed items are moved into place', () => {
  stage(3, 4, 'four');
  stage(3, 5, 'five');
  publisher.publish(3, 0, { start: 4, end: 6 });
  expect([published(4), published(5)]).toEqual(['four', 'five']);
  expect(existsSync(staged(3, 4))).toBe(false);
  expect(problems).toEqual([]);
});

test('what a crash cut off between commit and rename is finished, all else is removed', () => {
  stage(0, 1, 'committed by 0');
  stage(0, 2, 'never committed');
  stage(1, 1, 'run again by mistake');
  writeFileSync(join(directory, 'staging/0/stray'), '');
  publisher.recover((_, position) => (position === 1 ? 0 : null));
  expect(published(1)).toBe('committed by 0');
  expect(existsSync(join(directory, 'out/deep/2.txt'))).toBe(false);
  expect(existsSync(join(directory, 'staging/0'))).toBe(false);
  expect(existsSync(join(directory, 'staging/1'))).toBe(false);
});

test('an output that can’t be put in place is said, and kept for another try', () => {
  mkdirSync(join(directory, 'out/deep/1.txt/full'), { recursive: true });
  stage(0, 1, 'one');
  publisher.publish(0, 0, { start: 1, end: 2 });
  expect(publisher.problems).toBe(1);
  expect(problems[0]).toContain(`an output of task work could not be put in place at ${directory}/out/deep/1.txt`);
  rmSync(join(directory, 'out/deep/1.txt'), { recursive: true });
  publisher.recover(() => 0);
  expect(published(1)).toBe('one');
});
