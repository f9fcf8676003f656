import type { Range, Workload, WorkloadTask } from '../workload.ts';
import { IntervalSet } from './interval-set.ts';
import { ReadyOrder, type CohortRef } from './ready-order.ts';

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
  /** Its number in the workload. */
  index: number;
  /** Number of the task's first cohort among those of all tasks. */
  firstCohort: number;
  /** Ready items, by cohort, but for those kept apart; how many they are together with those. */
  ready: IntervalSet[];
  readyCount: number;
  /** Items that are handed out one by one. */
  apart: IntervalSet;
  /** Those of them that are ready. */
  readyApart: IntervalSet;
  /** Items that neither run nor have ended, by cohort. */
  unassigned: number[];
  unassignedCount: number;
  running: IntervalSet;
  /** Committed or up to date. */
  succeeded: IntervalSet;
  unsuccessful: IntervalSet;
  settled: Record<Settlement, number>;
  dependents: { task: number; on: 'item' | 'all' }[];
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
  private readyItems = 0;
  private readonly readyOrder: ReadyOrder;
  /** Tasks that have ready items kept apart. */
  private readonly withReadyApart = new Set<number>();
  /** Tasks of which more or fewer items are ready or unassigned than when {@link takeChanged} was last called. */
  private changed = new Set<number>();

  constructor(workload: Workload) {
    const refs = workload.tasks.flatMap(({ cohorts }, task) => cohorts.map((_, cohort) => ({ task, cohort })));
    this.readyOrder = new ReadyOrder(refs);
    let cohorts = 0;
    this.states = workload.tasks.map((task, index) => ({
      task,
      index,
      firstCohort: (cohorts += task.cohorts.length) - task.cohorts.length,
      ready: task.cohorts.map(() => new IntervalSet()),
      readyCount: 0,
      apart: new IntervalSet(),
      readyApart: new IntervalSet(),
      unassigned: task.cohorts.map(({ start, end }) => end - start),
      unassignedCount: task.count,
      running: new IntervalSet(),
      succeeded: new IntervalSet(),
      unsuccessful: new IntervalSet(),
      settled: { committed: 0, 'up-to-date': 0, failed: 0, skipped: 0 },
      dependents: [],
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

  /** How many items of all tasks are ready. */
  get ready(): number {
    return this.readyItems;
  }

  /** Cohorts that have ready items (but for those kept apart), highest priority first. Valid until the next change. */
  readyCohorts(): Iterable<CohortRef> {
    return this.readyOrder;
  }

  /** Sets the order of {@link readyCohorts}. Until it is called for the first time, that is the order of the workload. */
  prioritise(priority: (ref: CohortRef) => number): void {
    this.readyOrder.prioritise(priority);
  }

  priorityOf({ task, cohort }: CohortRef): number {
    return this.readyOrder.priorityOf(this.states[task]!.firstCohort + cohort);
  }

  /** Has one item handed out by itself from now on, by {@link takeApart}. */
  setApart(task: number, position: number): void {
    const state = this.states[task]!;
    const item = { start: position, end: position + 1 };
    const isReady = state.ready[cohortAt(state.task.cohorts, position)]!.within(item.start, item.end).length > 0;
    if (isReady) this.takeReady(state, item);
    state.apart.add(item.start, item.end);
    if (isReady) this.addReady(state, item);
    this.refreshReady(task, item);
  }

  /** Ready items that are handed out by themselves. */
  readyApart(): { task: number; position: number }[] {
    return [...this.withReadyApart].flatMap((task) =>
      this.states[task]!.readyApart.toRanges().flatMap(({ start, end }) =>
        Array.from({ length: end - start }, (_, i) => ({ task, position: start + i })),
      ),
    );
  }

  /** The cohort that an item belongs to. */
  cohortOf(task: number, position: number): number {
    return cohortAt(this.states[task]!.task.cohorts, position);
  }

  /** Makes a ready item that was set apart running. */
  takeApart(task: number, position: number): Range {
    const state = this.states[task]!;
    const item = { start: position, end: position + 1 };
    this.takeReady(state, item);
    state.running.add(item.start, item.end);
    this.countUnassigned(state, item, -1);
    this.refreshReady(task, item);
    return item;
  }

  /** How many items of a task neither run nor have ended: ready ones and those that still wait. */
  unassignedOf(task: number): number {
    return this.states[task]!.unassignedCount;
  }

  /** Those items. */
  unassignedRanges(task: number): Range[] {
    const state = this.states[task]!;
    const idle = new IntervalSet();
    for (const part of this.unsettled(task, { start: 0, end: state.task.count })) idle.add(part.start, part.end);
    for (const part of state.running.toRanges()) idle.delete(part.start, part.end);
    return [...idle.toRanges()];
  }

  /** How many items of a task are ready. */
  readyOf(task: number): number {
    return this.states[task]!.readyCount;
  }

  /** Tasks of which more or fewer items are ready or unassigned than at the last call. */
  takeChanged(): Iterable<number> {
    const { changed } = this;
    this.changed = new Set();
    return changed;
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
      this.countReady(state, range.start - range.end);
      this.countUnassigned(state, range, -1);
    }
    this.readyOrder.set(state.firstCohort + cohort, state.ready[cohort]!.size > 0);
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
    this.refreshReady(task, range);
  }

  /** Which items of a range have not ended yet. */
  unsettled(task: number, range: Range): Range[] {
    const { succeeded, unsuccessful } = this.states[task]!;
    const done = [...succeeded.within(range.start, range.end), ...unsuccessful.within(range.start, range.end)];
    if (done.length === 0) return range.start < range.end ? [{ start: range.start, end: range.end }] : [];
    const open = new IntervalSet();
    open.add(range.start, range.end);
    for (const part of done) open.delete(part.start, part.end);
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
    this.refreshReady(task, part);
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
    this.refreshReady(task, { start, end });
  }

  private addReady(state: TaskState, range: Range): void {
    const apart = state.apart.within(range.start, range.end);
    this.changeReady(state, range, (ready, start, end) => ready.add(start, end));
    for (const { start, end } of apart) {
      state.ready[cohortAt(state.task.cohorts, start)]!.delete(start, end);
      state.readyApart.add(start, end);
    }
  }

  private takeReady(state: TaskState, range: Range): void {
    this.changeReady(state, range, (ready, start, end) => ready.delete(start, end));
    const apart = state.readyApart.size;
    state.readyApart.delete(range.start, range.end);
    this.countReady(state, state.readyApart.size - apart);
  }

  private changeReady(
    state: TaskState,
    range: Range,
    change: (ready: IntervalSet, start: number, end: number) => void,
  ): void {
    eachCohort(state.task.cohorts, range, (cohort, start, end) => {
      const ready = state.ready[cohort]!;
      const before = ready.size;
      change(ready, start, end);
      this.countReady(state, ready.size - before);
    });
  }

  private countReady(state: TaskState, items: number): void {
    state.readyCount += items;
    this.readyItems += items;
    this.changed.add(state.index);
  }

  private countUnassigned(state: TaskState, range: Range, sign: 1 | -1): void {
    this.changed.add(state.index);
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
    for (const [index, { task }] of this.states.entries()) {
      for (const { task: upstream, on } of task.dependsOn) this.states[upstream]!.dependents.push({ task: index, on });
    }
  }

  /** Keeps the places of the cohorts that a range touches true to whether they have ready items. */
  private refreshReady(task: number, range: Range): void {
    const state = this.states[task]!;
    eachCohort(state.task.cohorts, range, (cohort) => {
      this.readyOrder.set(state.firstCohort + cohort, state.ready[cohort]!.size > 0);
    });
    if (state.readyApart.size > 0) this.withReadyApart.add(task);
    else this.withReadyApart.delete(task);
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
