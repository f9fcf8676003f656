import { connectOver } from './connect.ts';
import { Worker } from './worker.ts';

/** Serves the run at the other end of stdin and stdout until one of the two ends. */
export async function serveRun(): Promise<void> {
  await new Worker(connectOver(process.stdin, process.stdout), flushed, false).start();
}

const flushed = (): Promise<void> => new Promise((resolve) => process.stdout.write('', () => resolve()));
