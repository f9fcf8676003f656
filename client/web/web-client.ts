/** The language client in a browser, where the server is a worker. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import { ClientCommand } from '../../server/protocol.ts';
import { clientOptions, type ClientOptions } from '../server/client-options.ts';

/** A browser's own, as VS Code gives it to extensions. */
declare const Worker: new (url: string, options: { name: string }) => object;

export function createWebClient(context: vscode.ExtensionContext, options: ClientOptions): LanguageClient {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'web', 'server.js').toString(true);
  /** Another worker for each start: the last has ended itself. */
  const server = async (): Promise<MessageTransports> => {
    const worker = new Worker(script, { name: 'Morsel Language Server' });
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
  const commands = [ClientCommand.plan];
  return new LanguageClient('morsel', t('Morsel Language Server'), server, clientOptions(options, commands));
}
