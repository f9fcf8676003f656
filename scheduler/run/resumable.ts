/** Which run is to be gone on with: an older one that a newer has overtaken would put old outputs in the place of new ones. */
import { isDeepStrictEqual } from 'node:util';
import type { JobSpec } from '../job-spec.ts';
import { recordedJob } from './recorded-job.ts';
import type { RunEntry } from './report.ts';
import { readRunFile, RunError } from './run-folder.ts';
import { findRun, listRuns } from './runs.ts';
import { sharesOutputs } from './shared-outputs.ts';
import { executes } from './target-choice.ts';

/** A run that is not gone on with, and the one of the same job that has finished since. */
export interface Superseded {
  run: RunEntry;
  by: RunEntry;
}

export interface Resumable {
  run: RunEntry;
  /** Those that would have been chosen otherwise, newest first; of a run that was named: itself, if it is one. */
  passedOver: Superseded[];
}

/**
 * The run of that id, or the newest that was stopped or cut off, or, if there is none such, that failed; not one that a
 * run of the same job has finished after. Throws a {@link RunError} where there is none, and while the newest run is at work.
 * @param anyway takes a named run even if it is superseded
 */
export function findResumable(morselFolder: string, id: string | undefined, anyway = false): Resumable {
  const runs = listRuns(morselFolder);
  return id === undefined ? newest(runs, morselFolder) : named(findRun(morselFolder, id, 'any'), runs, anyway);
}

function named(run: RunEntry, runs: readonly RunEntry[], anyway: boolean): Resumable {
  if (run.live) throw new RunError(atWork(run));
  if (run.state === 'done') throw new RunError(`run ${run.id} is done: there is nothing left of it`);
  const by = overtakenBy(run, runs);
  if (by === null) return { run, passedOver: [] };
  if (anyway) return { run, passedOver: [{ run, by }] };
  throw new RunError(
    `run ${by.id} of the same job has finished since run ${run.id} ended, and its outputs would be overwritten: ` +
      `\`morsel resume ${run.id} --anyway\` does so`,
  );
}

function newest(runs: readonly RunEntry[], morselFolder: string): Resumable {
  if (runs[0]?.live) throw new RunError(atWork(runs[0]));
  const unfinished = runs.filter(({ live, state }) => !live && state !== 'done');
  const passedOver: Superseded[] = [];
  for (const run of unfinished.toSorted((a, b) => Number(isCutShort(b)) - Number(isCutShort(a)))) {
    const by = overtakenBy(run, runs);
    if (by === null) return { run, passedOver };
    passedOver.push({ run, by });
  }
  const live = runs.find((run) => run.live);
  if (live) throw new RunError(atWork(live));
  const [first] = passedOver;
  if (first === undefined) throw new RunError(`there is no unfinished run in ${morselFolder}`);
  throw new RunError(
    `there is no unfinished run in ${morselFolder} that no newer run of its job has finished after: ` +
      `\`morsel resume ${first.run.id} --anyway\` goes on with the newest of them`,
  );
}

const isCutShort = ({ state }: RunEntry): boolean => state === 'stopped' || state === 'interrupted';

const atWork = ({ id }: RunEntry): string => `run ${id} is at work: \`morsel watch ${id}\` shows it`;

/** The newest run of the same job that came to its end after this one was last at work; null where there is none. */
function overtakenBy(run: RunEntry, runs: readonly RunEntry[]): RunEntry | null {
  const finishedSince = ({ id, job, file, state, folder }: RunEntry): boolean =>
    id !== run.id &&
    job === run.job &&
    file === run.file &&
    (state === 'done' || state === 'failed') &&
    lastAtWork(folder) > lastAtWork(run.folder);
  const candidates = runs.filter(finishedSince);
  if (candidates.length === 0) return null;
  const spec = recordedJob(run.folder);
  return candidates.find((candidate) => isSameWork(spec, recordedJob(candidate.folder))) ?? null;
}

/** Other values of params make other outputs, as a rule; and what was only simulated made none. */
function isSameWork(one: JobSpec | null, other: JobSpec | null): boolean {
  if (one === null || other === null) return true;
  if (executes(one.target) !== executes(other.target)) return false;
  return isDeepStrictEqual(one.params, other.params) || sharesOutputs(one, other);
}

/** When its newest process ended, or began if it was cut off; ISO 8601, which sorts by time. */
function lastAtWork(runFolder: string): string {
  const file = readRunFile(runFolder);
  return file?.changedAt ?? file?.startedAt ?? '';
}
