/** The runs of a `.morsel` folder: which there are, what became of them, what their items printed. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Calibration, calibrationOf } from '../explain/calibration.ts';
import { ItemTable } from '../items/item-table.ts';
import type { JobSpec } from '../job-spec.ts';
import { Journal } from '../store/journal.ts';
import { taskCounts } from './past-counts.ts';
import type { RunSummary } from './events.ts';
import { isLive } from './lock.ts';
import { taskProgress, totalItems } from './progress.ts';
import type { RunEntry, RunReport } from './report.ts';
import { reportedFragments } from './reported-fragments.ts';
import { itemsFolder, readRunFile, RunError, runsFolder } from './run-folder.ts';
import { usageOf } from './summary.ts';

export { attach, type AttachedRun, NotAtWork } from './attach.ts';
export type {
  PredictedPart,
  ReportedFailure,
  ReportedFragment,
  ReportedInstance,
  ReportedPart,
  RunEntry,
  RunReport,
} from './report.ts';
export { RunError } from './run-folder.ts';

/** What one item printed and answered. */
export interface LogEntry {
  task: string;
  item: string;
  state: 'committed' | 'failed';
  /** Why it failed; null if it did not. */
  message: string | null;
  /** Its last line is what an item of a `stream` or `module` task answered, as JSON, where it answered something. */
  stdout: string;
  stderr: string;
}

/** All runs, newest first. */
export function listRuns(morselFolder: string): RunEntry[] {
  const runs = runsFolder(morselFolder);
  if (!existsSync(runs)) return [];
  const ids = readdirSync(runs).toSorted().toReversed();
  return ids.map((id) => entryOf(join(runs, id))).filter((entry) => entry !== null);
}

/**
 * The run of that id (or of the only id that begins so), or the newest that is wanted: `live` ones have a process. Throws a
 * {@link RunError}.
 */
export function findRun(morselFolder: string, id: string | undefined, wanted: 'any' | 'live'): RunEntry {
  const runs = listRuns(morselFolder);
  if (id !== undefined) return namedRun(runs, id, wanted);
  const found = wanted === 'any' ? runs[0] : runs.find(({ live }) => live);
  if (found) return found;
  throw new RunError(`there is ${wanted === 'any' ? 'no run' : 'no run at work'} in ${morselFolder}`);
}

/** What is known of a run. Throws a StoreError if its journal can't be read. */
export function readReport(runFolder: string): RunReport {
  const entry = entryOf(runFolder);
  if (!entry) throw new RunError(`${runFolder} holds no run`);
  return withJournal(runFolder, (journal, job, label) => {
    const { workload } = journal.readRun()!;
    const rows = { fragments: journal.fragments(), outcomes: journal.outcomes(), instances: journal.instances() };
    const tasks = taskProgress(workload, taskCounts(workload, rows.outcomes));
    const instances = rows.instances.map(({ name, type, upAt, downAt, ...row }) => ({
      ...row,
      instance: name,
      instanceType: type,
      startSeconds: upAt,
      endSeconds: downAt,
    }));
    const failures = journal.failed().map(({ task, position, ...failure }) => ({
      ...failure,
      task: job.tasks[task]!.task,
      item: label(task, position),
    }));
    const summary = entry.summary ?? {
      run: entry.id,
      job: entry.job,
      state: entry.state,
      items: totalItems(tasks),
      makespanSeconds: journal.secondsAtWork(),
      predictedSeconds: journal.predicted(),
      ...usageOf(journal, job, journal.secondsAtWork()),
      ...countsOf(journal),
    };
    return {
      entry,
      spec: job,
      summary,
      tasks: tasks.map(({ task, items }) => ({ task, items })),
      fragments: reportedFragments(job, rows),
      instances,
      failures,
      calibration: calibrationOf({ job, ...rows, makespan: makespanOf(summary) }),
    };
  });
}

/** What items printed and answered: of a task, of an item by its label, or all; those that failed last. */
export function readLogs(runFolder: string, { task, item }: { task?: string; item?: string } = {}): LogEntry[] {
  return withJournal(runFolder, (journal, job, label) => {
    const entries: LogEntry[] = [];
    const add = (index: number, position: number, entry: Omit<LogEntry, 'task' | 'item'>): void => {
      const name = job.tasks[index]!.task;
      if (task !== undefined && task !== name && task !== job.tasks[index]!.name) return;
      const itemLabel = label(index, position);
      if (item === undefined || item === itemLabel) entries.push({ task: name, item: itemLabel, ...entry });
    };
    const printed = new Map([...journal.printed()].map((entry) => [`${entry.task} ${entry.position}`, entry]));
    for (const { task: index, position, result } of journal.results()) {
      const key = `${index} ${position}`;
      const { stdout, stderr } = printed.get(key) ?? { stdout: '', stderr: '' };
      const onLineOfItsOwn = stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
      printed.set(key, { task: index, position, stdout: `${onLineOfItsOwn}${JSON.stringify(result)}\n`, stderr });
    }
    for (const { task: index, position, stdout, stderr } of printed.values()) {
      add(index, position, { state: 'committed', message: null, stdout, stderr });
    }
    for (const { task: index, position, message, stdout, stderr } of journal.failed()) {
      add(index, position, { state: 'failed', message, stdout, stderr });
    }
    return entries;
  });
}

/** True if some task of a run, or that one, has an item that people know by that label. */
export function hasItem(runFolder: string, item: string, task?: string): boolean {
  return withJournal(runFolder, (journal, job, label) => {
    const { workload } = journal.readRun()!;
    return workload.tasks.some(({ task: name, count }, index) => {
      if (task !== undefined && task !== name && task !== job.tasks[index]!.name) return false;
      for (let position = 0; position < count; position++) if (label(index, position) === item) return true;
      return false;
    });
  });
}

/** Removes all runs but the newest `keep`, and never a live one. Returns the ids of those removed. */
export function cleanRuns(morselFolder: string, keep: number): string[] {
  const old = listRuns(morselFolder)
    .slice(Math.max(0, keep))
    .filter(({ live }) => !live);
  for (const { folder } of old) {
    const socket = readRunFile(folder)?.socket;
    if (socket) rmSync(socket, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
  return old.map(({ id }) => id);
}

function entryOf(folder: string): RunEntry | null {
  const run = readRunFile(folder);
  if (!run) return null;
  const { id, job, file, target, startedAt, pid, summary } = run;
  const live = summary === null && isLive(folder);
  return {
    id,
    folder,
    job,
    file,
    target,
    startedAt,
    pid,
    live,
    summary,
    state: summary?.state ?? (live ? 'running' : 'interrupted'),
  };
}

function namedRun(runs: readonly RunEntry[], id: string, wanted: 'any' | 'live'): RunEntry {
  const exact = runs.find((run) => run.id === id);
  const found = exact ? [exact] : runs.filter((run) => run.id.startsWith(id));
  if (found.length === 0) throw new RunError(`there is no run ${id}: \`morsel status\` lists the runs`);
  if (found.length > 1) throw new RunError(`${id} fits ${found.length} runs: give more of the id`);
  const run = found[0]!;
  if (wanted === 'live' && !run.live) throw new RunError(`run ${run.id} is not at work: it is ${run.state}`);
  return run;
}

function makespanOf({ state, predictedSeconds, makespanSeconds }: RunSummary): Calibration['makespan'] {
  const hasEnded = state === 'done' || state === 'failed';
  return { predictedSeconds, actualSeconds: hasEnded ? makespanSeconds : null };
}

function countsOf(journal: Journal): Pick<RunSummary, 'fragments' | 'splits' | 'instances'> {
  const { fragments, splits, instances } = journal.counts();
  return { fragments, splits, instances };
}

function withJournal<T>(
  runFolder: string,
  read: (journal: Journal, job: JobSpec, label: (task: number, position: number) => string) => T,
): T {
  const journal = Journal.open(runFolder, { readOnly: true });
  try {
    const run = journal.readRun();
    if (!run) throw new RunError(`the run in ${runFolder} was cut off before it had begun`);
    const items = ItemTable.open(run.job, itemsFolder(runFolder));
    try {
      return read(journal, run.job, (task, position) => items.label(task, position));
    } finally {
      items.close();
    }
  } finally {
    journal.close();
  }
}
