import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { groupAlike } from '../../../scheduler/items/cohorts.ts';
import { fieldOf } from '../../../scheduler/items/field.ts';
import { createInputProbe } from '../../../scheduler/items/input-probe.ts';
import { ItemTable } from '../../../scheduler/items/item-table.ts';
import { fixedFolder } from '../../../scheduler/items/below.ts';
import { prepareWorkload } from '../../../scheduler/items/prepare.ts';
import type { JobSpec, TaskSpec } from '../../../scheduler/job-spec.ts';
import { input, jobSpec, taskSpec, template, type Source } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder('morsel-items-');
});

const write = (name: string, content: string | Buffer): void => {
  mkdirSync(join(directory, name, '..'), { recursive: true });
  writeFileSync(join(directory, name), content);
};
const jobOver = (source: Source, task: Partial<TaskSpec> = {}): JobSpec =>
  jobSpec({ directory, inputs: [input(source)], tasks: [taskSpec({ input: 'in', ...task })] });
const valuesOf = async (job: JobSpec): Promise<unknown[]> => {
  const { items, workload } = await prepareWorkload(job);
  return items.values(0, 0, workload.tasks[0]!.count);
};

test('files come in path order with all that is known of them', async () => {
  write('in/b c.min.js', 'xy');
  write('in/a', '');
  write('in/skip.js', '');
  write('in/.hidden', '');
  const job = jobOver({ kind: 'files', patterns: ['in/**'], exclude: ['in/skip.js'] });
  expect(await valuesOf(job)).toEqual([
    { path: 'in/a', name: 'a', stem: 'a', ext: '', dir: 'in', below: 'a', size: 0 },
    { path: 'in/b c.min.js', name: 'b c.min.js', stem: 'b c.min', ext: '.js', dir: 'in', below: 'b c.min.js', size: 2 },
  ]);
});

test('tasks over the same items take no memory an item', async () => {
  const tasks = Array.from({ length: 500 }, (_, index) =>
    taskSpec({ name: `t${index}`, task: `t${index}`, input: 'in' }),
  );
  const job = jobSpec({ directory, inputs: [input({ kind: 'range', from: 1, to: 1_000_000 })], tasks });
  const before = process.memoryUsage().arrayBuffers;
  const { workload } = await prepareWorkload(job);
  expect(workload.tasks.map(({ upToDate }) => upToDate)).toEqual(tasks.map(() => []));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
});

test('files outside the job folder keep their absolute path', async () => {
  write('elsewhere/a.txt', 'x');
  mkdirSync(join(directory, 'job'));
  const job = {
    ...jobOver({ kind: 'files', patterns: ['../elsewhere/*'], exclude: [] }),
    directory: join(directory, 'job'),
  };
  expect(await valuesOf(job)).toMatchObject([{ path: join(directory, 'elsewhere/a.txt'), below: 'a.txt' }]);
});

test('two items that would be written to one path are told apart before anything runs', async () => {
  write('in/1/same.txt', '');
  write('in/2/same.txt', '');
  const files: Source = { kind: 'files', patterns: ['in/**'], exclude: [] };
  const clashing = jobOver(files, { output: template('out/{item.name}', 'raw') });
  await expect(prepareWorkload(clashing)).rejects.toThrow(
    /in\/1\/same\.txt and in\/2\/same\.txt of task .* would both be written to .*out\/same\.txt/,
  );
  await prepareWorkload(jobOver(files, { output: template('out/{item.below}', 'raw') }));
  const twice: Source = { kind: 'list', values: ['a', 'b', 'a'] };
  await expect(prepareWorkload(jobOver(twice, { output: template('{item}', 'raw') }))).rejects.toThrow('a and a');
});

test('a path that begins with a dash is no option of a program', async () => {
  write('-n.txt', '');
  const [item] = await valuesOf(jobOver({ kind: 'files', patterns: ['*.txt'], exclude: [] }));
  expect(item).toMatchObject({ path: './-n.txt', name: '-n.txt' });
});

test.each([
  ['src/**/*.js', 'src'],
  ['../lib/*/x.js', '../lib'],
  ['*.txt', '.'],
  ['/data/{a,b}/*', '/data'],
  ['/*', '/'],
  ['one/file.txt', 'one'],
])('what a pattern matches lies below its fixed part: %s', (pattern, folder) => {
  expect(fixedFolder(pattern)).toBe(folder);
});

test('csv: BOM, CRLF, quoted cells with line ends and commas in them', async () => {
  write('p.csv', '\uFEFFname,first name\r\nAnn,"a, ""b""\nc"\r\n\r\nBob,\r\n');
  const job = jobOver({ kind: 'csv', path: 'p.csv' });
  expect(await valuesOf(job)).toEqual([
    { name: 'Ann', 'first name': 'a, "b"\nc' },
    { name: 'Bob', 'first name': '' },
  ]);
  const { items } = await prepareWorkload(job);
  expect(items.label(0, 1)).toBe('row 2');
});

test('lines: LF and CRLF, no empty ones, the last one without an end', async () => {
  write('f.txt', 'one\r\n\n  two\u2028 \r\nthree');
  expect(await valuesOf(jobOver({ kind: 'lines', path: 'f.txt' }))).toEqual(['one', '  two\u2028 ', 'three']);
});

test('json lines, lists and ranges', async () => {
  write('f.ndjson', '{"a":[1]}\n\n"x"\nnull\n');
  expect(await valuesOf(jobOver({ kind: 'json', path: 'f.ndjson' }))).toEqual([{ a: [1] }, 'x', null]);
  expect(await valuesOf(jobOver({ kind: 'list', values: ['b', 2] }))).toEqual(['b', 2]);
  expect(await valuesOf(jobOver({ kind: 'range', from: -1, to: 1 }))).toEqual([-1, 0, 1]);
});

test('a range of a million costs nothing, and a task without an input has one item', async () => {
  const { workload, items } = await prepareWorkload(jobOver({ kind: 'range', from: 1, to: 1_000_000 }));
  expect(workload.tasks[0]).toMatchObject({ count: 1_000_000, cohorts: [{ start: 0, end: 1_000_000, cost: null }] });
  expect(items.values(0, 999_998, 1_000_000)).toEqual([999_999, 1_000_000]);
  const single = await prepareWorkload(jobSpec({ directory }));
  expect(single.workload.tasks[0]).toMatchObject({ count: 1, cohorts: [{ start: 0, end: 1, cost: null }] });
  expect(single.items.values(0, 0, 1)).toEqual([null]);
});

test('two tasks over one input share its order, and a saved table reads the same', async () => {
  write('f.csv', `id,big,small\n${Array.from({ length: 500 }, (_, i) => `${i},${(i * 7919) % 503},1`).join('\n')}\n`);
  const job = jobSpec({
    directory,
    inputs: [input({ kind: 'csv', path: 'f.csv' })],
    tasks: [
      taskSpec({ name: 'a', input: 'in', cost: { kind: 'field', path: ['big'] } }),
      taskSpec({
        name: 'b',
        input: 'in',
        cost: { kind: 'field', path: ['small'] },
        dependsOn: [{ task: 'a', on: 'item' }],
      }),
    ],
  });
  const { workload, items } = await prepareWorkload(job);
  const [a, b] = workload.tasks;
  expect(a!.cohorts.map(({ start, end }) => [start, end])).toEqual(b!.cohorts.map(({ start, end }) => [start, end]));
  expect(new Set(b!.cohorts.map(({ cost }) => cost))).toEqual(new Set([1]));
  for (const { start, end, cost } of a!.cohorts) {
    const costs = items.values(0, start, end).map((row) => Number(fieldOf(row, 'big')));
    expect(costs.reduce((x, y) => x + y, 0) / costs.length).toBeCloseTo(cost!);
  }
  const all = items.values(0, 0, 500);
  items.moveTo(join(directory, 'saved'));
  expect(items.values(1, 0, 500)).toEqual(all);
  const again = ItemTable.open(job, join(directory, 'saved'));
  expect(again.values(0, 0, 500)).toEqual(all);
  expect(again.label(0, 3)).toBe(items.label(0, 3));
  again.close();
  items.close();
});

test('alike items stand together, each item once, in the order of their input', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(5), fc.double({ min: 0, max: 1e12, noNaN: true })), { maxLength: 300 }),
      (costs) => {
        const { order, borders } = groupAlike(costs.length, [costs]);
        const positions = [...(order ?? costs.keys())];
        expect(positions.toSorted((a, b) => a - b)).toEqual([...costs.keys()]);
        expect(borders.length - 1).toBeLessThanOrEqual(32);
        for (const [cohort, start] of borders.slice(0, -1).entries()) {
          const members = positions.slice(start, borders[cohort + 1]);
          expect(members).toEqual(members.toSorted((a, b) => a - b));
          expect(members.length).toBeGreaterThan(0);
        }
      },
    ),
  );
});

test.for<[Source, string]>([
  [{ kind: 'csv', path: 'none.csv' }, "can't read none.csv: there is no such file"],
  [{ kind: 'csv', path: 'ragged.csv' }, 'line 3 of ragged.csv has 1 cells, but the header has 2'],
  [{ kind: 'csv', path: 'twice.csv' }, 'twice.csv has two columns called "a"'],
  [{ kind: 'csv', path: 'empty' }, 'empty is empty'],
  [{ kind: 'lines', path: 'folder' }, "can't read folder: it is a folder"],
  [{ kind: 'lines', path: 'latin1' }, 'latin1 is no UTF-8 text'],
  [{ kind: 'json', path: 'bad.ndjson' }, 'line 3 of bad.ndjson is no JSON'],
  [
    { kind: 'files', patterns: ['names/*'], exclude: [] },
    'is no UTF-8, so no command could be given it: rename the file',
  ],
])('says what is wrong with an input: %j', async ([source, message]) => {
  write('ragged.csv', 'a,b\n1,2\n3\n');
  write('twice.csv', 'a,a\n1,2\n');
  write('empty', '');
  write('folder/x', '');
  write('latin1', Buffer.from([0x61, 0xe9, 0x0a]));
  write('bad.ndjson', '{}\n\n{"a":\n');
  mkdirSync(join(directory, 'names'));
  writeFileSync(Buffer.concat([Buffer.from(join(directory, 'names/')), Buffer.from([0x61, 0xe9])]), '');
  await expect(prepareWorkload(jobOver(source))).rejects.toThrow(message);
});

test('says which cost is no number', async () => {
  write('p.csv', 'name,size\na,1\nb,many\n');
  const job = jobOver({ kind: 'csv', path: 'p.csv' }, { cost: { kind: 'field', path: ['size'] } });
  await expect(prepareWorkload(job)).rejects.toThrow(
    'the cost of task work must be a number of 0 or more, but {size} of row 2 in input in is "many"',
  );
});

test('the probe counts files, reads columns, and never fails', async () => {
  write('p.csv', 'a,"b c"\n1,2\n');
  const probe = createInputProbe();
  expect(await probe.files(['*.csv'], [], directory)).toBe(1);
  expect(await probe.columns('p.csv', directory)).toEqual(['a', 'b c']);
  expect(await probe.columns('none.csv', directory)).toBeNull();
  expect(await probe.exists('p.csv', directory)).toBe(true);
  expect(await probe.exists('none.csv', directory)).toBe(false);
});
