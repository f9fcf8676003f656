/** The extension in a browser: job files are written and planned, and nothing is run. */
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { start } from '../start.ts';
import { serveFiles } from './files.ts';
import { createWebClient } from './web-client.ts';

let client: BaseLanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  // Menus do not offer then what needs a machine.
  void vscode.commands.executeCommand('setContext', 'morsel.cannotRun', true);
  client = await start(context, {
    createClient: createWebClient,
    more: (_server, made) => [serveFiles(made)],
  });
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}
