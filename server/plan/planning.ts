/** What makes plans: a thread beside the files, or the server itself where there are none. */
import type { JobSpec } from '../../scheduler/job-spec.ts';
import type { Plan } from '../../scheduler/plan/plan.ts';

export type Effort = 'sketch' | 'whole';

export interface PlanRequest {
  job: JobSpec;
  /** Where the history of past runs is; it need not exist. */
  morselFolder: string;
  /** What was read of the inputs in an earlier epoch is forgotten. */
  epoch: number;
  /** A rough plan at once, or all of it; default: all of it. */
  effort?: Effort;
}

/** A plan, or one sentence on why there is none. */
export type PlanAnswer = { plan: Plan } | { problem: string };

/** `asked`: by somebody who waits for it, so before all that are made for hints. */
export type Urgency = 'asked' | 'background';

export interface Planning {
  /** Resolves with null once `signal` aborts. */
  plan(request: PlanRequest, signal: AbortSignal, urgency?: Urgency): Promise<PlanAnswer | null>;
  close(): Promise<void>;
}

/** What is said of a job whose plan takes too much time or memory for an editor. */
export const TOO_LARGE =
  'This job is too large to preview in full here: run `morsel plan`, which may take as long as it needs.';
