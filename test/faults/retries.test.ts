/** An item that always fails comes to its end, however its tries lie across instances. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRun } from '../../scheduler/run/run.ts';
import { input, jobSpec, targetSpec, taskSpec, template } from '../scheduler/job-specs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const worker = new URL('../../scheduler/worker/main.ts', import.meta.url).pathname;

test('tries that failed count on the next instance: an item that takes most of a life and fails is given up', async () => {
  const folder = temporaryFolder();
  const job = jobSpec({
    directory: folder,
    inputs: [input({ kind: 'range', from: 1, to: 1 })],
    tasks: [
      taskSpec({
        input: 'in',
        work: { kind: 'run', commands: [template(`echo try >> tries; sleep 1.2; exit 3`)] },
        retry: 2,
      }),
    ],
    target: targetSpec({ instances: { min: 0, max: 1 }, lifespanSeconds: 2 }),
  });
  const failures: object[] = [];
  const run = await startRun(job, {
    morselFolder: join(folder, '.morsel'),
    workerCommand: [process.execPath, worker],
    onEvent: (event) => {
      if (event.type === 'item-failed') failures.push(event);
    },
  });
  const { items, instances } = await run.finished;
  expect(items).toMatchObject({ failed: 1 });
  expect(failures).toMatchObject([{ attempts: 3, message: 'exited with 3' }]);
  expect(instances).toBeGreaterThan(1);
});
