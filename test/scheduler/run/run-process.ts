/** A run in a process of its own, for tests that kill it: `node run-process.ts start JOB.json | resume FOLDER`, then `.morsel`. */
import { readFileSync } from 'node:fs';
import { resumeRun, startRun } from '../../../scheduler/run/run.ts';

const [how, what, morselFolder] = process.argv.slice(2);
const worker = new URL('../../../scheduler/worker/main.ts', import.meta.url).pathname;
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
  await run.finished;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
