/** Who may decide in a replay. */
import { FragmentScheduler } from '../fragment-scheduler/scheduler.ts';
import type { TargetSpec } from '../job-spec.ts';
import type { Policy } from '../plan/simulate.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Overheads } from '../safe-points/injector.ts';
import type { Workload } from '../workload.ts';
import { ChunkScheduler } from './chunk-scheduler.ts';

/** `morsel` is the scheduler itself; `single` hands out one item at a time, `fixed` so many. */
export type PolicyChoice = { kind: 'morsel' } | { kind: 'single' } | { kind: 'fixed'; items: number };

/** Reads `morsel`, `single` or `fixed:20`; null if it is none of them. */
export function parsePolicy(text: string): PolicyChoice | null {
  if (text === 'morsel' || text === 'single') return { kind: text };
  const items = Number(/^fixed:([1-9]\d{0,9})$/.exec(text)?.[1]);
  return Number.isInteger(items) ? { kind: 'fixed', items } : null;
}

/** As {@link parsePolicy} reads it. */
export const policyName = (choice: PolicyChoice): string =>
  choice.kind === 'fixed' ? `fixed:${choice.items}` : choice.kind;

/** A new scheduler of that kind. */
export function createPolicy(
  choice: PolicyChoice,
  options: { workload: Workload; target: TargetSpec; model: Predictor; overheads: Overheads },
): Policy {
  if (choice.kind === 'morsel') return new FragmentScheduler(options);
  return new ChunkScheduler({ ...options, chunk: choice.kind === 'fixed' ? choice.items : 1 });
}
