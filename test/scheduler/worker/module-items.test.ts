import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { TaskSpec } from '../../../scheduler/job-spec.ts';
import { taskSpec, template } from '../job-specs.ts';
import { startWorker, temporaryFolder, type Harness } from './harness.ts';

let worker: Harness | undefined;
afterEach(() => worker?.dispose());

async function start(source: string, given: Partial<TaskSpec> = {}, setup = {}, path = './work.mjs'): Promise<Harness> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'work.mjs'), source);
  const work: TaskSpec['work'] = { kind: 'module', path, export: 'default' };
  return (worker = await startWorker({ folder, tasks: [taskSpec({ work, ...given })], setup }));
}
const allBut = (missing: number, end: number): number[] => [...Array(end).keys()].filter((each) => each !== missing);

it('calls the function for each item and takes results and errors', async () => {
  const harness = await start(`export default async (item) => {
    if (item === 3) throw new TypeError('no threes'); if (item === 5) return { five: [5] } }`);
  expect(await harness.run([{ end: 2000 }])).toBe('done');
  expect(harness.failures()).toMatchObject([{ position: 3, message: 'TypeError: no threes' }]);
  expect(harness.done()).toEqual(allBut(3, 2000));
  expect(harness.results()).toEqual({ 5: { five: [5] } });
});

it('writes outputs and keeps what was printed', async () => {
  const harness = await start(
    `import { writeFileSync } from 'node:fs';
     export default (item, { out }) => { console.log('did ' + item); writeFileSync(out, 'x') }`,
    { output: template('{item}.txt', 'raw') },
  );
  await harness.run([{ end: 200 }]);
  expect(harness.done()).toEqual(Array.from({ length: 200 }, (_, item) => item));
  expect(harness.printed()).toEqual(
    Object.fromEntries(harness.done().map((item) => [item, { stdout: `did ${item}\n`, stderr: '' }])),
  );
});

it.each([
  ['that is missing', './missing.mjs', '', /^module \.\/missing\.mjs can't be loaded/],
  [
    'without the export',
    './work.mjs',
    'export const other = () => {}',
    /exports no function "default"; its functions are: other/,
  ],
  ['that does not parse', './work.mjs', 'export default (', /can't be loaded/],
])('says once that a module %s is of no use', async (_, path, source, message) => {
  const harness = await start(source, {}, {}, path);
  expect(await harness.run([{ end: 50_000 }])).toBe('done');
  expect(harness.reports).toMatchObject([{ start: 0, end: 50_000, state: 'failed' }]);
  expect(harness.failures()).toMatchObject([{ message: expect.stringMatching(message) }]);
});

it.each([
  ['waits for ever', 'if (item === 4) await new Promise(() => {})'],
  ['never lets go', 'if (item === 4) for (;;);'],
])('ends a thread whose item %s, and fails only that item', async (_, body) => {
  const harness = await start(`export default async (item) => { ${body} }`, { timeoutSeconds: 0.5 });
  await harness.run([{ end: 300 }]);
  expect(harness.failures()).toMatchObject([{ position: 4, message: 'ran longer than 0.5 s' }]);
  expect(harness.done()).toEqual(allBut(4, 300));
});

it('outlives a module that ends its thread', async () => {
  const harness = await start(`export default (item) => { if (item === 2) process.exit(3) }`);
  await harness.run([{ end: 10 }]);
  expect(harness.failures()).toMatchObject([{ position: 2, message: 'ended its thread with 3' }]);
  expect(harness.done()).toEqual(allBut(2, 10));
});
