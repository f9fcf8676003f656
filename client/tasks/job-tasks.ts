/**
 * Jobs as tasks of VS Code: one for each job of the workspace, run in a terminal by the command line that the extension
 * brings along, so that they can be bound to keys and depend on other tasks. VS Code itself runs no tasks in Restricted Mode.
 */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Jobs } from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';

const TYPE = 'morsel';
/** A workspace with more job files lists some of its jobs; all of them can be named in tasks.json. */
const MOST_FILES = 50;

/** As tasks.json has it. */
interface JobTaskDefinition extends vscode.TaskDefinition {
  /** The job file, relative to the workspace folder. */
  file: string;
  /** May be left out where the file has one job. */
  job?: string;
  /** Default: the one that the job names. */
  target?: string;
}

export function provideJobTasks(server: MorselServer, extension: vscode.Uri): vscode.Disposable {
  const cli = vscode.Uri.joinPath(extension, 'dist', 'cli.js').fsPath;
  return vscode.tasks.registerTaskProvider(TYPE, {
    async provideTasks() {
      const files = await vscode.workspace.findFiles('**/*.morsel', '**/node_modules/**', MOST_FILES);
      return (await Promise.all(files.map((file) => tasksOf(file, server, cli)))).flat();
    },
    resolveTask({ definition, scope }) {
      const isOfFolder = typeof scope === 'object' && isDefinition(definition);
      // With the very definition that was given: VS Code knows the task by it.
      return isOfFolder ? task(definition, scope, cli) : undefined;
    },
  });
}

async function tasksOf(file: vscode.Uri, server: MorselServer, cli: string): Promise<vscode.Task[]> {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const answer = await server.tryTo(Jobs, { uri: file.toString() });
  if (folder === undefined || folder.uri.scheme !== 'file' || isProblem(answer)) return [];
  const path = vscode.workspace.asRelativePath(file, false);
  return answer.jobs.map(({ name }) => task({ type: TYPE, file: path, job: name }, folder, cli));
}

function task(definition: JobTaskDefinition, folder: vscode.WorkspaceFolder, cli: string): vscode.Task {
  const { file, job, target } = definition;
  const words = [
    'run',
    ...(job === undefined ? [] : ['--job', job]),
    ...(target === undefined ? [] : ['--on', target]),
  ];
  const execution = new vscode.ProcessExecution(process.execPath, [cli, ...words, '--', file], {
    cwd: folder.uri.fsPath,
    // VS Code's own program is Node then.
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const made = new vscode.Task(definition, folder, t('run {0}', job ?? file), TYPE, execution, '$morsel');
  made.detail = target === undefined ? file : t('{0}, on {1}', file, target);
  return made;
}

const isDefinition = (definition: vscode.TaskDefinition): definition is JobTaskDefinition =>
  typeof definition['file'] === 'string';
