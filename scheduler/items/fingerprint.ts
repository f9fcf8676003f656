/** What a task's work is, in a few letters: the same for the same work, another when what would be run changes. */
import { createHash } from 'node:crypto';
import type { JobSpec, TaskSpec } from '../job-spec.ts';

/** Of all that decides what an item's output holds; how often it is retried or how it is scheduled plays no part. */
export function fingerprintOf(task: TaskSpec): string {
  const { work, output, workdir, env, shell } = task;
  return hash({ work, output, workdir, env, shell });
}

/** What a task's observations are filed under: its run times are those of its commands, wherever results go. */
export function observationKey(job: JobSpec, task: TaskSpec): string {
  return `${job.job}/${task.name}@${hash(task.work).slice(0, 8)}`;
}

/** Tells the task from others of that name in other files. */
export function taskIdentity(job: JobSpec, task: TaskSpec): string {
  return `${job.file}#${job.job}/${task.name}`;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
