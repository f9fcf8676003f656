/** Waiting for states: of VS Code by its events where it has one, else by asking. */
import * as vscode from 'vscode';

const ASK_AGAIN_MS = 100;

/** The first value of `read` that is not undefined. mocha's own timeout ends a wait that is in vain. */
export async function until<T>(read: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

export const workspaceFile = (name: string): vscode.Uri =>
  vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);

export async function open(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument(workspaceFile(name)),
    vscode.ViewColumn.One,
  );
}

export const diagnosticsOf = (uri: vscode.Uri, code: string): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter((diagnostic) => codeOf(diagnostic) === code);

function codeOf({ code }: vscode.Diagnostic): unknown {
  return typeof code === 'object' ? code.value : code;
}
