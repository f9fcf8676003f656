/** What items of a run printed, as read-only documents: `morsel-log:/<task or run>.log?<which>`. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Logs, type LogsParams } from '../../server/protocol.ts';
import type { Runs } from '../runs/runs.ts';
import type { RunNode } from '../runs-view/run-nodes.ts';
import { LOG_LANGUAGE, provideLogLanguage } from './log-language.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';

const SCHEME = 'morsel-log';

export function provideRunLogs(server: MorselServer, runs: Runs): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const answer = await server.tryTo(Logs, paramsOf(uri));
      if (isProblem(answer)) return answer.problem;
      return answer.text === '' ? `${t('Nothing was printed.')}\n` : answer.text;
    },
  };
  const registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider);
  const listener = runs.onDidChangeRun(({ run }) => {
    const open = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === SCHEME);
    for (const { uri } of open) if (paramsOf(uri).folder === run.folder) changed.fire(uri);
  });
  const language = provideLogLanguage((log) => {
    const uri = log.scheme === SCHEME ? runs.find(paramsOf(log).folder ?? '')?.run.uri : undefined;
    return uri === undefined ? undefined : vscode.Uri.joinPath(vscode.Uri.parse(uri), '..');
  });
  return vscode.Disposable.from(changed, registration, listener, language);
}

/** Opens the log of what a node of the Runs view stands for. */
export async function showRunLog(node: RunNode): Promise<void> {
  const params: LogsParams = { run: node.run.run, folder: node.run.folder };
  let name = node.run.run;
  if (node.kind === 'task') {
    params.task = node.task.task;
    name = `${node.task.task} (${node.run.run})`;
  } else if (node.kind === 'failure') {
    params.task = node.failure.task;
    params.item = node.failure.item;
    name = `${node.failure.item.replaceAll('/', '∕')} (${node.run.run})`;
  }
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.log`, query: JSON.stringify(params) });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(await vscode.languages.setTextDocumentLanguage(document, LOG_LANGUAGE), {
    preview: true,
  });
}

/** Written by {@link showRunLog} alone. */
function paramsOf(uri: vscode.Uri): LogsParams {
  const params: LogsParams = JSON.parse(uri.query);
  return params;
}
