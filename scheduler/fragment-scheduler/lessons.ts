import type { FragmentGenerator } from '../fragment-generator/fragment-generator.ts';
import type { TaskOrder } from '../fragment-generator/task-order.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import { cohortAt, eachCohort } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';
import type { Outcome } from './events.ts';
import { length, type RunningFragment, type StretchPart } from './running-fragment.ts';

/** Who learns from what happens: the model, the generator's sense of what has been seen, and the order of tasks. */
export interface Learners {
  workload: Workload;
  model: Predictor;
  generator: FragmentGenerator;
  order: TaskOrder;
}

/** Turns what happened to a fragment into observations, and has all learn from them. Each returns them for the history. */
export class Lessons {
  private readonly learners: Learners;

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

  /** A stretch had not ended after so many times what was predicted. */
  outlasted(
    stretch: readonly StretchPart[],
    overrun: number,
    instance: InstanceRecord,
    running: RunningFragment,
  ): Observation[] {
    return stretch.map(({ piece, items }) => {
      const cohort = cohortAt(this.learners.workload.tasks[piece.task]!.cohorts, piece.start);
      const each = overrun * piece.itemSeconds.expected;
      const observation = {
        ...this.conditions(piece.task, cohort, instance, running),
        count: items,
        seconds: items * each,
        squaredSeconds: items * each ** 2,
        outlasted: true,
      };
      this.observe(observation);
      return observation;
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
