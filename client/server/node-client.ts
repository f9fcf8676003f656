/** The language client in Node. The server runs in VS Code's own Node, so that there is nothing to install. */
import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { ClientCommand } from '../../server/protocol.ts';
import { clientOptions, type ClientOptions, isVirtual } from './client-options.ts';

export function createNodeClient(context: vscode.ExtensionContext, options: ClientOptions): LanguageClient {
  const module = context.asAbsolutePath('dist/server/main.js');
  const commands = isVirtual() ? [ClientCommand.plan] : Object.values(ClientCommand);
  return new LanguageClient(
    // Also the section that `trace.server` is read from.
    'morsel',
    t('Morsel Language Server'),
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    clientOptions(options, commands),
  );
}
