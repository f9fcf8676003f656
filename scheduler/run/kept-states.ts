/** Puts the states of items at their checkpoint paths, and removes them once their items are committed. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ItemTable } from '../items/item-table.ts';
import { forgetState, keptState, recordsFolder, recordState, stampOf } from '../items/kept-state.ts';
import { checkpointPathOf } from '../items/output-path.ts';
import type { JobSpec } from '../job-spec.ts';
import { finishedStateName, type ItemCheckpoint, stagedStateName } from '../worker/protocol.ts';
import type { Range } from '../workload.ts';
import { moveBeside, whyNot } from './move-file.ts';

export interface KeptStatesOptions {
  job: JobSpec;
  items: ItemTable;
  stagingFolder: string;
  /** Told of a state that could not be put in place; its item goes on from the one before. */
  onProblem: (message: string) => void;
}

export class KeptStates {
  private readonly options: KeptStatesOptions;
  /** Items that have a record, as `task-position`. */
  private readonly known: Set<string>;

  constructor(options: KeptStatesOptions) {
    this.options = options;
    const folder = recordsFolder(options.stagingFolder);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    this.known = new Set(names.flatMap((name) => /^(\d+-\d+)\.json$/.exec(name)?.[1] ?? []));
  }

  /** Puts the staged state of an item in place, whole or not at all. False if that can't be done. Never throws. */
  keep(fragment: number, { task, position, seconds, isUnderWay }: ItemCheckpoint): boolean {
    const { stagingFolder, onProblem, job } = this.options;
    let path = '';
    let beside = '';
    try {
      path = this.pathOf(task, position);
      const staged = join(stagingFolder, stagedStateName(fragment, task, position, basename(path)));
      mkdirSync(dirname(path), { recursive: true });
      beside = moveBeside(finishedStateName(staged, isUnderWay), path);
      recordState(stagingFolder, task, position, { seconds, ...stampOf(beside)! });
      this.known.add(`${task}-${position}`);
      renameSync(beside, path);
      return true;
    } catch (error) {
      if (beside !== '') rmSync(beside, { force: true });
      const name = job.tasks[task]!.task;
      onProblem(`the state of an item of task ${name} could not be kept at ${path}: ${whyNot(error)}`);
      return false;
    }
  }

  /** Removes the states of committed items, as far as they are this run's. Never throws. */
  drop(task: number, { start, end }: Range): void {
    if (this.known.size === 0) return;
    for (let position = start; position < end; position++) {
      if (this.known.delete(`${task}-${position}`)) this.dropOne(task, position);
    }
  }

  /** Removes what an earlier process of the run did not come to remove. */
  recover(isCommitted: (task: number, position: number) => boolean): void {
    for (const item of this.known) {
      const [task, position] = item.split('-').map(Number);
      if (isCommitted(task!, position!)) this.drop(task!, { start: position!, end: position! + 1 });
    }
  }

  private dropOne(task: number, position: number): void {
    const { stagingFolder } = this.options;
    try {
      const path = this.pathOf(task, position);
      if (keptState(stagingFolder, task, position, path) !== null) rmSync(path);
      forgetState(stagingFolder, task, position);
    } catch {
      // It is in nobody's way: a later run of the job does not take it for its own.
    }
  }

  private pathOf(task: number, position: number): string {
    const { job, items } = this.options;
    return checkpointPathOf(job, job.tasks[task]!, items.values(task, position, position + 1)[0])!;
  }
}
