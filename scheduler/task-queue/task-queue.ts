import type { Range, Workload, WorkloadTask } from '../workload.ts';
import { IntervalSet } from './interval-set.ts';

/** How an item ended. `up-to-date` items need not run and count as committed for those that wait for them. */
export type Settlement = 'committed' | 'up-to-date' | 'failed' | 'skipped';

/** Items that will never run, because items of task `because` that they wait for did not succeed. */
export interface Skip extends Range {
  task: number;
  because: number;
}

/** Where the items of one task stand; the numbers add up to `count`. */
export interface TaskCounts {
  count: number;
  waiting: number;
  ready: number;
  running: number;
  committed: number;
  upToDate: number;
  failed: number;
  skipped: number;
}

interface TaskState {
  task: WorkloadTask;
  /** Ready items, by cohort, and how many they are together. */
  ready: IntervalSet[];
  readyCount: number;
  /** Items that neither run nor have ended, by cohort. */
  unassigned: number[];
  unassignedCount: number;
  running: IntervalSet;
  /** Committed or up to date. */
  succeeded: IntervalSet;
  unsuccessful: IntervalSet;
  settled: Record<Settlement, number>;
  dependents: { task: number; on: 'item' | 'all' }[];
  /** Length of the longest chain of tasks that wait for this one. */
  rank: number;
}

/**
 * The Task Queue Manager: which items wait, are ready, run or have ended, and what becomes ready when others end.
 *
 * An item is *waiting* until everything that it depends on has succeeded, then *ready*; {@link take} makes it *running*;
 * {@link giveBack} makes it ready again; {@link settle} ends it for good. Items that depend on one that failed or was
 * skipped are skipped with it. Work grows with the number of ranges and cohorts, never with the number of items.
 */
export class TaskQueue {
  private readonly states: TaskState[];
  private unsettledTasks: number;
  private unassignedItems: number;
  /** Tasks with ready items, in order of priority. */
  private readyOrder: number[] = [];

  constructor(workload: Workload) {
    this.states = workload.tasks.map((task) => ({
      task,
      ready: task.cohorts.map(() => new IntervalSet()),
      readyCount: 0,
      unassigned: task.cohorts.map(({ start, end }) => end - start),
      unassignedCount: task.count,
      running: new IntervalSet(),
      succeeded: new IntervalSet(),
      unsuccessful: new IntervalSet(),
      settled: { committed: 0, 'up-to-date': 0, failed: 0, skipped: 0 },
      dependents: [],
      rank: 0,
    }));
    this.unsettledTasks = workload.tasks.filter((task) => task.count > 0).length;
    this.unassignedItems = workload.tasks.reduce((sum, { count }) => sum + count, 0);
    this.linkDependents();
    for (const [index, state] of this.states.entries())
      if (this.mayBegin(state)) this.release(index, 0, state.task.count);
    for (const [index, state] of this.states.entries()) {
      for (const range of state.task.upToDate) this.settle(index, range, 'up-to-date');
    }
  }

  /** True when every item has ended. */
  get isFinished(): boolean {
    return this.unsettledTasks === 0;
  }

  /** Items of all tasks that neither run nor have ended. */
  get unassigned(): number {
    return this.unassignedItems;
  }

  /** Tasks that have ready items, those first that the longest chain of other tasks waits for. */
  readyTasks(): readonly number[] {
    return this.readyOrder;
  }

  /** How many items of a task are ready. */
  readyOf(task: number): number {
    return this.states[task]!.readyCount;
  }

  /** How many items of a task neither run nor have ended: ready ones and those that still wait. */
  unassignedOf(task: number): number {
    return this.states[task]!.unassignedCount;
  }

  /** How many items of a cohort are ready. */
  readyIn(task: number, cohort: number): number {
    return this.states[task]!.ready[cohort]!.size;
  }

  /** The same of a cohort. */
  unassignedIn(task: number, cohort: number): number {
    return this.states[task]!.unassigned[cohort]!;
  }

  /** Makes up to `count` ready items of a cohort running and returns them. */
  take(task: number, cohort: number, count: number): Range[] {
    const state = this.states[task]!;
    const taken = state.ready[cohort]!.takeFirst(count);
    for (const range of taken) {
      state.running.add(range.start, range.end);
      state.readyCount -= range.end - range.start;
      this.countUnassigned(state, range, -1);
    }
    this.refreshReady(task);
    return taken;
  }

  /** Makes those items of a range that run ready again. */
  giveBack(task: number, range: Range): void {
    const state = this.states[task]!;
    for (const part of state.running.within(range.start, range.end)) {
      state.running.delete(part.start, part.end);
      this.countUnassigned(state, part, 1);
      this.addReady(state, part);
    }
    this.refreshReady(task);
  }

  /** Which items of a range have not ended yet. */
  unsettled(task: number, range: Range): Range[] {
    const state = this.states[task]!;
    const open = new IntervalSet();
    open.add(range.start, range.end);
    for (const done of [state.succeeded, state.unsuccessful]) {
      for (const part of done.within(range.start, range.end)) open.delete(part.start, part.end);
    }
    return [...open.toRanges()];
  }

  /**
   * Ends the items of a range that have not ended yet. Returns how many those were, and which items of other tasks are
   * skipped in consequence (settled already).
   */
  settle(task: number, range: Range, how: Settlement): { settled: number; skips: Skip[] } {
    const parts = this.unsettled(task, range);
    const skips: Skip[] = [];
    let settled = 0;
    for (const part of parts) {
      settled += part.end - part.start;
      this.settlePart(task, part, how, skips);
    }
    return { settled, skips };
  }

  counts(task: number): TaskCounts {
    const {
      task: { count },
      readyCount,
      running,
      settled,
    } = this.states[task]!;
    const ended = settled.committed + settled['up-to-date'] + settled.failed + settled.skipped;
    return {
      count,
      waiting: count - readyCount - running.size - ended,
      ready: readyCount,
      running: running.size,
      committed: settled.committed,
      upToDate: settled['up-to-date'],
      failed: settled.failed,
      skipped: settled.skipped,
    };
  }

  private settlePart(task: number, part: Range, how: Settlement, skips: Skip[]): void {
    const state = this.states[task]!;
    const succeeded = how === 'committed' || how === 'up-to-date';
    this.countUnassigned(state, part, -1);
    for (const run of state.running.within(part.start, part.end)) this.countUnassigned(state, run, 1);
    state.running.delete(part.start, part.end);
    this.takeReady(state, part);
    this.refreshReady(task);
    (succeeded ? state.succeeded : state.unsuccessful).add(part.start, part.end);
    state.settled[how] += part.end - part.start;
    const complete = this.isComplete(state);
    if (complete) this.unsettledTasks--;
    for (const { task: dependent, on } of state.dependents) {
      if (!succeeded) this.skipDependents(dependent, on === 'item' ? part : null, task, skips);
      else if (on === 'item') this.releaseWhatMayBegin(dependent, part);
      else if (complete) this.releaseWhatMayBegin(dependent, null);
    }
  }

  /** Skips a range of a task, or all of it. */
  private skipDependents(task: number, range: Range | null, because: number, skips: Skip[]): void {
    const all = range ?? { start: 0, end: this.states[task]!.task.count };
    for (const part of this.unsettled(task, all)) {
      skips.push({ task, ...part, because });
      this.settlePart(task, part, 'skipped', skips);
    }
  }

  /** Releases those items of a range (or of the whole task) whose every dependency has succeeded. */
  private releaseWhatMayBegin(task: number, range: Range | null): void {
    const state = this.states[task]!;
    let parts = [range ?? { start: 0, end: state.task.count }];
    for (const dependency of state.task.dependsOn) {
      const on = this.states[dependency.task]!;
      if (dependency.on === 'all') {
        if (!this.isComplete(on)) return;
      } else {
        parts = parts.flatMap((part) => on.succeeded.within(part.start, part.end));
      }
    }
    for (const part of parts) this.release(task, part.start, part.end);
  }

  private release(task: number, start: number, end: number): void {
    const state = this.states[task]!;
    for (const part of this.unsettled(task, { start, end })) this.addReady(state, part);
    this.refreshReady(task);
  }

  private addReady(state: TaskState, range: Range): void {
    this.changeReady(state, range, (ready, start, end) => ready.add(start, end));
  }

  private takeReady(state: TaskState, range: Range): void {
    this.changeReady(state, range, (ready, start, end) => ready.delete(start, end));
  }

  private changeReady(
    state: TaskState,
    range: Range,
    change: (ready: IntervalSet, start: number, end: number) => void,
  ): void {
    eachCohort(state.task.cohorts, range, (cohort, start, end) => {
      const ready = state.ready[cohort]!;
      state.readyCount -= ready.size;
      change(ready, start, end);
      state.readyCount += ready.size;
    });
  }

  private countUnassigned(state: TaskState, range: Range, sign: 1 | -1): void {
    eachCohort(state.task.cohorts, range, (cohort, start, end) => {
      const items = sign * (end - start);
      state.unassigned[cohort]! += items;
      state.unassignedCount += items;
      this.unassignedItems += items;
    });
  }

  private isComplete({ task, settled }: TaskState): boolean {
    return settled.committed + settled['up-to-date'] + settled.failed + settled.skipped === task.count;
  }

  /** True for a task all of whose items are ready from the start: it waits for nothing, or for tasks that have no items. */
  private mayBegin(state: TaskState): boolean {
    return state.task.dependsOn.every(({ task }) => this.states[task]!.task.count === 0);
  }

  private linkDependents(): void {
    for (let i = this.states.length - 1; i >= 0; i--) {
      const state = this.states[i]!;
      for (const { task, on } of state.task.dependsOn) {
        const upstream = this.states[task]!;
        upstream.dependents.push({ task: i, on });
        upstream.rank = Math.max(upstream.rank, state.rank + 1);
      }
    }
  }

  /** Keeps the task's place among the ready ones true to whether it has ready items. */
  private refreshReady(task: number): void {
    const hasReady = this.states[task]!.readyCount > 0;
    const place = this.readyPlace(task);
    const listed = this.readyOrder[place] === task;
    if (hasReady && !listed) this.readyOrder.splice(place, 0, task);
    if (!hasReady && listed) this.readyOrder.splice(place, 1);
  }

  /** Where a task stands, or would stand, in the order: highest rank first, then as written. */
  private readyPlace(task: number): number {
    const { rank } = this.states[task]!;
    let low = 0;
    let high = this.readyOrder.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.readyOrder[middle]!;
      const otherRank = this.states[other]!.rank;
      if (otherRank > rank || (otherRank === rank && other < task)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Calls back with each cohort that a range touches, and the part of the range that lies in it. */
export function eachCohort(
  cohorts: readonly Range[],
  range: Range,
  callback: (cohort: number, start: number, end: number) => void,
): void {
  for (let i = cohortAt(cohorts, range.start); i < cohorts.length && cohorts[i]!.start < range.end; i++) {
    callback(i, Math.max(range.start, cohorts[i]!.start), Math.min(range.end, cohorts[i]!.end));
  }
}

/** Index of the cohort that a position is in. */
export function cohortAt(cohorts: readonly Range[], position: number): number {
  let low = 0;
  let high = cohorts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cohorts[middle]!.end <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
