import { callHome, NotWelcome, type HomeLine } from '../wire/client.ts';
import { readHome } from '../wire/credentials.ts';
import { messageOf } from './words.ts';
import { Worker } from './worker.ts';

/** What a worker exits with whose place is still wanted: whoever started it may start another one there. */
export const BEGIN_ANEW = 75;
/** How long a run that can't be reached is waited for: it may be resumed meanwhile. */
const PATIENCE_SECONDS = 120;
/** What the environment tells of the place that a worker runs in. */
const PLACE = ['SLURM_JOB_ID', 'SLURMD_NODENAME', 'MORSEL_PILOT_STARTED'] as const;

/** Calls the run whose file that is, and serves it until one of the two ends. */
export async function serveHome(homeFile: string, pilot: string): Promise<void> {
  const place = Object.fromEntries(PLACE.map((name) => [name, process.env[name] ?? '']));
  let line: HomeLine;
  try {
    line = await callHome({ home: () => readHome(homeFile), pilot, place, patienceSeconds: PATIENCE_SECONDS });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(error instanceof NotWelcome && error.anew ? BEGIN_ANEW : 1);
  }
  const worker = new Worker(line.connection, () => line.hangUp('it was stopped'));
  void worker.start();
  const why = await line.ended;
  process.stderr.write(`${why.message}\n`);
  worker.end(why.anew ? BEGIN_ANEW : 0);
}
