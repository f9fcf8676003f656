/** Instances one after the other share a lane, so that a picture is as high as instances lived at once. */

export interface Span {
  startSeconds: number;
  endSeconds: number;
}

/** An end and a start at once, but for rounding. */
const SLACK_SECONDS = 1e-9;

/** As few lanes as the spans allow, each in order of time, none overlapping another. */
export function lanesOf<T extends Span>(spans: readonly T[]): T[][] {
  const lanes: T[][] = [];
  for (const span of spans.toSorted((a, b) => a.startSeconds - b.startSeconds)) {
    const lane = lanes.find((each) => each.at(-1)!.endSeconds <= span.startSeconds + SLACK_SECONDS);
    if (lane === undefined) lanes.push([span]);
    else lane.push(span);
  }
  return lanes;
}
