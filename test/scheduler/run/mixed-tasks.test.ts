/** One instance that goes from task to task of different kinds. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { TaskSpec, WorkSpec } from '../../../scheduler/job-spec.ts';
import { startRun } from '../../../scheduler/run/run.ts';
import { input, jobSpec, targetSpec, taskSpec, template } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const worker = new URL('../../../scheduler/worker/main.ts', import.meta.url).pathname;
let folder: string;
beforeEach(() => {
  folder = temporaryFolder('morsel-mixed-');
  writeFileSync(join(folder, 'work.mjs'), 'export default async (item) => item;\n');
});

const stream: WorkSpec = { kind: 'stream', command: template('cat') };
const shell: WorkSpec = { kind: 'run', commands: [template('true')] };
const module: WorkSpec = { kind: 'module', path: 'work.mjs', export: 'default' };

test.each([
  ['one stream after another', [stream, stream]],
  ['one module after another', [module, module]],
  ['a stream, a command, a module, a stream', [stream, shell, module, stream]],
])('%s', async (_, works) => {
  const tasks = works.map((work, i): TaskSpec =>
    taskSpec({ name: `t${i}`, input: 'in', work, dependsOn: i > 0 ? [{ task: `t${i - 1}`, on: 'all' }] : [] }),
  );
  const job = jobSpec({
    directory: folder,
    inputs: [input({ kind: 'range', from: 1, to: 5 })],
    tasks,
    target: targetSpec({ instances: { min: 0, max: 1 }, lifespanSeconds: null }),
  });
  const run = await startRun(job, { morselFolder: join(folder, '.morsel'), workerCommand: [process.execPath, worker] });
  expect((await run.finished).items).toMatchObject({ committed: 5 * works.length, failed: 0 });
});
