import { Command } from 'commander';
import { ExitCode } from '../exit-codes.ts';
import { type JobChoice, loadJob } from '../job-files.ts';
import { addJobOptions } from '../job-options.ts';
import { planJob } from '../make-plan.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { renderPlan } from '../render-plan.ts';
import { paintFor, printJson, printLines } from '../terminal.ts';

const plan = new Command('plan')
  .description(
    'Predicts how a job will run, without running it: the very scheduler of a run, on a virtual clock, with what past runs of this folder have taught.',
  )
  .argument('<file>', 'the job file');

export default addJobOptions(plan)
  .option('--json', 'print the plan as JSON')
  .addHelpText(
    'after',
    `
Examples:
  morsel plan thumbnails.morsel
  morsel plan --on cluster --set width=640 thumbnails.morsel
  morsel plan --json thumbnails.morsel | jq .makespanSeconds

Exit codes: 0 done · 1 the file has errors, or the job cannot finish on this target · 2 wrong usage`,
  )
  .action(printPlan);

async function printPlan(file: string, options: JobChoice & { json?: true }): Promise<void> {
  const made = await planJob(await loadJob(file, options), nearestMorselFolder());
  if (options.json) printJson(made);
  else printLines(renderPlan(made, process.stdout.columns ?? 100, paintFor(process.stdout)));
  const neverEnds = made.problems.some(({ severity }) => severity === 'error');
  process.exitCode = neverEnds ? ExitCode.failed : ExitCode.done;
}
