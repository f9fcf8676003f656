import { expect, test } from 'vitest';
import { itemsText, percent } from '../../client/runs/words.ts';

const none = { committed: 0, upToDate: 0, failed: 0, skipped: 0, running: 0, pending: 0 };

test('items are told by what became of them', () => {
  expect(itemsText(null)).toBe('no items yet');
  expect(itemsText({ ...none, committed: 1 })).toBe('1 item');
  expect(itemsText({ ...none, committed: 3, upToDate: 2, failed: 1, pending: 4 })).toBe(
    '5 of 10 items, 2 up to date, 1 failed',
  );
});

test('a run is not at 100 % while anything is left', () => {
  expect(percent({ ...none, committed: 99_999, pending: 1 })).toBe('99 %');
  expect(percent({ ...none, committed: 2, failed: 1 })).toBe('100 %');
  expect(percent(none)).toBe('0 %');
});
