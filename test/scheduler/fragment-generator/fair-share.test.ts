import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonFinish, type Availability } from '../../../scheduler/fragment-generator/fair-share.ts';

const free = (freeAt: number, endsAt = Infinity, isReplaced = false): Availability => ({ freeAt, endsAt, isReplaced });
const succession = { startupSeconds: 20, lifeSeconds: 300 };

test('instances that are all free share evenly', () => {
  expect(commonFinish(100, [free(0), free(0)], succession, 0)).toBeCloseTo(50, 0);
});

test('one that is busy joins in when it is free', () => {
  expect(commonFinish(100, [free(0), free(60)], succession, 0)).toBeCloseTo(80, 0);
  expect(commonFinish(40, [free(0), free(60)], succession, 0)).toBeCloseTo(40, 0);
});

test('where an instance ends, the next in its place goes on after its startup', () => {
  expect(commonFinish(130, [free(0, 100, true)], succession, 0)).toBeCloseTo(150, 0);
  expect(commonFinish(500, [free(0, 100, true)], succession, 0)).toBeCloseTo(100 + 20 + 300 + 20 + 100, 0);
});

test('more work never ends earlier, and all of it is done by then', () => {
  const instance = fc.record({ freeAt: fc.nat(500), life: fc.nat(400), isReplaced: fc.boolean() });
  fc.assert(
    fc.property(fc.array(instance, { minLength: 1, maxLength: 8 }), fc.nat(5000), (drawn, work) => {
      const instances = drawn.map(({ freeAt, life, isReplaced }) => free(freeAt, freeAt + life, isReplaced));
      instances.push(free(0, 100, true));
      const finish = commonFinish(work, instances, succession, 0);
      const more = commonFinish(2 * work + 1, instances, succession, 0);
      expect(finish).toBeGreaterThanOrEqual(0);
      expect(more).toBeGreaterThanOrEqual(finish * 0.999);
      // No instance can do more than all the time there is.
      expect(finish * instances.length * 1.001 + 0.01).toBeGreaterThanOrEqual(work);
    }),
  );
});
