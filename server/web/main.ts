/** The language server as a worker of a browser; it speaks with its client by messages. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { startServer } from '../server.ts';
import { webHost } from './web-host.ts';

/** The worker itself. The types of a browser would let the rest of the server use a document that is not there. */
declare const self: { close(): void };

const connection = createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self));
startServer(connection, webHost(connection));
connection.onExit(() => self.close());
