import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { ExitCode } from '../exit-codes.ts';
import { findJobFiles } from '../find-job-files.ts';
import { formatText } from '../format-text.ts';
import { readJobFile } from '../job-files.ts';
import { replaceFile } from '../replace-file.ts';
import { print, printLines, say } from '../terminal.ts';

const STDIN = '-';

export default new Command('fmt')
  .description(
    'Formats job files in place, and prints the names of those that changed. For a folder: all .morsel files below it.',
  )
  .argument('<file...>', 'job files or folders; - formats stdin to stdout')
  .option('--check', 'change nothing; print what would change, and exit with 1 if there is any')
  .addHelpText(
    'after',
    `
Examples:
  morsel fmt jobs/
  morsel fmt --check thumbnails.morsel
  morsel fmt - < thumbnails.morsel

Exit codes: 0 done · 1 a file would change (--check), or cannot be formatted since it has errors · 2 wrong usage`,
  )
  .action(format);

async function format(paths: string[], options: { check?: true }): Promise<void> {
  const check = options.check === true;
  const files = [...(paths.includes(STDIN) ? [STDIN] : []), ...findJobFiles(paths.filter((path) => path !== STDIN))];
  const results: boolean[] = [];
  for (const file of files) results.push(file === STDIN ? await formatStdin(check) : await formatFile(file, check));
  process.exitCode = results.every(Boolean) ? ExitCode.done : ExitCode.failed;
}

/** False where the file counts against the exit code. */
async function formatFile(file: string, check: boolean): Promise<boolean> {
  const before = readJobFile(file);
  const formatted = await formatText(before, file);
  if ('problem' in formatted) {
    say(formatted.problem);
    return false;
  }
  if (formatted.text === before) return true;
  printLines([file]);
  if (!check) replaceFile(file, formatted.text, 0o644);
  return !check;
}

async function formatStdin(check: boolean): Promise<boolean> {
  const before = await readAll(process.stdin);
  const formatted = await formatText(before, 'stdin.morsel');
  if ('problem' in formatted) {
    say(formatted.problem);
    return false;
  }
  if (!check) print(formatted.text);
  return !check || formatted.text === before;
}
