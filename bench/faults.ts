/**
 * Plays runs on machines on which everything goes wrong, one history for each seed, and holds all that docs/guarantees.md
 * promises against each event of them: `npm run faults -- --seeds 10000 [--first 0] [--jobs 2]`. A history that breaks a
 * promise is shrunk and printed; `--history JSON` plays that again.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { playHistory } from './faults/history.ts';
import { add, emptyTally, type Tally } from './faults/play-seeds.ts';
import { scenarioOf, type Scenario } from './faults/scenario.ts';
import { describe, shrink } from './faults/shrink.ts';

/** Seeds that a thread is given at once. */
const LOT = 50;
const PROGRESS_MILLISECONDS = 10_000;
/** So many broken promises are enough to look at. */
const MOST_BROKEN = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    history: { type: 'string' },
  },
});

if (values.history === undefined) await playAll();
else await playOne(JSON.parse(values.history));

async function playOne(scenario: Scenario): Promise<void> {
  const end = await playHistory(scenario, { traced: true });
  if (end.broken === null) return console.log('all promises held');
  console.log(describe(scenario.seed, scenario, end));
  process.exitCode = 1;
}

async function playAll(): Promise<void> {
  const [first, seeds, jobs] = [numberOf('first', 0), numberOf('seeds', 1), numberOf('jobs', 1)];
  const startedAt = performance.now();
  const tally = emptyTally();
  let next = first;
  const end = first + seeds;
  const progress = setInterval(() => console.log(progressLine(tally, startedAt)), PROGRESS_MILLISECONDS);
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      const thread = new Worker(new URL('./faults/seeds-thread.ts', import.meta.url));
      while (next < end && tally.broken.length < MOST_BROKEN) {
        const lot = { first: next, count: Math.min(LOT, end - next) };
        next += lot.count;
        add(tally, await answerTo(thread, lot));
      }
      await thread.terminate();
    }),
  );
  clearInterval(progress);
  await report(tally, startedAt, first);
}

async function answerTo(thread: Worker, lot: object): Promise<Tally> {
  const answer = once(thread, 'message');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  thread.postMessage(lot);
  const [tally]: Tally[] = await answer;
  return tally!;
}

async function report(tally: Tally, startedAt: number, first: number): Promise<void> {
  for (const [kind, count] of Object.entries(tally.faults).toSorted((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(10)}  ${kind}`);
  console.log(progressLine(tally, startedAt));
  for (const { seed, what } of tally.broken.slice(0, MOST_BROKEN)) {
    const scenario = await shrink(scenarioOf(seed), what);
    const end = await playHistory(scenario, { traced: true });
    console.log(end.broken === null ? `seed ${seed} breaks a promise: ${what}` : describe(seed, scenario, end));
  }
  const last = first + tally.histories - 1;
  if (tally.broken.length === 0) console.log(`seeds ${first} to ${last}: all promises held`);
  else process.exitCode = 1;
}

function progressLine({ histories, events, processes, seconds, faults, broken }: Tally, startedAt: number): string {
  const elapsed = (performance.now() - startedAt) / 1000;
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const days = (seconds / 86_400).toFixed(1);
  return `${histories} histories, ${(histories / elapsed).toFixed(0)} a second; ${events} events in ${processes} processes and ${days} virtual days; ${injected} faults injected; ${broken.length} promises broken`;
}

function numberOf(option: 'first' | 'seeds' | 'jobs', least: number): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${option} takes a whole number from ${least} on, not "${values[option]}"`);
  process.exit(2);
}
