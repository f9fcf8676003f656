/** The plan of a job as it stands on disk, with what past runs of this folder have taught. */
import { existsSync } from 'node:fs';
import { prepareWorkload } from '../scheduler/items/prepare.ts';
import type { JobSpec } from '../scheduler/job-spec.ts';
import { LevelledModel } from '../scheduler/plan/levelled-model.ts';
import { makePlan } from '../scheduler/plan/make-plan.ts';
import type { Plan } from '../scheduler/plan/plan.ts';
import { PredictiveModel } from '../scheduler/predictive-model/model.ts';
import { openHistory } from '../scheduler/store/history.ts';
import { NO_PAST, type Past, readPast } from '../scheduler/store/past.ts';
import type { Workload } from '../scheduler/workload.ts';

/** Leaves no trace: where there is no history yet, none is made. */
export async function planJob(job: JobSpec, morselFolder: string): Promise<Plan> {
  const hasHistory = existsSync(morselFolder);
  const { workload } = await prepareWorkload(job, hasHistory ? { morselFolder } : {});
  const { observations, ...past } = hasHistory ? pastOf(morselFolder, workload, job) : NO_PAST;
  return makePlan({
    job,
    workload,
    model: new LevelledModel(new PredictiveModel(observations), observations),
    ...past,
  });
}

function pastOf(morselFolder: string, workload: Workload, { target }: JobSpec): Past {
  using history = openHistory(morselFolder);
  return readPast(history, workload, target);
}
