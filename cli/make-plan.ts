/** The plan of a job as it stands on disk, with what past runs of this folder have taught. */
import { existsSync } from 'node:fs';
import { prepareWorkload } from '../scheduler/items/prepare.ts';
import type { JobSpec } from '../scheduler/job-spec.ts';
import { makePlan } from '../scheduler/plan/make-plan.ts';
import type { Plan } from '../scheduler/plan/plan.ts';
import { PredictiveModel } from '../scheduler/predictive-model/model.ts';
import type { Observation } from '../scheduler/predictive-model/observation.ts';
import { openHistory } from '../scheduler/store/history.ts';

/** Leaves no trace: where there is no history yet, none is made. */
export async function planJob(job: JobSpec, morselFolder: string): Promise<Plan> {
  const hasHistory = existsSync(morselFolder);
  const { workload } = await prepareWorkload(job, hasHistory ? { morselFolder } : {});
  const keys = [...new Set(workload.tasks.map((task) => task.key))];
  const past = hasHistory ? pastObservations(morselFolder, keys) : [];
  return makePlan({ job, workload, model: new PredictiveModel(past) });
}

function pastObservations(morselFolder: string, keys: readonly string[]): Observation[] {
  using history = openHistory(morselFolder);
  return history.observations(keys);
}
