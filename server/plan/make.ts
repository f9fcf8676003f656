/** A plan from a job: its inputs are read (or remembered), what past runs taught is fetched, the run is simulated. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, taskIdentity } from '../../scheduler/items/fingerprint.ts';
import { prepareWorkload, restated } from '../../scheduler/items/prepare.ts';
import { LevelledModel } from '../../scheduler/plan/levelled-model.ts';
import { makePlan, SKETCH } from '../../scheduler/plan/make-plan.ts';
import { Cancelled } from '../../scheduler/plan/simulate.ts';
import { PredictiveModel } from '../../scheduler/predictive-model/model.ts';
import { openHistory } from '../../scheduler/store/history.ts';
import { NO_PAST, type Past, readPast } from '../../scheduler/store/past.ts';
import type { Workload } from '../../scheduler/workload.ts';
import { duration } from '../../scheduler/words.ts';
import type { PlannerJob } from './planner.ts';
import { type PlanAnswer, type PlanRequest, TOO_LARGE } from './planning.ts';

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
export async function planOf(request: PlannerJob, isCancelled: () => boolean): Promise<PlanAnswer> {
  const workload = await survey(request, isCancelled);
  const { observations, ...past } = pastOf(request, workload);
  const model = new LevelledModel(new PredictiveModel(observations), observations);
  const timeUpAt = performance.now() + request.limitSeconds * 1000;
  const isGivenUp = () => isCancelled() || performance.now() >= timeUpAt;
  try {
    const effort = request.effort === 'sketch' ? SKETCH : {};
    return { plan: makePlan({ job: request.job, workload, model, ...past, ...effort, isCancelled: isGivenUp }) };
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    return { problem: TOO_LARGE };
  }
}

async function survey(request: PlanRequest, isCancelled: () => boolean): Promise<Workload> {
  const key = surveyKey(request);
  const known = surveys.get(key);
  if (known !== undefined && performance.now() < known.freshUntil) return restated(request.job, known.workload);
  const start = performance.now();
  const workload = await readInputs(request, isCancelled);
  const now = performance.now();
  surveys.delete(key);
  surveys.set(key, { workload, freshUntil: now + Math.max(FRESH_SECONDS * 1000, FRESH_TIMES * (now - start)) });
  if (surveys.size > KEPT_SURVEYS) surveys.delete(surveys.keys().next().value!);
  return workload;
}

async function readInputs({ job, morselFolder }: PlanRequest, isCancelled: () => boolean): Promise<Workload> {
  const timeUp = AbortSignal.timeout(SURVEY_LIMIT_SECONDS * 1000);
  const cancel = new AbortController();
  const poll = setInterval(() => isCancelled() && cancel.abort(), CANCEL_CHECK_MS);
  try {
    const signal = AbortSignal.any([timeUp, cancel.signal]);
    const known = hasHistory(morselFolder) ? { signal, morselFolder } : { signal };
    const { workload } = await prepareWorkload(job, known);
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

/** All of a job that what is read of its inputs and outputs depends on. */
function surveyKey({ job, morselFolder, epoch }: PlanRequest): string {
  const inputs = job.inputs.map(({ source: _, ...input }) => input);
  const isRemembered = hasHistory(morselFolder);
  const tasks = job.tasks.map((task) => {
    const past = isRemembered ? [taskIdentity(job, task), fingerprintOf(task)] : [];
    return [task.name, task.input, task.cost, task.output, task.checkpoint ?? null, task.dependsOn, task.stage, past];
  });
  return JSON.stringify([epoch, morselFolder, job.directory, inputs, tasks]);
}

function pastOf({ morselFolder, job }: PlanRequest, workload: Workload): Past {
  if (!hasHistory(morselFolder)) return NO_PAST;
  using history = openHistory(morselFolder);
  return readPast(history, workload, job.target);
}

/** Planning leaves no trace: a history that is not there is not begun. */
const hasHistory = (morselFolder: string): boolean => existsSync(join(morselFolder, 'history.sqlite'));
