import type { TargetSpec } from '../job-spec.ts';
import { optionsProblem } from './simulated.ts';
import { slurmProblem } from './slurm/check.ts';
import { hostsProblem } from './ssh/check.ts';

/** The code of a diagnostic that says so. */
export const TARGET_REFUSED = 'target-refused';

/**
 * Why nothing could be run on a target, in one sentence: what is asked for is not to be had, by its engine's own word. Null
 * where nothing is known to be wrong. May take seconds: it asks the engine.
 */
export async function targetProblem(spec: TargetSpec): Promise<string | null> {
  switch (spec.kind) {
    case 'local':
      return null;
    case 'ssh':
      return named(spec, await hostsProblem(spec));
    case 'simulated':
      return optionsProblem(spec);
    case 'slurm':
      return named(spec, await slurmProblem(spec));
  }
}

const named = ({ name }: TargetSpec, problem: string | null): string | null =>
  problem === null ? null : `target ${name}: ${problem}`;
