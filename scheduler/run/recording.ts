/** What a journal holds of a past run, as a replay needs it. */
import type { JobSpec } from '../job-spec.ts';
import type { RecordedRange } from '../replay/recorded-work.ts';
import type { Course } from '../replay/replay.ts';
import { Journal } from '../store/journal.ts';
import type { Workload } from '../workload.ts';
import type { RunState, RunSummary } from './events.ts';
import { readRunFile, RunError } from './run-folder.ts';
import { usageOf } from './summary.ts';

export interface Recording {
  run: string;
  job: JobSpec;
  workload: Workload;
  /** Ranges that were committed. */
  ranges: RecordedRange[];
  state: RunState;
  happened: Course;
}

/** Reads the journal in a run's folder. Throws a StoreError, or a RunError if the run was cut off before it had begun. */
export function readRecording(runFolder: string): Recording {
  const journal = Journal.open(runFolder, { readOnly: true });
  try {
    const run = journal.readRun();
    if (!run) throw new RunError(`the run in ${runFolder} was cut off before it had begun`);
    const { id, job, workload } = run;
    const committed = journal.outcomes().filter(({ state }) => state === 'committed');
    const summary = readRunFile(runFolder)?.summary ?? null;
    return {
      run: id,
      job,
      workload,
      ranges: committed.map(({ task, start, end, seconds }) => ({ task, start, end, seconds })),
      state: summary?.state ?? 'interrupted',
      happened: courseOf(journal, job, summary),
    };
  } finally {
    journal.close();
  }
}

function courseOf(journal: Journal, job: JobSpec, summary: RunSummary | null): Course {
  const makespanSeconds = summary?.makespanSeconds ?? journal.secondsAtWork();
  const { utilisation, lostShare } = usageOf(journal, job, makespanSeconds);
  const life = journal.instances().reduce((sum, { upAt, downAt }) => sum + (downAt ?? makespanSeconds) - upAt, 0);
  const fragments = journal.fragments();
  const held = fragments.reduce((sum, { assignedAt, endedAt }) => sum + (endedAt ?? makespanSeconds) - assignedAt, 0);
  return {
    makespanSeconds,
    utilisation,
    lostShare,
    idleShare: life > 0 ? Math.max(0, 1 - held / life) : 0,
    fragments: fragments.length,
    instances: journal.counts().instances,
    unfinishedItems: 0,
    why: null,
  };
}
