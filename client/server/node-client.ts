/** Makes the language client. The server runs in VS Code's own Node, so that there is nothing to install. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { ClientCommand, type MorselInitializationOptions } from '../../server/protocol.ts';

export const LANGUAGE = 'morsel';

export function createClient(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): LanguageClient {
  const module = context.asAbsolutePath('dist/server/main.js');
  return new LanguageClient(
    // Also the section that `trace.server` is read from.
    'morsel',
    t('Morsel Language Server'),
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    {
      // Files of every scheme: an unsaved or a virtual document has all language features too.
      documentSelector: [{ language: LANGUAGE }],
      outputChannel: log,
      initializationOptions: initializationOptions(),
    },
  );
}

function initializationOptions(): MorselInitializationOptions {
  const { bundle: messages } = vscode.l10n;
  return {
    trusted: vscode.workspace.isTrusted,
    commands: Object.values(ClientCommand),
    ...(messages !== undefined && { messages }),
  };
}
