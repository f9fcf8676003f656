/** The preview of a run: what `morsel plan --json` prints and what the editor draws. Times in seconds from the start. */
import type { Interval, PredictionBasis } from '../predictive-model/prediction.ts';

export type { PredictionBasis };

export interface Plan {
  job: string;
  target: PlannedTarget;
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
  /**
   * The tasks that the finish waits for, first to last: each is the one of its successor's dependencies that ends last in
   * the expected course. Empty where the simulation did not come to the end.
   */
  criticalPath: string[];
  /** What keeps the job from ever finishing on this target, if anything does, and what makes it dearer than it need be. */
  problems: PlanProblem[];
}

/** The figures of a plan, without what is only drawn: `fragments` and `instances` are their numbers. */
export interface PlanFigures extends Omit<Plan, 'fragments' | 'instances' | 'tasks' | 'criticalPath'> {
  fragments: number;
  instances: number;
}

/** What the plan is made for. */
export interface PlannedTarget {
  name: string;
  kind: string;
  instances: { min: number; max: number };
  /** Null for instances that live for ever. */
  lifespanSeconds: number | null;
  pricePerHour: number | null;
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
  /** When it is asked for; until `startSeconds` it starts up. */
  askedSeconds: number;
  startSeconds: number;
  endSeconds: number;
}

export interface PlannedTask {
  task: string;
  /** The tasks that it waits for: item by item, or until all of theirs have ended. */
  after: { task: string; on: 'item' | 'all' }[];
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
  /** `info`: the job will do as it is, and could do better. */
  severity: 'error' | 'warning' | 'info';
  code: string;
  message: string;
  task: string | null;
  /** A lifespan of the target that would mend it; null where none would. */
  betterLifespanSeconds: number | null;
}
