import { Command } from 'commander';
import type { RunProgress } from '../../scheduler/run/events.ts';
import { attach, findRun, listRuns, type RunEntry } from '../../scheduler/run/runs.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { renderStatus } from '../render-status.ts';
import { columnsOf, paintFor, printJson, printLines, say } from '../terminal.ts';

export default new Command('status')
  .description('Shows where runs stand: one of them, or all of this folder, newest first.')
  .argument('[run]', 'a run id, or the beginning of it; default: all runs')
  .option('--json', 'print the runs as JSON')
  .addHelpText(
    'after',
    `
Examples:
  morsel status
  morsel status --json | jq -r '.runs[] | select(.live).id'

Exit codes: 0 done · 1 there is no such run · 2 wrong usage`,
  )
  .action(status);

/** A run and, where a process is at work on it, how far it is. */
export interface RunStatus extends RunEntry {
  progress: RunProgress | null;
}

async function status(id: string | undefined, options: { json?: true }): Promise<void> {
  const morselFolder = nearestMorselFolder();
  const entries = id === undefined ? listRuns(morselFolder) : [findRun(morselFolder, id, 'any')];
  const runs = await Promise.all(entries.map(async (entry) => ({ ...entry, progress: await progressOf(entry) })));
  if (options.json) return printJson({ runs });
  if (runs.length === 0) return say(`There are no runs in ${morselFolder}.`);
  printLines(renderStatus(runs, columnsOf(process.stdout), paintFor(process.stdout)));
}

async function progressOf(entry: RunEntry): Promise<RunProgress | null> {
  if (!entry.live) return null;
  try {
    const attached = await attach(entry.folder);
    attached.detach();
    return attached.progress;
  } catch {
    // It ended just now.
    return null;
  }
}
