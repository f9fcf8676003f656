/** Round times for the axis. */

const STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
];

/** Round times within a stretch, at most `most` steps of them apart. */
export function ticks(fromSeconds: number, untilSeconds: number, most: number): number[] {
  const step = stepOf(untilSeconds - fromSeconds, most);
  const first = Math.ceil(fromSeconds / step - 1e-9);
  const last = Math.floor(untilSeconds / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

function stepOf(length: number, most: number): number {
  const smallest = Math.max(length, 1e-6) / most;
  const fine = 10 ** Math.ceil(Math.log10(smallest));
  if (fine < STEPS[0]!) return fine;
  return STEPS.find((seconds) => seconds >= smallest) ?? Math.ceil(smallest / 86400) * 86400;
}
