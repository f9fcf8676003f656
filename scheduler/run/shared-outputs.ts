/** Two runs at once must not write the same files: each would replace what the other has committed. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { InputSpec, JobSpec, TaskSpec } from '../job-spec.ts';
import { isLive, lockFolder } from './lock.ts';
import { recordedJob } from './recorded-job.ts';
import { readRunFile, RunError, runsFolder } from './run-folder.ts';
import { executes } from './target-choice.ts';

/** Beginning takes a moment: one that begins meanwhile waits so long. */
const PATIENCE_MS = 10_000;

/** True if some task of each publishes at the same paths, for the same items. What is only simulated publishes nothing. */
export function sharesOutputs(one: JobSpec, other: JobSpec): boolean {
  if (!executes(one.target) || !executes(other.target)) return false;
  if (resolve(one.directory) !== resolve(other.directory)) return false;
  return withOutput(one).some((task) =>
    withOutput(other).some(
      (twin) =>
        isDeepStrictEqual(task.output, twin.output) && isDeepStrictEqual(itemsOf(one, task), itemsOf(other, twin)),
    ),
  );
}

const withOutput = (job: JobSpec): TaskSpec[] => job.tasks.filter(({ output }) => output !== null);

/** Where the items of a task come from, whatever that is called and wherever it was written. */
function itemsOf({ inputs }: JobSpec, { input }: TaskSpec): Omit<InputSpec, 'name' | 'source'> | null {
  const found = inputs.find(({ name }) => name === input);
  if (found === undefined) return null;
  const { name: _name, source: _source, ...rest } = found;
  return rest;
}

/**
 * Does what makes a run known as being at work, unless one that is at work writes the same outputs: of two that begin at
 * once, one sees the other. Throws a {@link RunError} that names it.
 * @param own the id of a run that goes on, which may itself be at work elsewhere: whoever locks it finds out
 */
export function beginAlone<T>(morselFolder: string, job: JobSpec, begin: () => T, own?: string): T {
  mkdirSync(morselFolder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(morselFolder, PATIENCE_MS);
  try {
    const other = liveRuns(morselFolder).find(({ id, job: theirs }) => id !== own && sharesOutputs(job, theirs));
    if (other !== undefined) {
      throw new RunError(
        `run ${other.id} is at work and writes the same outputs: \`morsel watch ${other.id}\` shows it, ` +
          `\`morsel stop ${other.id}\` stops it`,
      );
    }
    return begin();
  } finally {
    lock?.release();
  }
}

function liveRuns(morselFolder: string): { id: string; job: JobSpec }[] {
  const runs = runsFolder(morselFolder);
  if (!existsSync(runs)) return [];
  return readdirSync(runs).flatMap((id) => {
    const folder = join(runs, id);
    // One that has just begun has no run file yet.
    if (readRunFile(folder)?.summary || !isLive(folder)) return [];
    const job = recordedJob(folder);
    return job === null ? [] : [{ id, job }];
  });
}
