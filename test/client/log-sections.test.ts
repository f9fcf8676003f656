import { expect, test } from 'vitest';
import { logSections } from '../../client/logs/log-sections.ts';

test('a log falls into what each item printed', () => {
  const text = [
    '── resize · photos/cat one.jpg',
    'looks like a cat',
    '',
    '── resize · photos/dog.jpg: exited with 1: no such file',
    '',
    '── sheet · ',
    'a line',
    'another',
    '',
  ].join('\n');
  expect(logSections(text)).toEqual([
    { task: 'resize', item: 'photos/cat one.jpg', isFailed: false, line: 0, lastLine: 1, itemStart: 12 },
    { task: 'resize', item: 'photos/dog.jpg', isFailed: true, line: 3, lastLine: 3, itemStart: 12 },
    { task: 'sheet', item: '', isFailed: false, line: 5, lastLine: 7, itemStart: 11 },
  ]);
  expect(logSections('Nothing was printed.\n')).toEqual([]);
});
