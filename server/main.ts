/**
 * The language server's process: `--stdio` or `--node-ipc`. Standard output belongs to the protocol, so all that is
 * logged goes to the client.
 */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { described } from './errors.ts';
import { nodeHost } from './node-host.ts';
import { startServer } from './server.ts';

const connection = createConnection(ProposedFeatures.all);
// What went wrong in the background is no reason to leave the editor without a server.
process.on('unhandledRejection', (reason) => connection.console.error(described(reason)));
startServer(connection, nodeHost());
