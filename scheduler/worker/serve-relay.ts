import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * Carries one connection of a worker on this host to whoever started this process: what the worker says goes to stdout, and
 * stdin to the worker. Whatever it says is encrypted between the two ends, and nothing here reads it.
 */
export function serveRelay(socketPath: string): void {
  const remove = (): void => rmSync(socketPath, { force: true });
  // One that an earlier relay left, which was killed.
  remove();
  process.on('exit', remove);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  process.umask(0o077);
  const server = createServer((socket) => {
    server.close();
    process.stdin.pipe(socket).pipe(process.stdout);
    socket.on('error', () => process.exit(1));
    socket.on('close', () => process.exit(0));
  });
  server.listen(socketPath);
  server.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  for (const stream of [process.stdin, process.stdout]) stream.on('error', () => process.exit(1));
  process.stdin.on('close', () => process.exit(0));
}
