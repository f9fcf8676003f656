/** Instances one after the other share a lane, so that the picture is as high as instances lived at once. */

export interface Span {
  startSeconds: number;
  endSeconds: number;
}

/** Lanes of spans that do not overlap, each in order of time. */
export function lanesOf<T extends Span>(spans: readonly T[]): T[][] {
  const lanes: T[][] = [];
  for (const span of spans.toSorted((a, b) => a.startSeconds - b.startSeconds)) {
    const lane = lanes.find((each) => each.at(-1)!.endSeconds <= span.startSeconds);
    if (lane === undefined) lanes.push([span]);
    else lane.push(span);
  }
  return lanes;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Times for the marks of an axis: at most so many, at round distances. */
export function axisTicks(totalSeconds: number, most: number): number[] {
  const smallest = totalSeconds / most;
  const step =
    smallest < 1
      ? roundUp(smallest)
      : (STEPS.find((each) => each >= smallest) ?? Math.ceil(smallest / 86_400) * 86_400);
  return Array.from({ length: Math.floor(totalSeconds / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** The next of 1, 2, 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10);
}
