/**
 * A run in a process of its own, for tests that kill it: `node run-process.ts start JOB.json | resume FOLDER`, then
 * `.morsel`, and the file of the worker if it is not to be the real one. SIGTERM stops the run.
 */
import { readFileSync } from 'node:fs';
import { resumeRun, startRun } from '../../../scheduler/run/run.ts';

const realWorker = new URL('../../../scheduler/worker/main.ts', import.meta.url).pathname;
const [how, what, morselFolder, worker = realWorker] = process.argv.slice(2);
const options = {
  morselFolder: morselFolder!,
  workerCommand: [process.execPath, worker],
  onEvent: (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`),
};
try {
  const run =
    how === 'start'
      ? await startRun(JSON.parse(readFileSync(what!, 'utf8')), options)
      : await resumeRun(what!, options);
  process.on('SIGTERM', () => void run.stop());
  await run.finished;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
