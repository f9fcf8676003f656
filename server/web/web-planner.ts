/** Plans of jobs whose items all stand in their text, made between two messages: a worker of a browser has no threads. */
import { LevelledModel } from '../../scheduler/plan/levelled-model.ts';
import { makePlan } from '../../scheduler/plan/make-plan.ts';
import { Cancelled } from '../../scheduler/plan/simulate.ts';
import { PredictiveModel } from '../../scheduler/predictive-model/model.ts';
import { NO_PAST } from '../../scheduler/store/past.ts';
import { type PlanAnswer, type Planning, type PlanRequest, TOO_LARGE } from '../plan/planning.ts';
import { writtenWorkload } from './written-workload.ts';
import { messageOf } from '../../scheduler/words.ts';

/** While a plan is made nothing else is answered, so one that takes longer is given up. */
const LIMIT_MS = 2000;

export class WebPlanner implements Planning {
  async plan({ job }: PlanRequest, signal: AbortSignal): Promise<PlanAnswer | null> {
    // What has come in meanwhile may make this plan needless.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal.aborted) return null;
    const { observations, ...past } = NO_PAST;
    const model = new LevelledModel(new PredictiveModel(observations), observations);
    const timeUpAt = performance.now() + LIMIT_MS;
    try {
      const workload = writtenWorkload(job);
      return { plan: makePlan({ job, workload, model, ...past, isCancelled: () => performance.now() >= timeUpAt }) };
    } catch (error) {
      return { problem: error instanceof Cancelled ? TOO_LARGE : messageOf(error) };
    }
  }

  async close(): Promise<void> {}
}
