/** The extension's commands; the manifest names each of them. */
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { ClientCommand } from '../../server/protocol.ts';
import { showRunLog } from '../logs/run-logs.ts';
import type { Panels } from '../panel/panels.ts';
import { isRunNode } from '../runs-view/run-nodes.ts';
import { newJobFile } from './new-job-file.ts';
import { type RunContext, runJob, runJobOn } from './run-job.ts';
import { previewPlan, showRun } from './show-panels.ts';
import { testTargets } from './test-targets.ts';
import { cancelTask, continueRun, pauseRun, rerunFailed, resumeRun, stopRun } from './steer-run.ts';

export interface CommandContext extends RunContext {
  client: BaseLanguageClient;
  panels: Panels;
  /** Where the extension is. */
  extension: vscode.Uri;
  log: vscode.LogOutputChannel;
}

export function registerCommands(context: CommandContext): vscode.Disposable {
  const { client, server, runs, panels, log } = context;
  const commands: Record<string, (argument: unknown) => unknown> = {
    [ClientCommand.run]: (argument) => runJob(context, argument),
    [ClientCommand.runOn]: (argument) => runJobOn(context, argument),
    [ClientCommand.plan]: (argument) => previewPlan(server, panels, argument),
    [ClientCommand.testTargets]: (argument) => testTargets(context.extension, argument),
    'morsel.stopRun': (argument) => stopRun(context, argument),
    'morsel.resumeRun': (argument) => resumeRun(context, argument),
    'morsel.rerunFailed': (argument) => rerunFailed(context, argument),
    'morsel.pauseRun': (argument) => pauseRun(context, argument),
    'morsel.continueRun': (argument) => continueRun(context, argument),
    'morsel.cancelTask': (node) => cancelTask(context, node),
    'morsel.showRun': (argument) => showRun(runs, panels, argument),
    'morsel.showRunLog': (node) => (isRunNode(node) ? showRunLog(node) : undefined),
    'morsel.newJobFile': () => newJobFile(),
    'morsel.restartServer': () => restart(client),
    'morsel.showLog': () => log.show(),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
  );
}

async function restart(client: BaseLanguageClient): Promise<void> {
  if (client.needsStop()) await client.stop();
  await client.start();
}
