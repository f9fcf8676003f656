/** The suite's daemons, networks and user are this machine's: of two that are started at once, one waits for the other. */
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { prepareMachine } from './machine.ts';

/** Whoever listens here has the turn; it ends with the process, however that ends. Next to the ports of the suite's Slurm. */
const PORT = 18_399;
const PATIENCE_SECONDS = 900;

export default async function waitForTurn(): Promise<() => void> {
  const end = performance.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const turn = await take();
    if (turn !== null) {
      prepareMachine();
      return turn;
    }
    if (performance.now() > end) throw new Error(`port ${PORT} is still taken: is another run of this suite stuck?`);
    await wait(1000);
  }
}

/** What gives the turn back; null if another has it. */
function take(): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(PORT, '127.0.0.1', () => resolve(() => void server.close()));
  });
}
