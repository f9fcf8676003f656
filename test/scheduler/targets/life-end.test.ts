/** What is left of an instance's work when its life ends in the midst of it: real workers, really killed. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { TaskSpec } from '../../../scheduler/job-spec.ts';
import { createLocalTarget } from '../../../scheduler/targets/local.ts';
import { jobSpec, targetSpec, taskSpec, template } from '../job-specs.ts';
import { temporaryFolder, workerCommand } from '../worker/harness.ts';
import { fragmentOf, Recorder } from './recorder.ts';

let directory = '';
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs items that each write an output, without a safe point in between, until the instance's life ends. */
async function outlive(work: TaskSpec['work']): Promise<{ written: number; committed: number }> {
  const told = new Recorder();
  const spec = targetSpec({ lifespanSeconds: 3 });
  const job = jobSpec({ directory, tasks: [taskSpec({ work, output: template('{item}.txt', 'raw') })] });
  const stagingFolder = join(directory, 'staging');
  const setup = { job, stagingFolder, heartbeatSeconds: 0, keepOutputBytes: 4096 };
  const target = createLocalTarget(spec, { workerCommand, setup }, told);
  try {
    target.start('a');
    await told.until(() => told.facts.has('a'));
    const fragment = fragmentOf(1, 'a', 1_000_000, 1e-6);
    target.assign({ ...fragment, pieces: fragment.pieces.map((piece) => ({ ...piece, everyItems: 0 })) });
    await told.until(() => told.downs.has('a'));
  } finally {
    await target.close();
  }
  return { written: readdirSync(join(stagingFolder, '1')).length, committed: told.done().length };
}

it('commits every item that has ended, but for those in flight', async () => {
  directory = temporaryFolder();
  const { written, committed } = await outlive({ kind: 'run', commands: [template('echo {item} > {out}')] });
  expect(committed).toBeGreaterThan(10);
  expect(written - committed).toBeLessThanOrEqual(1);
});

it('does so where thousands of outputs are written faster than a disk takes them', async () => {
  directory = temporaryFolder();
  const source = `import { writeFileSync } from 'node:fs'; export default (item, { out }) => writeFileSync(out, String(item));`;
  writeFileSync(join(directory, 'work.mjs'), source);
  const { written, committed } = await outlive({ kind: 'module', path: 'work.mjs', export: 'default' });
  expect(committed).toBeGreaterThan(100);
  expect(written - committed).toBeLessThanOrEqual(512);
});
