import { hostname } from 'node:os';
import { callHome, NotWelcome, type HomeLine } from '../wire/client.ts';
import { readHome } from '../wire/credentials.ts';
import { waysTo } from '../wire/ways.ts';
import { BEGIN_ANEW } from './exit-codes.ts';
import { Worker } from './worker.ts';
import { messageOf } from '../words.ts';

/** How long a run that can't be reached is waited for: it may be resumed meanwhile. */
const PATIENCE_SECONDS = 120;

/** Calls the run whose file that is, and serves it until one of the two ends. */
export async function serveHome(homeFile: string, pilot: string): Promise<void> {
  let line: HomeLine;
  try {
    line = await callHome({
      ways: () => waysTo(readHome(homeFile), pilot),
      pilot,
      place: place(),
      patienceSeconds: PATIENCE_SECONDS,
    });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(error instanceof NotWelcome && error.anew ? BEGIN_ANEW : 1);
  }
  const worker = new Worker(line.connection, () => line.hangUp('it was stopped'), true);
  void worker.start();
  const why = await line.ended;
  process.stderr.write(`${why.message}\n`);
  worker.end(why.anew ? BEGIN_ANEW : 0);
}

/** What the environment tells of the place that this worker runs in. */
function place(): Record<string, string> {
  const { SLURM_JOB_ID: id, SLURMD_NODENAME: node, MORSEL_PILOT_STARTED: started } = process.env;
  return {
    host: node ?? hostname(),
    ...(id !== undefined && { id }),
    // By the clock of this host alone: those of others may differ.
    ...(started !== undefined && { ageSeconds: String(Date.now() / 1000 - Number(started)) }),
  };
}
