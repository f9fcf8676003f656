/** The extension in Node: on the machine where the files are, so that jobs can be run. */
import type * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { createNodeClient } from './server/node-client.ts';
import { start } from './start.ts';
import { provideJobTasks } from './tasks/job-tasks.ts';

let client: BaseLanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  client = await start(context, {
    createClient: createNodeClient,
    more: (server) => [provideJobTasks(server, context.extensionUri)],
  });
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}
