/** Puts the parts of the extension together. What is known and decided of jobs and runs is the server's. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { useMessages } from '../l10n/words.ts';
import { TrustGranted } from '../server/protocol.ts';
import { registerCommands } from './commands/register.ts';
import { provideRunLogs } from './logs/run-logs.ts';
import { Panels } from './panel/panels.ts';
import { RunNotifications } from './runs/run-notifications.ts';
import { Runs } from './runs/runs.ts';
import { showTaskProgress } from './runs/task-progress.ts';
import { showRunsView } from './runs-view/runs-view.ts';
import type { ClientOptions } from './server/client-options.ts';
import { MorselServer } from './server/morsel-server.ts';
import { showRunStatus } from './status/run-status.ts';
import { showServerStatus } from './status/server-status.ts';

/** Where the extension runs: in Node beside the files, or in a browser. */
export interface Place {
  createClient(context: vscode.ExtensionContext, options: ClientOptions): BaseLanguageClient;
  /** What only this place can do. */
  more(server: MorselServer, client: BaseLanguageClient): vscode.Disposable[];
}

/** Answers the client of the language server, for it to be stopped at the end. */
export async function start(context: vscode.ExtensionContext, place: Place): Promise<BaseLanguageClient> {
  // VS Code has read them for its own language; all code of this process speaks by them.
  if (vscode.l10n.bundle !== undefined) useMessages(vscode.l10n.bundle);
  const log = vscode.window.createOutputChannel('Morsel', { log: true });
  const client = place.createClient(context, { log });
  const server = new MorselServer(client);
  const runs = new Runs(server);
  const notifications = new RunNotifications(runs, server);
  const panels = new Panels(server, runs, context.extensionUri);
  context.subscriptions.push(
    log,
    runs,
    notifications,
    panels,
    registerCommands({ client, server, runs, notifications, panels, log, extension: context.extensionUri }),
    showRunsView(runs, server),
    showRunStatus(runs),
    showTaskProgress(runs, server),
    showServerStatus(client),
    provideRunLogs(server, runs),
    ...place.more(server, client),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void server.notify(TrustGranted)),
  );
  try {
    await client.start();
  } catch (error) {
    // VS Code itself would say nothing; the parts above stay, so that the server can be restarted.
    log.error(error instanceof Error ? error : String(error));
    void tellOfFailure(log);
  }
  return client;
}

async function tellOfFailure(log: vscode.LogOutputChannel): Promise<void> {
  const show = t('Show Log');
  const choice = await vscode.window.showErrorMessage(t('The Morsel language server could not be started.'), show);
  if (choice === show) log.show();
}
