import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  about,
  aboutBand,
  count,
  counted,
  duration,
  durationBand,
  listed,
  percent,
  priceBand,
} from '../../scheduler/words.ts';

describe('numbers as people read them', () => {
  test.each([
    [0, '0 s'],
    [0.0004, '1 ms'],
    [0.045, '45 ms'],
    [0.9996, '1 s'],
    [1.24, '1.2 s'],
    [9.96, '10 s'],
    [59.6, '1 min'],
    [190, '3 min 10 s'],
    [3599.7, '1 h'],
    [7500, '2 h 5 min'],
    [86_399, '1 d'],
    [273_600, '3 d 4 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each([
    [0, '0 s'],
    [0.045, '45 ms'],
    [0.7, '0.7 s'],
    [1.24, '1.2 s'],
    [41.3, '41 s'],
    [90, '90 s'],
    [540, '9 min'],
    [5400, '90 min'],
    [9000, '2.5 h'],
    [259_200, '3 d'],
  ])('about %d seconds are %s', (seconds, text) => {
    expect(about(seconds)).toBe(text);
  });

  test('a duration never has 60 of a smaller unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (seconds) => {
        expect(duration(seconds)).not.toMatch(/\b(60 s|60 min|24 h|1000 ms)\b/);
      }),
    );
  });

  test('a band says its unit once where it can', () => {
    expect(durationBand({ low: 34 * 60, high: 45 * 60 })).toBe('34–45 min');
    expect(durationBand({ low: 50, high: 130 })).toBe('50 s – 2 min 10 s');
    expect(durationBand({ low: 50.1, high: 50.2 })).toBe('50 s');
    expect(aboutBand({ low: 50, high: 130 })).toBe('50 s – 2.2 min');
    expect(aboutBand({ low: 2040, high: 2700 })).toBe('34–45 min');
    expect(priceBand({ low: 0.42, high: 0.421 })).toBe('$0.42');
    expect(priceBand({ low: 0.4, high: 0.5 })).toBe('$0.40–0.50');
  });

  test('shares, counts and lists', () => {
    expect([percent(0), percent(0.0004), percent(0.009), percent(0.5), percent(0.9876), percent(1)]).toEqual([
      '0 %',
      'under 0.1 %',
      '0.9 %',
      '50 %',
      '98.8 %',
      '100 %',
    ]);
    expect([count(7), count(1234), count(1_234_567)]).toEqual(['7', '1,234', '1,234,567']);
    expect([counted(1, 'fragment'), counted(1400, 'fragment')]).toEqual(['1 fragment', '1,400 fragments']);
    expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
  });
});
