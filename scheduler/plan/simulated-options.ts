/** What a target of kind `simulated` says of the world that it stands for; other kinds say nothing of it. */
import type { TargetSpec } from '../job-spec.ts';

/** By how much items are faster there than was learnt elsewhere. */
export const speedOf = ({ kind, options }: TargetSpec): number =>
  kind === 'simulated' ? Number(options['speed'] ?? 1) : 1;

/**
 * Draws how long instances live that end unforeseen: exponentially distributed lives, of `mtbf` seconds on average. Null
 * where none do.
 * @param next uniform in [0, 1)
 */
export function hiddenLives({ kind, options }: TargetSpec, next: () => number): (() => number) | null {
  const mtbf = options['mtbf'];
  return kind === 'simulated' && mtbf !== undefined ? () => -Number(mtbf) * Math.log(1 - next()) : null;
}
