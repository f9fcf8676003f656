import type { TargetSpec } from '../job-spec.ts';
import type { Overheads } from './injector.ts';

const HOUR = 3600;

/** What instances of each kind of target cost to begin with, until a run has learnt better. */
const KINDS: Record<TargetSpec['kind'], Overheads> = {
  local: {
    startupSeconds: 0.3,
    dispatchSeconds: 0.01,
    coldSeconds: 0,
    safePointSeconds: 0.005,
    meanTimeBetweenFailuresSeconds: 8 * HOUR,
  },
  simulated: {
    startupSeconds: 1,
    dispatchSeconds: 0.1,
    coldSeconds: 0,
    safePointSeconds: 0.1,
    meanTimeBetweenFailuresSeconds: 8 * HOUR,
  },
  ssh: {
    startupSeconds: 2,
    dispatchSeconds: 0.1,
    coldSeconds: 0,
    safePointSeconds: 0.05,
    meanTimeBetweenFailuresSeconds: 8 * HOUR,
  },
  slurm: {
    startupSeconds: 30,
    dispatchSeconds: 0.1,
    coldSeconds: 0,
    safePointSeconds: 0.05,
    meanTimeBetweenFailuresSeconds: 24 * HOUR,
  },
};

/**
 * Of so many instances one is taken to be overtaken by its own end, since the last stretch took longer than it was
 * predicted to: a known end is a failure that is rare, not one that never happens.
 */
const LIVES_PER_MISSED_END = 10;

/** The overheads of a target: those of its kind, but for what the target itself says. */
export function overheadsOf(target: Pick<TargetSpec, 'kind' | 'startupSeconds' | 'lifespanSeconds'>): Overheads {
  const overheads = KINDS[target.kind];
  const missedEnd = (target.lifespanSeconds ?? Infinity) * LIVES_PER_MISSED_END;
  return {
    ...overheads,
    startupSeconds: target.startupSeconds ?? overheads.startupSeconds,
    meanTimeBetweenFailuresSeconds: Math.min(overheads.meanTimeBetweenFailuresSeconds, missedEnd),
  };
}
