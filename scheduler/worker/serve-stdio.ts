import { hostname } from 'node:os';
import { Duplex } from 'node:stream';
import { callHome, NotWelcome } from '../wire/client.ts';
import type { Way } from '../wire/ways.ts';
import { Worker } from './worker.ts';

/** Serves the run at the other end of stdin and stdout, which are those of a login: they may end without anybody noticing. */
export async function serveStdio(name: string): Promise<void> {
  const ways: Way[] = [{ name: 'the login', secret: '', open: async () => stdio() }];
  const once = (): Way[] => {
    if (ways.length === 0) throw new NotWelcome('the login has ended', false);
    return ways.splice(0);
  };
  const line = await callHome({
    ways: once,
    pilot: name,
    place: { host: hostname(), directory: process.cwd() },
    patienceSeconds: 10,
  });
  const worker = new Worker(line.connection, () => line.hangUp('it was stopped'), false);
  void worker.start();
  const why = await line.ended;
  process.stderr.write(`${why.message}\n`);
  worker.end(0);
}

const stdio = (): Duplex => Duplex.from({ readable: process.stdin, writable: process.stdout });
