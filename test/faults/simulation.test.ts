/**
 * The run's host, core, journal and publisher on simulated machines on which everything goes wrong: see bench/faults.
 * `npm run faults -- --seeds 100000` plays more histories than the suite does.
 */
import { expect, test } from 'vitest';
import { playHistory } from '../../bench/faults/history.ts';
import { playSeeds } from '../../bench/faults/play-seeds.ts';
import { scenarioOf } from '../../bench/faults/scenario.ts';

const HISTORIES = 600;

test(
  'whatever goes wrong, each item ends once, no committed one is lost, and the run comes to its end',
  { timeout: 120_000 },
  async () => {
    const seeds = Array.from({ length: HISTORIES }, (_, i) => i);
    const { histories, broken, faults } = await playSeeds(seeds);
    console.log(
      `${histories} histories, ${Object.values(faults).reduce((sum, count) => sum + count, 0)} faults injected`,
    );
    expect(broken).toEqual([]);
  },
);

/** They waited for ever: an item's run time was predicted from nothing, so no instance was asked for. */
const ONCE_BROKEN = [25_585, 26_522];

test('histories that once broke a promise', async () => {
  const { broken } = await playSeeds(ONCE_BROKEN);
  expect(broken).toEqual([]);
});

test('a history follows from its seed alone', async () => {
  const [once, again] = [
    await playHistory(scenarioOf(9), { traced: true }),
    await playHistory(scenarioOf(9), { traced: true }),
  ];
  expect(once.trace.length).toBeGreaterThan(10);
  expect(again).toEqual(once);
});
