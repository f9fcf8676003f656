import { Command } from 'commander';
import { hasErrors } from '../diagnostics.ts';
import { ExitCode } from '../exit-codes.ts';
import { findJobFiles } from '../find-job-files.ts';
import { checkFiles } from '../job-files.ts';
import { liveFindings } from '../live-targets.ts';
import { countFindings, renderFindings } from '../render-findings.ts';
import { paintFor, printJson, printLines, say } from '../terminal.ts';
import { counted } from '../../scheduler/words.ts';

export default new Command('check')
  .description('Finds the mistakes in job files, before anything runs. For a folder: in all .morsel files below it.')
  .argument('<file...>', 'job files or folders')
  .option('--live', 'ask clusters too whether they take what targets ask for')
  .option('--json', 'print what was found as JSON')
  .addHelpText(
    'after',
    `
Examples:
  morsel check thumbnails.morsel
  morsel check --live targets.morsel
  morsel check --json jobs/ | jq '.files[].diagnostics[].message'

Exit codes: 0 no errors · 1 at least one error · 2 wrong usage`,
  )
  .action(check);

async function check(paths: string[], options: { json?: true; live?: true }): Promise<void> {
  const checked = await checkFiles(findJobFiles(paths));
  if (options.live) for (const file of checked) file.findings.push(...(await liveFindings(file.document)));
  const findings = checked.flatMap((file) => file.findings);
  if (options.json) {
    printJson({ files: checked.map((file) => ({ file: file.file, diagnostics: file.findings })) });
  } else {
    const paint = paintFor(process.stdout);
    printLines(checked.flatMap((file) => renderFindings(file, paint)));
    say(`${counted(checked.length, 'file')}: ${countFindings(findings)}`);
  }
  process.exitCode = hasErrors(findings) ? ExitCode.failed : ExitCode.done;
}
