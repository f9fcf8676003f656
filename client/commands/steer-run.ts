/** Stop, resume, pause and continue: each asks the server, which asks the run. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { CancelTask, ContinueRun, PauseRun, ResumeRun, type RunInfo, StopRun } from '../../server/protocol.ts';
import { pickRun, type RunChoice } from '../runs/pick-run.ts';
import { isRunNode } from '../runs-view/run-nodes.ts';
import { mayRun } from './may-run.ts';
import type { RunContext } from './run-job.ts';

export async function stopRun({ server, runs }: RunContext, argument: unknown): Promise<void> {
  const run = await pickRun(runs, argument, {
    fits: ({ live }) => live,
    none: t('No run is live.'),
    placeHolder: t('Stop which run? It can be resumed.'),
  });
  if (run === undefined) return;
  const options = {
    location: vscode.ProgressLocation.Window,
    title: t('Stopping {0} at its next safe points', run.job),
  };
  await vscode.window.withProgress(options, () => server.ask(StopRun, refTo(run)));
}

export async function resumeRun(context: RunContext, argument: unknown): Promise<void> {
  await goOn(context, argument, {
    fits: isUnfinished,
    none: t('Every run is finished: there is nothing to resume.'),
    placeHolder: t('Resume which run? What is committed is not run again.'),
  });
}

/** What failed, and what was skipped for it; a run that goes on does that by itself. */
export async function rerunFailed(context: RunContext, argument: unknown): Promise<void> {
  await goOn(context, argument, {
    fits: ({ live, state }) => !live && state === 'failed',
    none: t('No items have failed: there is nothing to run again.'),
    placeHolder: t('Run the failed items of which run again? What is committed is not run again.'),
  });
}

async function goOn({ server, runs, notifications }: RunContext, argument: unknown, choice: RunChoice): Promise<void> {
  if (!(await mayRun())) return;
  const run = await pickRun(runs, argument, choice);
  const resumed = run && (await server.ask(ResumeRun, refTo(run)));
  if (!resumed) return;
  await runs.refresh();
  notifications.follow({ run: resumed.run, folder: resumed.folder ?? run.folder }, run.job);
}

export async function pauseRun({ server, runs }: RunContext, argument: unknown): Promise<void> {
  const run = await pickRun(runs, argument, {
    fits: ({ live, state }) => live && state !== 'paused',
    none: t('No run is at work.'),
    placeHolder: t('Pause which run?'),
  });
  if (run !== undefined) await server.ask(PauseRun, refTo(run));
}

export async function continueRun({ server, runs }: RunContext, argument: unknown): Promise<void> {
  const run = await pickRun(runs, argument, {
    fits: ({ state }) => state === 'paused',
    none: t('No run is paused.'),
    placeHolder: t('Continue which run?'),
  });
  if (run !== undefined) await server.ask(ContinueRun, refTo(run));
}

/** From the menu of a task in the Runs view. */
export async function cancelTask({ server }: RunContext, node: unknown): Promise<void> {
  if (!isRunNode(node) || node.kind !== 'task') return;
  const { task } = node.task;
  const cancel = t('Cancel Task');
  const detail = t('What is under way ends. What waits for the task is skipped, and the rest of the job goes on.');
  const question = t('Cancel {0}?', task);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, cancel)) !== cancel) return;
  await server.ask(CancelTask, { ...refTo(node.run), task });
}

const isUnfinished = ({ live, state }: RunInfo): boolean => !live && state !== 'done';

const refTo = ({ run, folder }: RunInfo) => ({ run, folder });
