import type { Interval } from '../predictive-model/prediction.ts';

/** What a forecast rests on. Seconds are those of one instance. */
export interface Outlook {
  /** Predicted work that no instance has yet. */
  work: Interval;
  /** What running fragments still have to do. */
  runningSeconds: number;
  /** Instances that share it. */
  instances: number;
  lifespanSeconds: number | null;
  startupSeconds: number;
}

/**
 * Seconds until the job ends, as the work that is left over the instances that share it: a figure for a progress line,
 * blind to waiting between tasks and to long single items. The plan (../plan) simulates instead.
 */
export function forecast({ work, runningSeconds, instances, lifespanSeconds, startupSeconds }: Outlook): Interval {
  const scale = (seconds: number): number => {
    const shared = (seconds + runningSeconds) / instances;
    const lives = lifespanSeconds === null ? 0 : Math.floor(shared / lifespanSeconds);
    return shared + lives * startupSeconds;
  };
  return { low: scale(work.low), expected: scale(work.expected), high: scale(work.high) };
}
