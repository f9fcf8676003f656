import { Command } from 'commander';
import { startRun } from '../../scheduler/run/run.ts';
import { startDetached } from '../detach.ts';
import { followRun } from '../follow-run.ts';
import { type JobChoice, loadJob } from '../job-files.ts';
import { addJobOptions } from '../job-options.ts';
import { ownMorselFolder } from '../morsel-folder.ts';
import { usageError } from '../exit-codes.ts';

const run = new Command('run')
  .description(
    'Runs a job and shows how far it is. Ctrl-C stops it at its next safe points; `morsel resume` goes on from there. The run is kept in .morsel of the current folder.',
  )
  .argument('<file>', 'the job file');

export default addJobOptions(run)
  .option('--json', 'print one JSON event a line; the last is run-finished')
  .option('--detach', 'start the run in the background and print its id')
  .addHelpText(
    'after',
    `
Examples:
  morsel run thumbnails.morsel
  morsel run --job nightly --on cluster --set width=640 jobs.morsel
  morsel run --json thumbnails.morsel | jq -r 'select(.type == "item-failed").item'
  morsel watch $(morsel run --detach thumbnails.morsel)

Exit codes: 0 done · 1 items failed; or the file has errors, or a run at work writes the same outputs (then nothing is run) · 2 wrong usage · 3 stopped, can be resumed`,
  )
  .action(runJob);

async function runJob(file: string, options: JobChoice & { json?: true; detach?: true }): Promise<void> {
  if (options.json && options.detach)
    throw usageError('--json and --detach do not go together: a detached run prints its id alone.');
  if (options.detach) {
    process.exitCode = await startDetached(jobArguments(file, options));
    return;
  }
  const job = await loadJob(file, options);
  process.exitCode = await followRun((runOptions) => startRun(job, runOptions), {
    morselFolder: ownMorselFolder(),
    json: options.json === true,
  });
}

function jobArguments(file: string, { job, on, set = {} }: JobChoice): string[] {
  return [
    'run',
    '--json',
    ...(job === undefined ? [] : [`--job=${job}`]),
    ...(on === undefined ? [] : [`--on=${on}`]),
    ...Object.entries(set).map(([name, value]) => `--set=${name}=${value}`),
    '--',
    file,
  ];
}
