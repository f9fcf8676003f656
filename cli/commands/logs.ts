import { Command } from 'commander';
import { findRun, hasItem, listRuns, type LogEntry, readLogs, readReport } from '../../scheduler/run/runs.ts';
import { listed } from '../../scheduler/words.ts';
import { UserError } from '../exit-codes.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { type Paint, harmless, paintFor, printJsonLine, printLines, say } from '../terminal.ts';

export default new Command('logs')
  .description('Prints what items printed: of a run, of one of its tasks, of one item. Those that failed come last.')
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run')
  .argument('[task]', 'only this task')
  .option('-i, --item <item>', 'only this item: its path, line, row number or value')
  .option('--failed', 'only items that failed')
  .option('--json', 'print one JSON object an item')
  .addHelpText(
    'after',
    `
Examples:
  morsel logs --failed
  morsel logs 20261124-142501 resize --item photos/cat.jpg

A single argument that is no run's id is taken for a task of the newest run.

Exit codes: 0 done · 1 there is no such run, task or item · 2 wrong usage`,
  )
  .action(logs);

interface LogsOptions {
  item?: string;
  failed?: true;
  json?: true;
}

function logs(run: string | undefined, task: string | undefined, options: LogsOptions): void {
  const folder = nearestMorselFolder();
  const isTask = run !== undefined && task === undefined && !listRuns(folder).some(({ id }) => id.startsWith(run));
  const [runId, taskName] = isTask ? [undefined, run] : [run, task];
  const found = findRun(folder, runId, 'any');
  checkTask(taskName, found.folder, found.id);
  if (options.item !== undefined && !hasItem(found.folder, options.item, taskName)) {
    const where = taskName === undefined ? `Run ${found.id}` : `Task ${taskName} of run ${found.id}`;
    throw new UserError(
      `${where} has no item ${options.item}: an item is named by its path, line, row number or value.`,
    );
  }
  const entries = readLogs(found.folder, {
    ...(taskName === undefined ? {} : { task: taskName }),
    ...(options.item === undefined ? {} : { item: options.item }),
  }).filter(({ state }) => !options.failed || state === 'failed');
  if (options.json) for (const entry of entries) printJsonLine(entry);
  else if (entries.length === 0)
    say(`No ${options.failed ? 'failed item' : 'item'} of run ${found.id} that fits printed anything.`);
  else for (const entry of entries) printLines(renderEntry(entry, paintFor(process.stdout)));
}

function checkTask(task: string | undefined, runFolder: string, run: string): void {
  const tasks = readReport(runFolder).tasks.map((known) => known.task);
  if (task === undefined || tasks.includes(task)) return;
  throw new UserError(`Run ${run} has no task ${task}: its tasks are ${listed(tasks)}.`);
}

function renderEntry({ task, item, state, message, stdout, stderr }: LogEntry, paint: Paint): string[] {
  const name = harmless(item === '' ? task : `${task} ${item}`);
  const head =
    state === 'failed' ? paint('red', `✖ ${name}: ${harmless(message ?? 'failed')}`) : paint('bold', `● ${name}`);
  return [head, ...outputLines(stdout, (line) => line), ...outputLines(stderr, (line) => paint('yellow', line))];
}

function outputLines(text: string, look: (line: string) => string): string[] {
  const trimmed = harmless(text).trimEnd();
  return trimmed === '' ? [] : trimmed.split('\n').map((line) => `  ${look(line)}`);
}
