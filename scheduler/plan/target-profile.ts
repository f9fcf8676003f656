/** What past runs taught of a target, beside how long items take there. Plain data: it goes into the history and comes out again. */
import type { TargetSpec } from '../job-spec.ts';
import type { Overheads } from '../safe-points/injector.ts';
import { overheadsOf } from '../safe-points/overheads.ts';

/** What one run measured of its target; null where nothing was seen of it. */
export interface TargetMeasurement {
  /** The type that its instances came with. */
  instanceType: string | null;
  /** Share of the machine that others used. */
  load: number | null;
  startupSeconds: number | null;
  /** How much of its lifespan an instance had lived when it came up. */
  bootSeconds: number | null;
  /** From telling an instance to stop until it was gone. */
  stopSeconds: number | null;
  dispatchSeconds: number | null;
  safePointSeconds: number | null;
  /** ln of the makespan over the predicted one. */
  pace: number | null;
}

export interface TargetProfile extends Omit<TargetMeasurement, 'pace'> {
  /** Runs that it was learnt from. */
  runs: number;
  /** Mean square of {@link TargetMeasurement.pace}, … */
  paceVariance: number;
  /** … over so many runs; those before the first count as {@link PRIOR_PACE}. */
  paces: number;
}

/** How far a run as a whole is off its prediction before any was measured, as a share: a machine is busier on some days. */
const PRIOR_PACE = 0.12;
/** How many runs that is worth. */
const PRIOR_RUNS = 2;
/** What is older than about so many runs is forgotten. */
const MEMORY = 12;
/** A run that was paused, or whose machine slept, was not slow: more than this is not believed. */
const MOST_PACE = Math.LN2;

/** The profile with one run more. */
export function learnTarget(known: TargetProfile | null, measured: TargetMeasurement): TargetProfile {
  const runs = (known?.runs ?? 0) + 1;
  const mean = (before: number | null | undefined, now: number | null): number | null => {
    if (now === null || before === null || before === undefined) return now ?? before ?? null;
    return before + (now - before) / Math.min(runs, MEMORY);
  };
  const paces = (known?.paces ?? 0) + (measured.pace === null ? 0 : 1);
  const before = known?.paceVariance ?? 0;
  const square = Math.min(MOST_PACE, Math.abs(measured.pace ?? 0)) ** 2;
  return {
    runs,
    instanceType: measured.instanceType ?? known?.instanceType ?? null,
    load: mean(known?.load, measured.load),
    startupSeconds: mean(known?.startupSeconds, measured.startupSeconds),
    bootSeconds: mean(known?.bootSeconds, measured.bootSeconds),
    stopSeconds: mean(known?.stopSeconds, measured.stopSeconds),
    dispatchSeconds: mean(known?.dispatchSeconds, measured.dispatchSeconds),
    safePointSeconds: mean(known?.safePointSeconds, measured.safePointSeconds),
    paces,
    paceVariance: measured.pace === null ? before : before + (square - before) / Math.min(paces, MEMORY),
  };
}

/** What instances of a target are taken for in a plan. */
export interface TargetConditions {
  instanceType: string;
  load: number;
  overheads: Overheads;
  bootSeconds: number;
  stopSeconds: number;
  /** How far a run as a whole is off its prediction, as a standard deviation of logarithms. */
  pace: number;
}

/** What the target says of itself and what is usual for its kind, but for what was measured. */
export function conditionsOf(target: TargetSpec, profile: TargetProfile | null): TargetConditions {
  const { paces = 0, paceVariance = 0 } = profile ?? {};
  const weight = Math.min(paces, MEMORY);
  return {
    instanceType: profile?.instanceType ?? target.name,
    load: profile?.load ?? 0,
    overheads: measuredOverheads(target, profile),
    bootSeconds: profile?.bootSeconds ?? 0,
    stopSeconds: profile?.stopSeconds ?? 0,
    pace: Math.sqrt((PRIOR_RUNS * PRIOR_PACE ** 2 + weight * paceVariance) / (PRIOR_RUNS + weight)),
  };
}

/** The overheads that a scheduler begins with. */
export function measuredOverheads(target: TargetSpec, profile: TargetProfile | null): Overheads {
  const usual = overheadsOf(target);
  return {
    ...usual,
    startupSeconds: profile?.startupSeconds ?? usual.startupSeconds,
    dispatchSeconds: profile?.dispatchSeconds ?? usual.dispatchSeconds,
    safePointSeconds: profile?.safePointSeconds ?? usual.safePointSeconds,
  };
}
