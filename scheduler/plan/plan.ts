/** The preview of a run: what `morsel plan --json` prints and what the editor draws. Times in seconds from the start. */
import type { Interval, PredictionBasis } from '../predictive-model/prediction.ts';

export type { PredictionBasis };

export interface Plan {
  job: string;
  target: { name: string; kind: string };
  makespanSeconds: Interval;
  /**
   * The share of the items that the simulation got to: 1, unless the job is so large that its end was extrapolated. Then
   * `fragments` and `instances` hold its beginning only, and a task that it did not
   * come to has no fragments; all other figures are those of the whole job.
   */
  simulatedShare: number;
  /** Committed work over instance life, of the expected draw; likewise the others. */
  utilisation: number;
  idleShare: number;
  lostShare: number;
  /** Null where the target names no price. */
  price: Interval | null;
  fragments: PlannedFragment[];
  instances: PlannedInstance[];
  tasks: PlannedTask[];
  /** What keeps the job from ever finishing on this target, if anything does. */
  problems: PlanProblem[];
}

export interface PlannedFragment {
  fragment: number;
  instance: string;
  /** Items that it commits, by task name, in the order in which they run. */
  items: { task: string; items: number }[];
  startSeconds: number;
  endSeconds: number;
  /** When its safe points are reached. */
  safePointSeconds: number[];
  how: 'done' | 'split' | 'deadline' | 'lost';
}

export interface PlannedInstance {
  instance: string;
  instanceType: string;
  startSeconds: number;
  endSeconds: number;
}

export interface PlannedTask {
  task: string;
  items: number;
  upToDate: number;
  fragments: number;
  itemsPerFragment: number;
  /** Of one fragment's share of this task. */
  fragmentSeconds: number;
  /** One typical item. */
  itemSeconds: Interval;
  /** Spacing of its safe points and the share of time that they take. */
  safePointEverySeconds: number;
  safePointCostShare: number;
  basis: PredictionBasis;
}

export interface PlanProblem {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  task: string | null;
}
