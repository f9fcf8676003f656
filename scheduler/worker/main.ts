/**
 * The process on an instance. It speaks with its run over stdin and stdout; whatever else it has to say goes to stderr.
 * The same file is the entry of the threads that modules run in.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const [{ createMessageConnection, StreamMessageReader, StreamMessageWriter }, { Worker }] = await Promise.all([
    import('vscode-jsonrpc/node'),
    import('./worker.ts'),
  ]);
  const connection = createMessageConnection(
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  );
  await new Worker(connection).start();
} else {
  const { serveModule } = await import('./module-thread.ts');
  await serveModule();
}
