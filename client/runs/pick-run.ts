/** Finds the run that a command means: the one it was called on, the only one that fits, or the one that the user picks. */
import * as vscode from 'vscode';
import type { RunInfo } from '../../server/protocol.ts';
import type { Runs } from './runs.ts';
import { clockTime, itemsText, stateIcon, stateText } from './words.ts';

export interface RunChoice {
  /** Which runs can be meant. */
  fits: (run: RunInfo) => boolean;
  /** What to say where none fits. */
  none: string;
  placeHolder: string;
}

/** `argument`: what the command was called with, such as a tree node or a run; anything else is ignored. */
export async function pickRun(runs: Runs, argument: unknown, choice: RunChoice): Promise<RunInfo | undefined> {
  const given = runOf(argument);
  if (given !== undefined) return runs.find(given.folder)?.run ?? given;
  await runs.refresh();
  const fitting = runs.all().filter(choice.fits);
  if (fitting.length === 0) {
    void vscode.window.showInformationMessage(choice.none);
    return undefined;
  }
  if (fitting.length === 1) return fitting[0];
  const picked = await vscode.window.showQuickPick(fitting.map(pickItem), {
    placeHolder: choice.placeHolder,
    matchOnDescription: true,
  });
  return picked?.run;
}

function pickItem(run: RunInfo): vscode.QuickPickItem & { run: RunInfo } {
  return {
    label: `$(${stateIcon(run.state).icon}) ${run.job}`,
    description: `${stateText(run.state)} · ${clockTime(run.startedAt)}`,
    detail: `${run.run}: ${itemsText(run.items)}`,
    run,
  };
}

/** A run, or the run that a node of the Runs view belongs to. */
function runOf(argument: unknown): RunInfo | undefined {
  if (isRun(argument)) return argument;
  const isNode = typeof argument === 'object' && argument !== null && 'run' in argument;
  return isNode && isRun(argument.run) ? argument.run : undefined;
}

const isRun = (value: unknown): value is RunInfo =>
  typeof value === 'object' && value !== null && 'folder' in value && 'job' in value;
