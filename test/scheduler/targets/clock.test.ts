import { expect, test } from 'vitest';
import { systemClock } from '../../../scheduler/targets/clock.ts';

test('the system clock never calls back early, and not at all when called off', async () => {
  const clock = systemClock();
  const begin = clock.now();
  const early: number[] = [];
  const waits = Array.from({ length: 500 }, (_, i) => {
    const at = begin + i * 0.000_37;
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.schedule(at, () => {
      if (clock.now() < at) early.push(at);
      resolve();
    });
    clock.schedule(at, () => early.push(at))();
    return promise;
  });
  await Promise.all(waits);
  expect(early).toEqual([]);
});
