import { Command } from 'commander';
import { resumeRun } from '../../scheduler/run/run.ts';
import { findRun } from '../../scheduler/run/runs.ts';
import { followRun } from '../follow-run.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';

export default new Command('resume')
  .description(
    'Goes on with a run that was stopped or cut off. No committed item is run again; of a run that failed, what failed or was skipped is tried again.',
  )
  .argument('[run]', 'its id, or the beginning of it; default: the newest unfinished run')
  .option('--json', 'print one JSON event a line; the last is run-finished')
  .addHelpText(
    'after',
    `
Examples:
  morsel resume
  morsel resume 20261124-142501

Exit codes: 0 done · 1 items failed · 2 wrong usage · 3 stopped, can be resumed`,
  )
  .action(resume);

async function resume(id: string | undefined, options: { json?: true }): Promise<void> {
  const morselFolder = nearestMorselFolder();
  const { folder } = findRun(morselFolder, id, 'unfinished');
  process.exitCode = await followRun((runOptions) => resumeRun(folder, runOptions), {
    morselFolder,
    json: options.json === true,
  });
}
