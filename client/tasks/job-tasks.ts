/**
 * Jobs as tasks of VS Code: one for each job of the workspace, run in a terminal by the command line that the extension
 * brings along, so that they can be bound to keys and depend on other tasks. VS Code itself runs no tasks in Restricted Mode.
 */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Jobs } from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';

export const TASK_TYPE = 'morsel';
/** A workspace with more job files lists some of its jobs; all of them can be named in tasks.json. */
const MOST_FILES = 50;

/** As tasks.json has it. */
export interface JobTaskDefinition extends vscode.TaskDefinition {
  /** The job file, relative to the workspace folder. */
  file: string;
  /** May be left out where the file has one job. */
  job?: string;
  /** Default: the one that the job names. */
  target?: string;
  /** True: the targets of the file are tested, and no job is run. */
  test?: boolean;
}

export function provideJobTasks(server: MorselServer, extension: vscode.Uri): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TASK_TYPE, {
    async provideTasks() {
      const files = await vscode.workspace.findFiles('**/*.morsel', '**/node_modules/**', MOST_FILES);
      return (await Promise.all(files.map((file) => tasksOf(file, server, extension)))).flat();
    },
    resolveTask({ definition, scope }) {
      const isOfFolder = typeof scope === 'object' && isDefinition(definition);
      // With the very definition that was given: VS Code knows the task by it.
      return isOfFolder ? jobTask(definition, scope, extension) : undefined;
    },
  });
}

async function tasksOf(file: vscode.Uri, server: MorselServer, extension: vscode.Uri): Promise<vscode.Task[]> {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const answer = await server.tryTo(Jobs, { uri: file.toString() });
  if (folder === undefined || folder.uri.scheme !== 'file' || isProblem(answer)) return [];
  const path = vscode.workspace.asRelativePath(file, false);
  return answer.jobs.map(({ name }) => jobTask({ type: TASK_TYPE, file: path, job: name }, folder, extension));
}

export function jobTask(
  definition: JobTaskDefinition,
  folder: vscode.WorkspaceFolder,
  extension: vscode.Uri,
): vscode.Task {
  const { file, target } = definition;
  const { name, words, matcher } = definition.test === true ? testing(definition) : running(definition);
  const cli = vscode.Uri.joinPath(extension, 'dist', 'cli.js').fsPath;
  const execution = new vscode.ProcessExecution(process.execPath, [cli, ...words, '--', file], {
    cwd: folder.uri.fsPath,
    // VS Code's own program is Node then.
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const made = new vscode.Task(definition, folder, name, TASK_TYPE, execution, matcher);
  made.detail = target === undefined ? file : t('{0}, on {1}', file, target);
  return made;
}

interface TaskKind {
  name: string;
  words: string[];
  matcher: string;
}

function running({ file, job, target }: JobTaskDefinition): TaskKind {
  const ofJob = job === undefined ? [] : ['--job', job];
  const onTarget = target === undefined ? [] : ['--on', target];
  return { name: t('run {0}', job ?? file), words: ['run', ...ofJob, ...onTarget], matcher: '$morsel' };
}

/** What an engine refuses is known to nobody else, so it is shown in open documents too. */
const testing = ({ file }: JobTaskDefinition): TaskKind => ({
  name: t('test targets of {0}', file),
  words: ['check', '--live'],
  matcher: '$morsel-targets',
});

const isDefinition = (definition: vscode.TaskDefinition): definition is JobTaskDefinition =>
  typeof definition['file'] === 'string';
