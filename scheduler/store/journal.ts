/**
 * The journal of a run: the truth about it. What is decided is written here before it takes effect, and what is committed
 * here stays committed, whatever becomes of the process. Items are ranges; no row stands for one item.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Fragment, FragmentEnd, Piece, Sizing } from '../fragment-scheduler/events.ts';
import type { JobSpec } from '../job-spec.ts';
import type { Interval, PredictionBasis } from '../predictive-model/prediction.ts';
import type { InstanceFacts } from '../targets/target.ts';
import type { ItemFailure, ItemReport } from '../worker/protocol.ts';
import { IntervalSet } from '../task-queue/interval-set.ts';
import type { Range, Workload } from '../workload.ts';
import { bringUpToDate, openDatabase, rows, StoreError, transaction } from './database.ts';

const JOURNAL_VERSION = 2;
/** What items that did not fail printed and answered is kept up to so much in a run. */
const KEPT_BYTES = 64 << 20;
/** Beyond so many failed items only their ranges are kept, without what they printed. */
const MOST_FAILURES = 10_000;

const SCHEMA = `
  CREATE TABLE run (
    id TEXT NOT NULL, job TEXT NOT NULL, workload TEXT NOT NULL, predicted TEXT, started_ms REAL NOT NULL, summary TEXT
  );
  CREATE TABLE process (
    id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, started_ms REAL NOT NULL, began_at REAL NOT NULL, seen_at REAL NOT NULL,
    last_word TEXT
  );
  CREATE TABLE instance (
    name TEXT PRIMARY KEY, process INTEGER NOT NULL, type TEXT NOT NULL, host TEXT NOT NULL, cpus REAL NOT NULL,
    life_seconds REAL, up_at REAL NOT NULL, down_at REAL, reason TEXT
  );
  CREATE TABLE fragment (
    id INTEGER PRIMARY KEY, instance TEXT NOT NULL, pieces TEXT NOT NULL, predicted TEXT NOT NULL, size_limit TEXT NOT NULL,
    assigned_at REAL NOT NULL, ended_at REAL, how TEXT, reasons TEXT
  );
  CREATE TABLE outcome (
    task INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, state TEXT NOT NULL, fragment INTEGER,
    seconds REAL NOT NULL, squared_seconds REAL NOT NULL, at REAL NOT NULL, why TEXT
  );
  CREATE TABLE failure (
    task INTEGER NOT NULL, position INTEGER NOT NULL, attempts INTEGER NOT NULL, message TEXT NOT NULL,
    stdout TEXT NOT NULL, stderr TEXT NOT NULL
  );
  CREATE TABLE printed (task INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, items TEXT NOT NULL);
  CREATE TABLE result (task INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, items TEXT NOT NULL)`;

/** Since version 2 fragments have their reasons, and pieces more than ranges. */
const MIGRATIONS = ['ALTER TABLE fragment ADD COLUMN reasons TEXT'];

const TABLES = { version: JOURNAL_VERSION, schema: SCHEMA, migrations: MIGRATIONS };

export type ProcessEnd = 'done' | 'failed' | 'stopped';

export interface InstanceRow {
  name: string;
  type: string;
  where: string;
  cpus: number;
  lifeSeconds: number | null;
  upAt: number;
  downAt: number | null;
  reason: string | null;
}

export interface FragmentRow {
  fragment: number;
  instance: string;
  pieces: (Range & { task: number })[];
  predictedSeconds: Interval;
  limit: Fragment['limit'];
  assignedAt: number;
  endedAt: number | null;
  /** Null while it runs. */
  how: FragmentEnd | 'lost' | null;
  /** Null where a version of Morsel that did not note them made the fragment. */
  reasons: FragmentReasons | null;
}

/** What was known when a fragment was made. */
export interface FragmentReasons {
  sizing: Sizing;
  /** With safe points and predicted run times. */
  pieces: Piece[];
  /** What the predictions of each of its tasks rested on. */
  bases: TaskBasis[];
}

export interface TaskBasis extends PredictionBasis {
  task: number;
}

export interface OutcomeRow extends Range {
  task: number;
  state: 'committed' | 'failed' | 'skipped';
  fragment: number | null;
  seconds: number;
  /** When it was journalled, in seconds since the run began. */
  at: number;
  why: string | null;
}

export interface PrintedItem {
  position: number;
  stdout: string;
  stderr: string;
}

/** One safe point on its way to disk. */
export interface JournalledSafePoint {
  fragment: number;
  reports: readonly ItemReport[];
}

/** The journal of one run. Times are seconds since the run began, not counting when no process was at it. */
export class Journal {
  private readonly database: DatabaseSync;
  private prepared: ReturnType<typeof prepareAll> | undefined;
  private keptBytes = 0;
  private failures = 0;

  private constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** Prepared when first needed: an older journal that is only read has no tables for some of them. */
  private get statements(): ReturnType<typeof prepareAll> {
    return (this.prepared ??= prepareAll(this.database));
  }

  /** Opens the journal in a run's folder, or begins one. Throws a StoreError. */
  static open(runFolder: string, { readOnly = false } = {}): Journal {
    const options = { ...TABLES, what: 'journal', synchronous: 'FULL', readOnly, isChecked: true } as const;
    return Journal.opened(openDatabase(join(runFolder, 'journal.sqlite'), options));
  }

  /** A journal in a database of the caller's: for a run on simulated machines. Its tables are made where there are none. */
  static over(database: DatabaseSync): Journal {
    bringUpToDate(database, TABLES);
    return Journal.opened(database);
  }

  private static opened(database: DatabaseSync): Journal {
    const journal = new Journal(database);
    const used = journal.first<{ bytes: number; failures: number }>(
      `SELECT (SELECT total(length(items)) FROM printed) + (SELECT total(length(items)) FROM result) AS bytes,
              (SELECT count(*) FROM failure) AS failures`,
    )!;
    journal.keptBytes = used.bytes;
    journal.failures = used.failures;
    return journal;
  }

  close(): void {
    this.database.close();
  }

  // ---- the run

  begin(id: string, job: JobSpec, workload: Workload): void {
    this.database
      .prepare('INSERT INTO run (id, job, workload, started_ms) VALUES (?, ?, ?, ?)')
      .run(id, JSON.stringify(job), JSON.stringify(workload), Date.now());
  }

  /** What the run is of; null if its first process died before it had written that down. */
  readRun(): { id: string; job: JobSpec; workload: Workload; startedMs: number } | null {
    const row = this.first<{ id: string; job: string; workload: string; startedMs: number }>(
      'SELECT id, job, workload, started_ms AS startedMs FROM run',
    );
    return row ? { ...row, job: fromJson(row.job), workload: fromJson(row.workload) } : null;
  }

  /** Notes how long the run was predicted to take before its first item. */
  predict(seconds: Interval): void {
    this.database.prepare('UPDATE run SET predicted = ?').run(JSON.stringify(seconds));
  }

  /** What {@link predict} noted; null where nothing was known. */
  predicted(): Interval | null {
    return fromJson(this.first<{ predicted: string | null }>('SELECT predicted FROM run')?.predicted ?? 'null');
  }

  /** Notes a process that takes up the run, and marks what an earlier one left open as lost at the time it was last seen. */
  beginProcess(pid: number): { process: number; beganAt: number } {
    const beganAt = this.secondsAtWork();
    let process = 0;
    transaction(this.database, () => {
      this.database.prepare("UPDATE fragment SET ended_at = ?, how = 'lost' WHERE ended_at IS NULL").run(beganAt);
      this.database
        .prepare("UPDATE instance SET down_at = ?, reason = 'its run was cut off' WHERE down_at IS NULL")
        .run(beganAt);
      const { lastInsertRowid } = this.database
        .prepare('INSERT INTO process (pid, started_ms, began_at, seen_at) VALUES (?, ?, ?, ?)')
        .run(pid, Date.now(), beganAt, beganAt);
      process = Number(lastInsertRowid);
    });
    return { process, beganAt };
  }

  /** Notes that the process is still there, so that a cut-off run knows how long it was at work. */
  seen(process: number, now: number): void {
    this.statements.seen.run(now, process);
  }

  endProcess(process: number, now: number, lastWord: ProcessEnd, summary: object): void {
    transaction(this.database, () => {
      this.database.prepare('UPDATE process SET seen_at = ?, last_word = ? WHERE id = ?').run(now, lastWord, process);
      this.database.prepare('UPDATE run SET summary = ?').run(JSON.stringify(summary));
    });
  }

  /** How the last process ended; null if it was cut off. */
  lastWord(): ProcessEnd | null {
    return (
      this.first<{ lastWord: ProcessEnd | null }>('SELECT last_word AS lastWord FROM process ORDER BY id DESC LIMIT 1')
        ?.lastWord ?? null
    );
  }

  /** Seconds for which a process was at work, as far as was noted. */
  secondsAtWork(): number {
    // A process that was cut off was at work at least until the last thing that it wrote.
    return this.first<{ seconds: number }>(
      `SELECT max(
         (SELECT coalesce(max(seen_at), 0) FROM process), (SELECT coalesce(max(at), 0) FROM outcome),
         (SELECT coalesce(max(assigned_at), 0) FROM fragment), (SELECT coalesce(max(ended_at), 0) FROM fragment),
         (SELECT coalesce(max(up_at), 0) FROM instance), (SELECT coalesce(max(down_at), 0) FROM instance)
       ) AS seconds`,
    )!.seconds;
  }

  // ---- decisions and events, before they take effect

  instanceUp(process: number, name: string, facts: InstanceFacts, now: number): void {
    const { type, where, cpus, lifeSeconds } = facts;
    this.statements.instanceUp.run(name, process, type, where, cpus, lifeSeconds, now);
  }

  instanceDown(name: string, reason: string, now: number): void {
    this.statements.instanceDown.run(now, reason, name);
  }

  /** Has everything that `work` writes be on disk together, and when this returns. */
  together(work: () => void): void {
    transaction(this.database, work);
  }

  /** @param bases what the predictions of each task in the fragment rest on */
  assigned(fragment: Fragment, bases: readonly TaskBasis[], now: number): void {
    const { id, instance, pieces, predictedSeconds, limit, sizing } = fragment;
    const [parts, predicted] = [JSON.stringify(pieces), JSON.stringify(predictedSeconds)];
    this.statements.assigned.run(id, instance, parts, predicted, limit, now, JSON.stringify({ sizing, bases }));
  }

  fragmentEnded(fragment: number, how: FragmentEnd | 'lost', now: number): void {
    this.statements.fragmentEnded.run(now, how, fragment);
  }

  /** Commits safe points that arrived together: when this returns they are on disk. */
  commit(safePoints: readonly JournalledSafePoint[], now: number): void {
    transaction(this.database, () => {
      for (const { fragment, reports } of safePoints) for (const report of reports) this.report(fragment, report, now);
    });
  }

  /** Items that will never be run, or were given up. */
  settle(task: number, { start, end }: Range, state: 'failed' | 'skipped', why: string, now: number): void {
    this.statements.outcome.run(task, start, end, state, null, 0, 0, now, why);
  }

  /** Forgets what failed or was skipped, so that a resume tries it again. */
  forgetFailures(): void {
    this.database.exec("DELETE FROM outcome WHERE state <> 'committed'; DELETE FROM failure;");
    this.failures = 0;
  }

  // ---- what it can say

  outcomes(): OutcomeRow[] {
    return this.all<OutcomeRow>(
      'SELECT task, start, end, state, fragment, seconds, at, why FROM outcome ORDER BY rowid',
    );
  }

  /**
   * What a scheduler goes on from: what is skipped follows from it. Throws a StoreError if that can't be: an item that ended
   * twice, or one that there is not.
   */
  settled(): (Range & { task: number; state: 'committed' | 'failed' })[] {
    this.checkOutcomes();
    return this.outcomes().flatMap(({ task, start, end, state }) =>
      state === 'skipped' ? [] : [{ task, start, end, state }],
    );
  }

  /** Which fragment committed an item; null if none did. */
  committedBy(task: number, position: number): number | null {
    return rows<{ fragment: number }>(this.statements.committedBy, task, position, position)[0]?.fragment ?? null;
  }

  instances(): InstanceRow[] {
    return this.all<InstanceRow>(
      `SELECT name, type, host AS "where", cpus, life_seconds AS lifeSeconds, up_at AS upAt, down_at AS downAt, reason
       FROM instance ORDER BY up_at, name`,
    );
  }

  fragments(): FragmentRow[] {
    // All columns, since an older journal that is only read lacks the last.
    return this.all<StoredFragment>('SELECT * FROM fragment ORDER BY id').map((row) => {
      const pieces = fromJson<Piece[]>(row.pieces);
      return {
        fragment: row.id,
        instance: row.instance,
        pieces,
        predictedSeconds: fromJson(row.predicted),
        limit: row.size_limit,
        assignedAt: row.assigned_at,
        endedAt: row.ended_at,
        how: row.how,
        reasons: row.reasons ? { ...fromJson<Omit<FragmentReasons, 'pieces'>>(row.reasons), pieces } : null,
      };
    });
  }

  counts(): { fragments: number; splits: number; instances: number; nextFragment: number } {
    return this.first(
      `SELECT (SELECT count(*) FROM fragment) AS fragments, (SELECT count(*) FROM instance) AS instances,
              (SELECT count(*) FROM fragment WHERE how IN ('split', 'deadline')) AS splits,
              (SELECT coalesce(max(id) + 1, 0) FROM fragment) AS nextFragment`,
    )!;
  }

  failed(): (ItemFailure & { task: number })[] {
    return this.all('SELECT task, position, attempts, message, stdout, stderr FROM failure ORDER BY rowid');
  }

  /** What items printed, those of one task or all, in the order in which they were committed. */
  *printed(): Generator<PrintedItem & { task: number }> {
    for (const { task, items } of this.all<{ task: number; items: string }>('SELECT task, items FROM printed')) {
      for (const item of fromJson<PrintedItem[]>(items)) yield { task, ...item };
    }
  }

  /** What items of `stream` and `module` tasks answered. */
  *results(): Generator<{ task: number; position: number; result: unknown }> {
    for (const { task, items } of this.all<{ task: number; items: string }>('SELECT task, items FROM result')) {
      for (const item of fromJson<{ position: number; result: unknown }[]>(items)) yield { task, ...item };
    }
  }

  private checkOutcomes(): void {
    const run = this.readRun();
    const ended = run?.workload.tasks.map(() => new IntervalSet()) ?? [];
    for (const { task, start, end } of this.outcomes()) {
      const isThere = start >= 0 && start < end && end <= (run?.workload.tasks[task]?.count ?? 0);
      if (!isThere) throw damaged(`it has an end of items ${start} to ${end} of task ${task} that there are not`);
      if (ended[task]!.within(start, end).length > 0)
        throw damaged(`items ${start} to ${end} of task ${task} ended twice`);
      ended[task]!.add(start, end);
    }
  }

  private report(fragment: number, report: ItemReport, now: number): void {
    const { task, start, end } = report;
    const { outcome } = this.statements;
    if (report.state === 'failed') {
      outcome.run(task, start, end, 'failed', fragment, 0, 0, now, null);
      for (const failure of report.failures) this.failure(task, failure);
      return;
    }
    outcome.run(task, start, end, 'committed', fragment, report.seconds, report.squaredSeconds, now, null);
    this.keep('result', report, report.results);
    this.keep('printed', report, report.printed);
  }

  /** What is beyond the limit is not kept: a run is about its outputs, and its journal must not grow without end. */
  private keep(what: 'printed' | 'result', { task, start, end }: ItemReport, items: readonly object[] = []): void {
    if (items.length === 0 || this.keptBytes >= KEPT_BYTES) return;
    const text = JSON.stringify(items);
    this.keptBytes += text.length;
    this.statements[what].run(task, start, end, text);
  }

  private failure(task: number, { position, attempts, message, stdout, stderr }: ItemFailure): void {
    if (this.failures++ >= MOST_FAILURES) return;
    this.statements.failure.run(task, position, attempts, message, stdout, stderr);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a row has the shape that its query asks for
  private all<T>(sql: string): T[] {
    return rows<T>(this.database.prepare(sql));
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a row has the shape that its query asks for
  private first<T>(sql: string): T | undefined {
    return this.all<T>(sql)[0];
  }
}

interface StoredFragment {
  id: number;
  instance: string;
  /** JSON, as `predicted` and `reasons`. */
  pieces: string;
  predicted: string;
  size_limit: Fragment['limit'];
  assigned_at: number;
  ended_at: number | null;
  how: FragmentRow['how'];
  reasons?: string | null;
}

const damaged = (why: string): StoreError =>
  new StoreError(`the journal is damaged (${why}): go on from a copy of it, or start anew`);

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what was written is what is read
function fromJson<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged('a part of it is no JSON');
  }
}

function prepareAll(database: DatabaseSync) {
  const prepare = database.prepare.bind(database);
  return {
    seen: prepare('UPDATE process SET seen_at = max(seen_at, ?) WHERE id = ?'),
    instanceUp: prepare(
      'INSERT INTO instance (name, process, type, host, cpus, life_seconds, up_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    instanceDown: prepare('UPDATE instance SET down_at = ?, reason = ? WHERE name = ? AND down_at IS NULL'),
    assigned: prepare(
      `INSERT INTO fragment (id, instance, pieces, predicted, size_limit, assigned_at, reasons)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    fragmentEnded: prepare('UPDATE fragment SET ended_at = ?, how = ? WHERE id = ? AND ended_at IS NULL'),
    outcome: prepare('INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    failure: prepare('INSERT INTO failure VALUES (?, ?, ?, ?, ?, ?)'),
    printed: prepare('INSERT INTO printed VALUES (?, ?, ?, ?)'),
    result: prepare('INSERT INTO result VALUES (?, ?, ?, ?)'),
    committedBy: prepare(
      "SELECT fragment FROM outcome WHERE state = 'committed' AND task = ? AND start <= ? AND end > ? LIMIT 1",
    ),
  };
}
