import type { Readable, Writable } from 'node:stream';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc';

/** A JSON-RPC connection over any pair of streams; the caller registers its handlers and then has it `listen`. */
export function connectOver(readable: Readable, writable: Writable): MessageConnection {
  const reader = new StreamMessageReader(readable);
  // The reader would watch over half a message with a timer that nothing ends, not even the end of the connection: who is
  // killed in the middle of a message would keep the other side alive for ever.
  reader.partialMessageTimeout = 0;
  return createMessageConnection(reader, new StreamMessageWriter(writable));
}
