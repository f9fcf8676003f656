import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IntervalSet } from '../../../scheduler/task-queue/interval-set.ts';

const range = fc.tuple(fc.nat(40), fc.nat(12)).map(([start, length]) => ({ start, end: start + length }));
const operation = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), range }),
  fc.record({ kind: fc.constant('delete' as const), range }),
  fc.record({ kind: fc.constant('takeFirst' as const), count: fc.nat(10) }),
);

const numbers = (ranges: readonly { start: number; end: number }[]): number[] =>
  ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));

test('behaves like a set of numbers, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), range, (operations, probe) => {
      const set = new IntervalSet();
      const model = new Set<number>();
      for (const step of operations) {
        if (step.kind === 'takeFirst') {
          const expected = [...model].toSorted((a, b) => a - b).slice(0, step.count);
          expect(numbers(set.takeFirst(step.count))).toEqual(expected);
          for (const number of expected) model.delete(number);
        } else {
          set[step.kind](step.range.start, step.range.end);
          for (const number of numbers([step.range])) model[step.kind](number);
        }
      }
      const sorted = [...model].toSorted((a, b) => a - b);
      expect(numbers(set.toRanges())).toEqual(sorted);
      expect(set.size).toBe(model.size);
      expect(numbers(set.within(probe.start, probe.end))).toEqual(
        sorted.filter((number) => number >= probe.start && number < probe.end),
      );
    }),
  );
});

test('keeps ranges that touch as one', () => {
  const set = new IntervalSet();
  set.add(0, 5);
  set.add(10, 15);
  set.add(5, 10);
  expect(set.toRanges()).toEqual([{ start: 0, end: 15 }]);
});
