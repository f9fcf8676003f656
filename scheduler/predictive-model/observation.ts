/** What one safe point taught about one range of alike items. Plain data: it goes into the history and comes out again. */
export interface Observation {
  /** {@link WorkloadTask.key} of the task. */
  key: string;
  instanceType: string;
  /** Mean cost of the items; null where the task has no cost. */
  cost: number | null;
  count: number;
  /** Sum of the items' run times, and of their squares. */
  seconds: number;
  squaredSeconds: number;
  /** Share of the machine that others used meanwhile, 0 for none. */
  load: number;
  /** How long the instance had been idle before the fragment that the items were in. */
  idleSeconds: number;
  /** True if the items had not ended after so long: their instance ended first (a censored observation). */
  outlasted?: boolean;
}
