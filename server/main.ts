/**
 * The language server's process: `--stdio` or `--node-ipc`. Standard output belongs to the protocol, so all that is
 * logged goes to the client.
 */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './server.ts';

startServer(createConnection(ProposedFeatures.all));
