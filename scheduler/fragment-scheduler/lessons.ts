import type { FragmentGenerator } from '../fragment-generator/fragment-generator.ts';
import type { TaskOrder } from '../fragment-generator/task-order.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import { ItemMap } from '../task-queue/item-map.ts';
import { cohortAt, eachCohort } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';
import type { Outcome } from './events.ts';
import { length, type RunningFragment, type StretchPart } from './running-fragment.ts';

/** Who learns from what happens: the model, the generator's sense of what has been seen, and the order of tasks. */
export interface Learners {
  workload: Workload;
  model: Predictor;
  generator: FragmentGenerator;
  order: TaskOrder;
}

/** By which name, and for which task, the model was told of items that have not ended. */
interface StandIn {
  name: string;
  key: string;
}

/** Turns what happened to a fragment into observations, and has all learn from them. Each returns them for the history. */
export class Lessons {
  private readonly learners: Learners;
  /** What stands in the model for items that are overdue, by fragment; and for items that were cut off. */
  private readonly underWay = new Map<number, StandIn[]>();
  private readonly cutOff = new ItemMap<StandIn>();

  constructor(learners: Learners) {
    this.learners = learners;
  }

  /** A range of items was committed: an observation for each of its cohorts. */
  committed(
    outcome: Outcome & { state: 'committed' },
    instance: InstanceRecord,
    running: RunningFragment,
  ): Observation[] {
    const observations: Observation[] = [];
    const count = length(outcome);
    eachCohort(this.learners.workload.tasks[outcome.task]!.cohorts, outcome, (cohort, start, end) => {
      const share = (end - start) / count;
      const took = { seconds: outcome.seconds * share, squaredSeconds: outcome.squaredSeconds * share };
      const conditions = this.conditions(outcome.task, cohort, instance, running);
      observations.push({ ...conditions, count: end - start, ...took });
      this.observe(observations.at(-1)!);
      this.learners.generator.learnt(outcome.task, cohort, end - start);
    });
    return observations;
  }

  /**
   * What a fragment has under way has not ended after so many times what was predicted. It counts until {@link hasGoneOn}.
   * Only this run learns from it: the history is told in the end.
   */
  overdue(stretch: readonly StretchPart[], overrun: number, instance: InstanceRecord, running: RunningFragment): void {
    const { id } = running.fragment;
    this.hasGoneOn(id);
    const items = this.unended(stretch, overrun, instance, running).map((observation, part) => {
      const name = `part ${part} of fragment ${id}`;
      this.learners.model.observeUnended(name, observation);
      this.learners.order.changed();
      return { name, key: observation.key };
    });
    this.underWay.set(id, items);
  }

  /** A fragment reached a safe point, or ended: what it had under way is so no longer. */
  hasGoneOn(fragment: number): void {
    for (const item of this.underWay.get(fragment) ?? []) this.learners.model.ended(item.name, item.key);
    this.underWay.delete(fragment);
  }

  /**
   * An instance ended with a stretch that had taken so many times what was predicted. It counts until its first item ends,
   * or is given up.
   */
  lost(
    stretch: readonly StretchPart[],
    overrun: number,
    instance: InstanceRecord,
    running: RunningFragment,
  ): Observation[] {
    const observations = this.unended(stretch, overrun, instance, running);
    for (const [part, observation] of observations.entries()) {
      const { piece, start } = stretch[part]!;
      const { task } = piece;
      const name = `item ${start} of task ${task}`;
      this.learners.model.observeUnended(name, observation);
      this.learners.order.changed();
      this.cutOff.set(task, start, { name, key: observation.key });
    }
    return observations;
  }

  /** Those items have ended, one way or another. */
  ended(task: number, items: Range): void {
    for (const { name, key } of this.cutOff.delete(task, items)) this.learners.model.ended(name, key);
  }

  private unended(
    stretch: readonly StretchPart[],
    overrun: number,
    instance: InstanceRecord,
    running: RunningFragment,
  ): Observation[] {
    return stretch.map(({ piece, start, items }) => {
      const cohort = cohortAt(this.learners.workload.tasks[piece.task]!.cohorts, start);
      const each = overrun * piece.itemSeconds.expected;
      return {
        ...this.conditions(piece.task, cohort, instance, running),
        count: items,
        seconds: items * each,
        squaredSeconds: items * each ** 2,
        outlasted: true,
      };
    });
  }

  private conditions(task: number, cohort: number, instance: InstanceRecord, running: RunningFragment) {
    const { key, cohorts } = this.learners.workload.tasks[task]!;
    return {
      key,
      instanceType: instance.type,
      cost: cohorts[cohort]!.cost,
      load: instance.load,
      idleSeconds: running.assignedAt - instance.idleSince,
    };
  }

  private observe(observation: Observation): void {
    this.learners.model.observe(observation);
    this.learners.order.changed();
  }
}
