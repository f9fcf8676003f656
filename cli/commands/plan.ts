import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Plan } from '../../scheduler/plan/plan.ts';
import { ExitCode } from '../exit-codes.ts';
import { type JobChoice, loadJob } from '../job-files.ts';
import { addJobOptions } from '../job-options.ts';
import { planJob } from '../make-plan.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { renderPlan } from '../render-plan.ts';
import { replaceFile } from '../replace-file.ts';
import { columnsOf, paintFor, print, printJson, printLines, say } from '../terminal.ts';

const THEMES = ['light', 'dark'] as const;

const plan = new Command('plan')
  .description(
    'Predicts how a job will run, without running it: the very scheduler of a run, on a virtual clock, with what past runs of this folder have taught.',
  )
  .argument('<file>', 'the job file');

export default addJobOptions(plan)
  .option('--json', 'print the plan as JSON')
  .option('--svg <file>', 'draw the timeline and the graph of tasks into a file; - prints the picture instead')
  .addOption(new Option('--theme <theme>', 'of the picture').choices(THEMES).default('light'))
  .addHelpText(
    'after',
    `
Examples:
  morsel plan thumbnails.morsel
  morsel plan --on cluster --set width=640 thumbnails.morsel
  morsel plan --svg plan.svg thumbnails.morsel
  morsel plan --json thumbnails.morsel | jq .makespanSeconds

Exit codes: 0 done · 1 the file has errors, or the job cannot finish on this target · 2 wrong usage`,
  )
  .action(printPlan);

interface PlanChoice extends JobChoice {
  json?: true;
  svg?: string;
  theme: (typeof THEMES)[number];
}

async function printPlan(file: string, options: PlanChoice): Promise<void> {
  const made = await planJob(await loadJob(file, options), nearestMorselFolder());
  const isPrinted = options.svg === '-';
  if (options.svg !== undefined) await draw(made, options.svg, options.theme);
  if (options.json && !isPrinted) printJson(made);
  else if (!isPrinted) printLines(renderPlan(made, columnsOf(process.stdout), paintFor(process.stdout)));
  const neverEnds = made.problems.some(({ severity }) => severity === 'error');
  process.exitCode = neverEnds ? ExitCode.failed : ExitCode.done;
}

/** The very picture that the editor shows. What draws it is loaded only where it is wanted. */
async function draw(made: Plan, file: string, theme: PlanChoice['theme']): Promise<void> {
  const { planSvg } = await import('../../drawing/plan-svg.ts');
  const picture = planSvg(made, theme);
  if (file === '-') return print(picture);
  replaceFile(file, picture, 0o644);
  say(`Picture of the plan: ${resolve(file)}`);
}
