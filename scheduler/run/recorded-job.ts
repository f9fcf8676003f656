/** The job of a run as its journal has it, for whoever compares runs. */
import type { JobSpec } from '../job-spec.ts';
import { Journal } from '../store/journal.ts';

/** Null where the journal can't be read, or holds no job yet. */
export function recordedJob(runFolder: string): JobSpec | null {
  try {
    const journal = Journal.open(runFolder, { readOnly: true });
    try {
      return journal.readRun()?.job ?? null;
    } finally {
      journal.close();
    }
  } catch {
    return null;
  }
}
