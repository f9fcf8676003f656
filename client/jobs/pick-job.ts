/** Finds the job that a command means: from its argument, the cursor, the file's only job, or a quick pick. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type JobArgument, type JobInfo, Jobs, type JobsResult, type TextRange } from '../../server/protocol.ts';
import { LANGUAGE } from '../server/client-options.ts';
import type { MorselServer } from '../server/morsel-server.ts';

export interface PickedJob extends JobArgument {
  /** All that the file's jobs can run on. */
  targets: JobsResult['targets'];
  /** The target that the job names. */
  target: string | null;
}

/** Undefined where the user backed out, or was told why there is no job. */
export async function pickJob(server: MorselServer, argument: unknown): Promise<PickedJob | undefined> {
  const given = isJobArgument(argument) ? argument : undefined;
  const uri = given?.uri ?? (await pickDocument(argument));
  if (uri === undefined) return undefined;
  const answer = await server.ask(Jobs, { uri });
  if (answer === undefined) return undefined;
  const job =
    given === undefined ? await chooseJob(answer.jobs, uri) : answer.jobs.find(({ name }) => name === given.job);
  if (job === undefined) return undefined;
  return { uri, job: job.name, target: job.target, targets: answer.targets };
}

async function chooseJob(jobs: JobInfo[], uri: string): Promise<JobInfo | undefined> {
  if (jobs.length === 0) {
    void vscode.window.showInformationMessage(t('This file has no job. Type “job” to begin one.'));
    return undefined;
  }
  const [only] = jobs;
  if (jobs.length === 1) return only;
  const atCursor = jobs.find(({ range }) => cursorIsIn(range, uri));
  if (atCursor !== undefined) return atCursor;
  const items = jobs.map((job) => ({
    label: job.name,
    ...(job.target !== null && { description: t('on {0}', job.target) }),
    job,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: t('Which job?') }))?.job;
}

function cursorIsIn({ start, end }: TextRange, uri: string): boolean {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.toString() !== uri) return false;
  return new vscode.Range(start.line, start.character, end.line, end.character).contains(editor.selection.active);
}

/** The file that the command was called on, the one in the active editor, or one of the workspace. */
export async function pickDocument(argument: unknown): Promise<string | undefined> {
  if (argument instanceof vscode.Uri) return (await vscode.workspace.openTextDocument(argument)).uri.toString();
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === LANGUAGE) return document.uri.toString();
  const files = await vscode.workspace.findFiles('**/*.morsel', '**/node_modules/**', 1000);
  if (files.length === 0) {
    const create = t('New Job File');
    const choice = await vscode.window.showInformationMessage(
      t('There is no .morsel file in this workspace yet.'),
      create,
    );
    if (choice === create) await vscode.commands.executeCommand('morsel.newJobFile');
    return undefined;
  }
  const items = files
    .map((file) => ({ label: vscode.workspace.asRelativePath(file), file }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { placeHolder: t('A job of which file?') });
  // Opened, so that the server has the text that the user sees.
  return picked && (await vscode.workspace.openTextDocument(picked.file)).uri.toString();
}

const isJobArgument = (value: unknown): value is JobArgument =>
  typeof value === 'object' &&
  value !== null &&
  'uri' in value &&
  typeof value.uri === 'string' &&
  'job' in value &&
  typeof value.job === 'string';
