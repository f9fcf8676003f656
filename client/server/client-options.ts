/** What the language client is told, wherever the server runs. */
import * as vscode from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient';
import type { MorselInitializationOptions } from '../../server/protocol.ts';

export const LANGUAGE = 'morsel';

export interface ClientOptions {
  log: vscode.LogOutputChannel;
}

/** `commands`: those that code lenses may carry. */
export function clientOptions({ log }: ClientOptions, commands: string[]): LanguageClientOptions {
  const { bundle: messages } = vscode.l10n;
  const initializationOptions: MorselInitializationOptions = {
    trusted: vscode.workspace.isTrusted,
    commands,
    ...(messages !== undefined && { messages }),
  };
  return {
    // Files of every scheme: an unsaved or a virtual document has all language features too.
    documentSelector: [{ language: LANGUAGE }],
    outputChannel: log,
    initializationOptions,
  };
}

/** Every folder is somewhere else than on a disk: there is nothing to run a job on. */
export function isVirtual(): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.length > 0 && folders.every(({ uri }) => uri.scheme !== 'file');
}
