/** Plays the histories of many seeds, one after the other. */
import { playHistory } from './history.ts';
import { scenarioOf } from './scenario.ts';

export interface Tally {
  histories: number;
  events: number;
  processes: number;
  /** Virtual seconds. */
  seconds: number;
  /** How many faults of each kind were injected. */
  faults: Record<string, number>;
  broken: { seed: number; what: string }[];
}

/** One in so many histories is played twice, and must go the same way. */
const REPEATED = 16;

export const emptyTally = (): Tally => ({ histories: 0, events: 0, processes: 0, seconds: 0, faults: {}, broken: [] });

export async function playSeeds(seeds: Iterable<number>, tally = emptyTally()): Promise<Tally> {
  for (const seed of seeds) await playSeed(seed, tally);
  return tally;
}

async function playSeed(seed: number, tally: Tally): Promise<void> {
  const isRepeated = seed % REPEATED === 0;
  const end = await playHistory(scenarioOf(seed), { traced: isRepeated });
  const { events, processes, seconds, injected } = end;
  add(tally, { histories: 1, events, processes, seconds, faults: Object.fromEntries(injected), broken: [] });
  if (end.broken !== null) tally.broken.push({ seed, what: end.broken });
  else if (isRepeated) {
    const again = await playHistory(scenarioOf(seed), { traced: true });
    if (again.trace.join('\n') !== end.trace.join('\n'))
      tally.broken.push({ seed, what: 'the same seed went another way' });
  }
}

/** Adds one tally to another. */
export function add(sum: Tally, more: Tally): void {
  sum.histories += more.histories;
  sum.events += more.events;
  sum.processes += more.processes;
  sum.seconds += more.seconds;
  for (const [kind, count] of Object.entries(more.faults)) sum.faults[kind] = (sum.faults[kind] ?? 0) + count;
  sum.broken.push(...more.broken);
}
