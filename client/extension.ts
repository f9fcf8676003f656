/** The VS Code extension: puts its parts together. What is known and decided of jobs and runs is the server's. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { useMessages } from '../l10n/words.ts';
import { TrustGranted } from '../server/protocol.ts';
import { registerCommands } from './commands/register.ts';
import { provideRunLogs } from './logs/run-logs.ts';
import { Panels } from './panel/panels.ts';
import { RunNotifications } from './runs/run-notifications.ts';
import { Runs } from './runs/runs.ts';
import { showTaskProgress } from './runs/task-progress.ts';
import { showRunsView } from './runs-view/runs-view.ts';
import { provideJobTasks } from './tasks/job-tasks.ts';
import { createClient } from './server/create-client.ts';
import { MorselServer } from './server/morsel-server.ts';
import { showRunStatus } from './status/run-status.ts';
import { showServerStatus } from './status/server-status.ts';

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  // VS Code has read them for its own language; all code of this process speaks by them.
  if (vscode.l10n.bundle !== undefined) useMessages(vscode.l10n.bundle);
  const log = vscode.window.createOutputChannel('Morsel', { log: true });
  client = createClient(context, log);
  const server = new MorselServer(client);
  const runs = new Runs(server);
  const notifications = new RunNotifications(runs, server);
  const panels = new Panels(server, runs, context.extensionUri);
  context.subscriptions.push(
    log,
    runs,
    notifications,
    panels,
    registerCommands({ client, server, runs, notifications, panels, log }),
    showRunsView(runs, server),
    showRunStatus(runs),
    showTaskProgress(runs, server),
    showServerStatus(client),
    provideRunLogs(server, runs),
    provideJobTasks(server, context.extensionUri),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void server.notify(TrustGranted)),
  );
  try {
    await client.start();
  } catch (error) {
    // VS Code itself would say nothing; the parts above stay, so that the server can be restarted.
    log.error(error instanceof Error ? error : String(error));
    void tellOfFailure(log);
  }
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}

async function tellOfFailure(log: vscode.LogOutputChannel): Promise<void> {
  const show = t('Show Log');
  const choice = await vscode.window.showErrorMessage(t('The Morsel language server could not be started.'), show);
  if (choice === show) log.show();
}
