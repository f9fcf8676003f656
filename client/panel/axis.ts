/** Round times for the axis. */

const STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
];

/** Round times from 0 up to `untilSeconds`, at most `most` steps. */
export function ticks(untilSeconds: number, most: number): number[] {
  const days = Math.ceil(untilSeconds / 86400 / most) * 86400;
  const fine = 10 ** Math.ceil(Math.log10(Math.max(untilSeconds, 1e-6) / most));
  const step = fine < STEPS[0]! ? fine : (STEPS.find((seconds) => untilSeconds / seconds <= most) ?? days);
  return Array.from({ length: Math.floor(untilSeconds / step + 1e-9) + 1 }, (_, index) => index * step);
}
