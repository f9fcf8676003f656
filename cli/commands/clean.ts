import { Command, InvalidArgumentError } from 'commander';
import { cleanRuns } from '../../scheduler/run/runs.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { printJson, printLines, say } from '../terminal.ts';
import { counted } from '../../scheduler/words.ts';

export default new Command('clean')
  .description('Removes old runs, with their logs. Never a run that is at work; what runs have taught stays.')
  .option('-k, --keep <number>', 'how many of the newest runs stay', wholeNumber, 10)
  .option('--json', 'print the ids of the removed runs as JSON')
  .addHelpText(
    'after',
    `
Examples:
  morsel clean
  morsel clean --keep 3

Exit codes: 0 done · 2 wrong usage`,
  )
  .action(clean);

function clean({ keep, json }: { keep: number; json?: true }): void {
  const removed = cleanRuns(nearestMorselFolder(), keep);
  if (json) return printJson({ removed });
  printLines(removed);
  say(`${counted(removed.length, 'run')} removed.`);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It takes a whole number, such as --keep 3.');
  return Number(text);
}
