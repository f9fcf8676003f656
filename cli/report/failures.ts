import type { ReportedFailure } from '../../scheduler/run/runs.ts';
import type { Failures } from '../render-summary.ts';

const SHOWN = 5;

/** The failures of a past run as the summary shows them. */
export const failuresOf = (failures: readonly ReportedFailure[]): Failures => ({
  first: failures.slice(0, SHOWN).map(({ stdout, stderr, ...failure }) => ({ ...failure, output: stderr || stdout })),
  total: failures.length,
});
