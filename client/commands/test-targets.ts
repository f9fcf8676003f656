/** Test Targets: asks the clusters and hosts behind a file's targets, as `morsel check --live` does, in a terminal. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { pickDocument } from '../jobs/pick-job.ts';
import { jobTask, TASK_TYPE } from '../tasks/job-tasks.ts';
import { mayRun } from './may-run.ts';
import { saveJobFiles } from './run-job.ts';

/** Answers what is being run, for whoever called the command; undefined where nothing is. */
export async function testTargets(extension: vscode.Uri, argument: unknown): Promise<vscode.TaskExecution | undefined> {
  if (!(await mayRun())) return undefined;
  const uri = isNamed(argument) ? argument.uri : await pickDocument(argument);
  if (uri === undefined || !(await saveJobFiles())) return undefined;
  const file = vscode.Uri.parse(uri);
  const folder = vscode.workspace.getWorkspaceFolder(file);
  if (folder === undefined) {
    void vscode.window.showInformationMessage(t('Targets are tested from a workspace: open the folder of the file.'));
    return undefined;
  }
  const path = vscode.workspace.asRelativePath(file, false);
  const task = jobTask({ type: TASK_TYPE, file: path, test: true }, folder, extension);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  return vscode.tasks.executeTask(task);
}

const isNamed = (value: unknown): value is { uri: string } =>
  typeof value === 'object' && value !== null && 'uri' in value && typeof value.uri === 'string';
