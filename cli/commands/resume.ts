import { Command } from 'commander';
import { resumeRun } from '../../scheduler/run/run.ts';
import { findResumable, type Superseded } from '../../scheduler/run/resumable.ts';
import { followRun } from '../follow-run.ts';
import { usageError } from '../exit-codes.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { say } from '../terminal.ts';

export default new Command('resume')
  .description(
    'Goes on with a run that was stopped or cut off. No committed item is run again; of a run that failed, what failed or was skipped is tried again. A run is passed over if one of the same job has finished since, as it would overwrite newer outputs.',
  )
  .argument('[run]', 'its id, or the beginning of it; default: the newest unfinished run')
  .option('--anyway', 'go on with the named run even if one of the same job has finished since')
  .option('--json', 'print one JSON event a line; the last is run-finished')
  .addHelpText(
    'after',
    `
Examples:
  morsel resume
  morsel resume 20261124-142501

Exit codes: 0 done · 1 items failed, or there is no such run that may go on (then nothing is run) · 2 wrong usage · 3 stopped, can be resumed`,
  )
  .action(resume);

async function resume(id: string | undefined, { anyway, json }: { anyway?: true; json?: true }): Promise<void> {
  if (anyway && id === undefined) throw usageError('--anyway takes the id of a run: `morsel status` lists the runs.');
  const morselFolder = nearestMorselFolder();
  const { run, passedOver } = findResumable(morselFolder, id, anyway);
  if (id === undefined) for (const each of passedOver) say(inWords(each));
  process.exitCode = await followRun((runOptions) => resumeRun(run.folder, runOptions), {
    morselFolder,
    json: json === true,
  });
}

const inWords = ({ run, by }: Superseded): string =>
  `Run ${run.id} is passed over: run ${by.id} of the same job has finished since. \`morsel resume ${run.id} --anyway\` goes on with it.`;
