/** The files that a job was written in, to tell whether they are still what a run was begun with. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JobSpec } from '../job-spec.ts';

/** By the file's path, the SHA-256 of what it held. */
export type SourceDigests = Record<string, string>;

/** Of the job's own file and of those that it imports something from. One that cannot be read has none. */
export function sourceDigests({ file, inputs, tasks, target }: JobSpec): SourceDigests {
  const files = new Set([file, ...[...inputs, ...tasks, target].map(({ source }) => source.file)]);
  return Object.fromEntries(
    [...files].flatMap((each) => digestOf(each) ?? []).map(({ path, digest }) => [path, digest]),
  );
}

/** Those that hold something else by now; of one that is gone nothing can be said. */
export function changedSources(sources: SourceDigests): string[] {
  return Object.keys(sources).filter((file) => (digestOf(file)?.digest ?? sources[file]) !== sources[file]);
}

function digestOf(path: string): { path: string; digest: string } | null {
  try {
    return { path, digest: createHash('sha256').update(readFileSync(path)).digest('hex') };
  } catch {
    return null;
  }
}
