import { describe, expect, test } from 'vitest';
import { count, counted, duration, durationBand, percent, priceBand } from '../../server/plan/words.ts';

const band = (low: number, high: number) => ({ low, expected: (low + high) / 2, high });

describe('numbers as people read them', () => {
  test.each([
    [0, '0 ms'],
    [0.045, '45 ms'],
    [0.7, '0.7 s'],
    [1.24, '1.2 s'],
    [41.3, '41 s'],
    [90, '90 s'],
    [540, '9 min'],
    [5400, '90 min'],
    [9000, '2.5 h'],
    [259_200, '3 d'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  test('bands name a unit once, and one number where both ends read alike', () => {
    expect(durationBand(band(2040, 2700))).toBe('34–45 min');
    expect(durationBand(band(50, 130))).toBe('50 s–2.2 min');
    expect(durationBand(band(60.1, 60.2))).toBe('60 s');
    expect(priceBand(band(0.42, 0.421))).toBe('$0.42');
    expect(priceBand(band(0.4, 0.5))).toBe('$0.40–0.50');
  });

  test('shares and counts', () => {
    expect(percent(0.03)).toBe('3 %');
    expect(percent(0.009)).toBe('0.9 %');
    expect(percent(0.0004)).toBe('< 0.1 %');
    expect(percent(0.94)).toBe('94 %');
    expect(count(1_234_567)).toBe('1\u202f234\u202f567');
    expect(counted(1, 'fragment')).toBe('1 fragment');
    expect(counted(14, 'fragment')).toBe('14 fragments');
  });
});
