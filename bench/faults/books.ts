/** What the journal and the disk say, read after each transaction and held against what was promised. */
import { stagedName } from '../../scheduler/worker/protocol.ts';
import type { Range, Workload } from '../../scheduler/workload.ts';
import type { SimulatedDatabase } from './database.ts';
import type { SimulatedDisk } from './disk.ts';
import { outputOf } from './instance.ts';
import type { Scenario } from './scenario.ts';

interface Row extends Range {
  rowid: number;
  task: number;
  state: 'committed' | 'failed' | 'skipped';
  fragment: number | null;
}

/** A promise that was broken: what a history is made to find. */
export class Broken extends Error {
  override name = 'Broken';
}

export function check(holds: boolean, promise: () => string): void {
  if (!holds) throw new Broken(promise());
}

type State = 'open' | 'committed' | 'failed' | 'skipped';

export class Books {
  /** By task and position. */
  readonly items: State[][];
  private readonly committedBy = new Map<string, number>();
  private readonly scenario: Scenario;
  private readonly workload: Workload;
  private readonly disk: SimulatedDisk;
  private readonly stagingFolder: string;
  private lastRow = 0;

  constructor(scenario: Scenario, workload: Workload, disk: SimulatedDisk, stagingFolder: string) {
    this.scenario = scenario;
    this.workload = workload;
    this.disk = disk;
    this.stagingFolder = stagingFolder;
    this.items = workload.tasks.map(({ count }) => Array.from({ length: count }, (): State => 'open'));
  }

  /** A transaction is on disk: no item ends twice, and only items end that there are. */
  read(database: SimulatedDatabase): void {
    const sql = 'SELECT rowid, task, start, "end", state, fragment FROM outcome WHERE rowid > ? ORDER BY rowid';
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SQL's answers have the shape that the query asks for
    for (const row of database.peek(sql, this.lastRow) as Row[]) {
      this.lastRow = row.rowid;
      const states = this.items[row.task];
      check(
        states !== undefined && row.start >= 0 && row.start < row.end && row.end <= states.length,
        () => `the journal has an outcome of items that there are not: ${JSON.stringify(row)}`,
      );
      for (let position = row.start; position < row.end; position++) {
        check(
          states![position] === 'open',
          () => `item ${row.task}/${position} was ${row.state} after it was ${states![position]}`,
        );
        states![position] = row.state;
        if (row.fragment !== null) this.committedBy.set(`${row.task}/${position}`, row.fragment);
      }
    }
  }

  /** What waits for something that failed counts as skipped, also where the process died before it had written that down. */
  skipWhatFollows(): void {
    for (const [task, { dependsOn }] of this.workload.tasks.entries()) {
      const states = this.items[task]!;
      for (const [item, state] of states.entries())
        if (state === 'open' && dependsOn.some((on) => this.hasFailed(on, item))) states[item] = 'skipped';
    }
  }

  private hasFailed({ task, on }: { task: number; on: 'item' | 'all' }, item: number): boolean {
    const isUnsuccessful = (state?: State): boolean => state === 'failed' || state === 'skipped';
    return on === 'item' ? isUnsuccessful(this.items[task]![item]) : this.items[task]!.some(isUnsuccessful);
  }

  /** What failed or was skipped is to be tried again. */
  forgetFailures(): void {
    for (const states of this.items)
      for (const [position, state] of states.entries())
        if (state === 'failed' || state === 'skipped') states[position] = 'open';
  }

  /** The journal's rows were renumbered by a deletion. */
  rewind(database: SimulatedDatabase): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SQL's answers have the shape that the query asks for
    const [row] = database.peek('SELECT coalesce(max(rowid), 0) AS last FROM outcome') as [{ last: number }];
    this.lastRow = row.last;
  }

  /** Every output in its place is whole, and belongs to a committed item. */
  checkPlaced(path: string): void {
    const [task, position] = path.slice('/job/t'.length).split('/').map(Number);
    check(
      this.items[task!]?.[position!] === 'committed',
      () => `${path} was put in place, and its item is not committed`,
    );
    check(this.disk.read(path) === outputOf(task!, position!), () => `${path} is in place, and not whole`);
  }

  /** Every committed item has its output, in its place or staged where a resume finds it. */
  checkOutputs(mustBePlaced: boolean): void {
    for (const [task, states] of this.items.entries()) {
      if (!this.scenario.tasks[task]!.hasOutput) continue;
      for (const [position, state] of states.entries()) {
        if (state !== 'committed') continue;
        const placed = this.disk.read(`/job/t${task}/${position}`);
        if (placed === outputOf(task, position)) continue;
        check(placed === null, () => `the output of ${task}/${position} is in place, and not whole: ${placed}`);
        const staged = this.disk.read(this.stagedPath(task, position));
        check(
          !mustBePlaced && staged === outputOf(task, position),
          () =>
            `the output of ${task}/${position}, which is committed, ${staged === null ? 'is gone' : `is staged as "${staged}"`}`,
        );
      }
    }
  }

  /** Where items stand that no process is at. */
  counts(task: number): Record<State, number> {
    const counts = { open: 0, committed: 0, failed: 0, skipped: 0 };
    for (const state of this.items[task]!) counts[state]++;
    const upToDate = this.workload.tasks[task]!.upToDate.reduce((sum, { start, end }) => sum + end - start, 0);
    return { ...counts, open: counts.open - upToDate };
  }

  private stagedPath(task: number, position: number): string {
    const fragment = this.committedBy.get(`${task}/${position}`) ?? -1;
    return `${this.stagingFolder}/${stagedName(fragment, task, position, String(position))}`;
  }
}
