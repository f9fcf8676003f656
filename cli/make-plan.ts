/** The plan of a job as it stands on disk, with what past runs of this folder have taught. */
import { existsSync } from 'node:fs';
import { prepareWorkload } from '../scheduler/items/prepare.ts';
import type { JobSpec } from '../scheduler/job-spec.ts';
import { makePlan } from '../scheduler/plan/make-plan.ts';
import type { Plan } from '../scheduler/plan/plan.ts';
import { PredictiveModel } from '../scheduler/predictive-model/model.ts';
import type { Observation } from '../scheduler/predictive-model/observation.ts';
import { openHistory } from '../scheduler/store/history.ts';

export async function planJob(job: JobSpec, morselFolder: string): Promise<Plan> {
  const { workload } = await prepareWorkload(job, { morselFolder });
  const keys = [...new Set(workload.tasks.map((task) => task.key))];
  return makePlan({ job, workload, model: new PredictiveModel(pastObservations(morselFolder, keys)) });
}

/** A plan leaves no trace: without a folder there is no history, and none is made. */
function pastObservations(morselFolder: string, keys: string[]): Observation[] {
  if (!existsSync(morselFolder)) return [];
  const history = openHistory(morselFolder);
  try {
    return history.observations(keys);
  } finally {
    history.close();
  }
}
