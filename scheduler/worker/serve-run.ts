import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { Worker } from './worker.ts';

/** Serves the run at the other end of stdin and stdout until one of the two ends. */
export async function serveRun(): Promise<void> {
  const reader = new StreamMessageReader(process.stdin);
  const writer = new StreamMessageWriter(process.stdout);
  await new Worker(createMessageConnection(reader, writer)).start();
}
