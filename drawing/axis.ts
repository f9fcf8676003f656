/** Round times for the axis. */

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** Round times within a stretch, at most `most` steps of them apart. */
export function ticks(fromSeconds: number, untilSeconds: number, most: number): number[] {
  const step = stepOf(Math.max(untilSeconds - fromSeconds, 1e-6) / most);
  const first = Math.ceil(fromSeconds / step - 1e-9);
  const last = Math.floor(untilSeconds / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

function stepOf(smallest: number): number {
  if (smallest < 1) return roundUp(smallest);
  return STEPS.find((seconds) => seconds >= smallest) ?? Math.ceil(smallest / 86_400) * 86_400;
}

/** The next of 1, 2, 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10);
}
