/** Run Job and Run Job On…: the server starts the run as a process of its own; this window only follows it. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type RunRef, StartRun } from '../../server/protocol.ts';
import { pickJob, type PickedJob } from '../jobs/pick-job.ts';
import type { RunNotifications } from '../runs/run-notifications.ts';
import type { Runs } from '../runs/runs.ts';
import { LANGUAGE } from '../server/client-options.ts';
import type { MorselServer } from '../server/morsel-server.ts';
import { mayRun } from './may-run.ts';

export interface RunContext {
  server: MorselServer;
  runs: Runs;
  notifications: RunNotifications;
}

/** Answers the run that was started, for whoever called the command; undefined where none was. */
export async function runJob(context: RunContext, argument: unknown): Promise<RunRef | undefined> {
  if (!(await mayRun())) return undefined;
  const job = await pickJob(context.server, argument);
  return job && start(context, job);
}

export async function runJobOn(context: RunContext, argument: unknown): Promise<RunRef | undefined> {
  if (!(await mayRun())) return undefined;
  const job = await pickJob(context.server, argument);
  if (job === undefined) return undefined;
  const target = await pickTarget(job);
  return target === undefined ? undefined : start(context, job, target);
}

async function pickTarget({ job, target, targets }: PickedJob): Promise<string | undefined> {
  if (targets.length === 0) {
    void vscode.window.showInformationMessage(
      t('{0} has no target to run on. Type “target” below it to declare one.', job),
    );
    return undefined;
  }
  const items = targets.map(({ name, kind }) => ({
    label: name,
    description: name === target ? `${kind} · ${t('named by the job')}` : kind,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: t('Run {0} on which target?', job) }))?.label;
}

async function start({ server, runs, notifications }: RunContext, { uri, job }: PickedJob, target?: string) {
  if (!(await saveJobFiles())) return undefined;
  const options = { location: vscode.ProgressLocation.Window, title: t('Starting {0}', job) };
  const ask = (): Promise<RunRef | undefined> =>
    server.ask(StartRun, { uri, job, ...(target !== undefined && { target }) });
  const started = await vscode.window.withProgress(options, ask);
  if (started === undefined) return undefined;
  await runs.refresh();
  if (started.folder !== undefined) notifications.follow({ run: started.run, folder: started.folder }, job);
  return started;
}

/** A run reads its job from disk, imports included. */
export async function saveJobFiles(): Promise<boolean> {
  const unsaved = vscode.workspace.textDocuments.filter(
    ({ languageId, isDirty }) => languageId === LANGUAGE && isDirty,
  );
  const saved = await Promise.all(unsaved.map((document) => document.save()));
  return saved.every(Boolean);
}
