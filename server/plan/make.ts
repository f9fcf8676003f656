/** A plan from a job: its inputs are read (or remembered), what past runs taught is fetched, the run is simulated. */
import { existsSync } from 'node:fs';
import type { JobSpec, TaskSpec } from '../../scheduler/job-spec.ts';
import { prepareWorkload } from '../../scheduler/items/prepare.ts';
import { makePlan } from '../../scheduler/plan/make-plan.ts';
import { PredictiveModel } from '../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../scheduler/predictive-model/observation.ts';
import { openHistory } from '../../scheduler/store/history.ts';
import type { Workload } from '../../scheduler/workload.ts';
import { duration } from './words.ts';
import type { PlanAnswer, PlanRequest } from './planner.ts';

/** A survey that takes longer is given up: inputs so large are for `morsel plan`, which has the time. */
const SURVEY_LIMIT_SECONDS = 60;
/** A survey counts as fresh for so long, or for so many times the time that it took, whichever is more. */
const FRESH_SECONDS = 5;
const FRESH_TIMES = 20;
const CANCEL_CHECK_MS = 50;
const KEPT_SURVEYS = 16;

interface Survey {
  workload: Workload;
  /** As of `performance.now()`. */
  freshUntil: number;
}

const surveys = new Map<string, Survey>();

/** Throws where the inputs cannot be read; the message is for the user. */
export async function planOf({ job, morselFolder }: PlanRequest, isCancelled: () => boolean): Promise<PlanAnswer> {
  const workload = await survey(job, isCancelled);
  const keys = [...new Set(workload.tasks.map((task) => task.key))];
  const model = new PredictiveModel(pastObservations(morselFolder, keys));
  return { plan: makePlan({ job, workload, target: job.target, model, isCancelled }) };
}

async function survey(job: JobSpec, isCancelled: () => boolean): Promise<Workload> {
  const key = surveyKey(job);
  const known = surveys.get(key);
  if (known !== undefined && performance.now() < known.freshUntil) return known.workload;
  const start = performance.now();
  const workload = await readInputs(job, isCancelled);
  const now = performance.now();
  surveys.delete(key);
  surveys.set(key, { workload, freshUntil: now + Math.max(FRESH_SECONDS * 1000, FRESH_TIMES * (now - start)) });
  if (surveys.size > KEPT_SURVEYS) surveys.delete(surveys.keys().next().value!);
  return workload;
}

async function readInputs(job: JobSpec, isCancelled: () => boolean): Promise<Workload> {
  const timeUp = AbortSignal.timeout(SURVEY_LIMIT_SECONDS * 1000);
  const cancel = new AbortController();
  const poll = setInterval(() => isCancelled() && cancel.abort(), CANCEL_CHECK_MS);
  try {
    const { workload } = await prepareWorkload(job, { signal: AbortSignal.any([timeUp, cancel.signal]) });
    return workload;
  } catch (error) {
    if (!timeUp.aborted) throw error;
    const limit = duration(SURVEY_LIMIT_SECONDS);
    throw new Error(`Reading the inputs takes longer than ${limit}; use \`morsel plan\` for this job.`, {
      cause: error,
    });
  } finally {
    clearInterval(poll);
  }
}

/** All of a job that its workload depends on: not the target, and not where in the file things stand. */
function surveyKey(job: JobSpec): string {
  const placeless = <T extends object>(part: T) => ({ ...part, source: undefined });
  const tasks: TaskSpec[] = job.tasks.map((task) => placeless(task) as unknown as TaskSpec);
  return JSON.stringify([job.directory, job.params, job.inputs.map(placeless), tasks]);
}

function pastObservations(morselFolder: string, keys: string[]): Observation[] {
  // Planning leaves no trace: without a folder there is no history to open.
  if (!existsSync(morselFolder)) return [];
  return openHistory(morselFolder).observations(keys);
}
