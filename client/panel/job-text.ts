/** From a panel to the text of its job, and back. */
import * as vscode from 'vscode';
import { type JobArgument, type JobInfo, Jobs } from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';

/** A cursor that moves on at once was nowhere. */
const REST_MS = 120;

/** Editor and server may write the same address differently. */
export const isSameUri = (a: string, b: string): boolean =>
  a === b || vscode.Uri.parse(a).toString() === vscode.Uri.parse(b).toString();

/** Selects the name of a task, in the editor that shows the file if there is one. */
export async function showTask(server: MorselServer, { uri, job }: JobArgument, name: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const task = (await jobIn(server, document, job))?.tasks.find((known) => known.name === name);
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const viewColumn = open?.viewColumn ?? vscode.ViewColumn.One;
  const editor = await vscode.window.showTextDocument(document, { viewColumn });
  if (task === undefined) return;
  const { start, end } = task.nameRange;
  editor.selection = new vscode.Selection(start.line, start.character, end.line, end.character);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Calls back with the task that the cursor rests in; null outside of all tasks of the job. */
export function onCursor(
  server: MorselServer,
  job: JobArgument | (() => JobArgument),
  handler: (task: string | null) => void,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let last: string | null = null;
  const look = async ({ document, selection }: vscode.TextEditor): Promise<void> => {
    const { uri, job: name } = typeof job === 'function' ? job() : job;
    if (!isSameUri(document.uri.toString(), uri)) return;
    const line = selection.active.line;
    const task = (await jobIn(server, document, name))?.tasks.find(
      ({ range }) => range.start.line <= line && line <= range.end.line,
    );
    const found = task?.name ?? null;
    if (found !== last) handler((last = found));
  };
  const listener = vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
    if (textEditor.document.languageId !== 'morsel') return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(textEditor), REST_MS);
  });
  return vscode.Disposable.from(listener, { dispose: () => clearTimeout(timer) });
}

async function jobIn(server: MorselServer, document: vscode.TextDocument, name: string): Promise<JobInfo | undefined> {
  const answer = await server.tryTo(Jobs, { uri: document.uri.toString() });
  return isProblem(answer) ? undefined : answer.jobs.find((job) => job.name === name);
}
