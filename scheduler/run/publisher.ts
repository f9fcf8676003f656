/**
 * Puts outputs in place once their items are committed. Until then they are in the run's staging folder, on disk, one file each at
 * {@link stagedName}; what is still there when a run goes on was cut off between its commit and its rename.
 */
import { basename, dirname, join } from 'node:path';
import { outputPathOf } from '../items/output-path.ts';
import type { ItemTable } from '../items/item-table.ts';
import type { JobSpec } from '../job-spec.ts';
import { stagedName } from '../worker/protocol.ts';
import type { Range } from '../workload.ts';
import { realDisk, type Disk } from './disk.ts';
import { whyNot } from './move-file.ts';

export interface PublisherOptions {
  job: JobSpec;
  items: ItemTable;
  stagingFolder: string;
  /** The machine's own, unless said otherwise. */
  disk?: Disk;
  /** Told of an output that could not be put in place; it stays staged for a resume. */
  onProblem: (message: string) => void;
}

export class Publisher {
  /** Outputs that could not be put in place. */
  problems = 0;
  private readonly options: PublisherOptions;
  private readonly disk: Disk;
  private readonly madeFolders = new Set<string>();
  /** Where earlier processes of the run put outputs. */
  private readonly recalledFolders = new Set<string>();

  constructor(options: PublisherOptions) {
    this.options = options;
    this.disk = options.disk ?? realDisk;
  }

  /** Positions of items whose outputs are not staged. */
  missing(fragment: number, task: number, { start, end }: Range): number[] {
    const { job, items } = this.options;
    if (job.tasks[task]!.output === null) return [];
    const isStaged = (value: unknown, position: number): boolean => {
      const path = outputPathOf(job, job.tasks[task]!, value)!;
      return this.disk.exists(this.stagedPath(fragment, task, position, path));
    };
    const values = items.values(task, start, end);
    return values.flatMap((value, offset) => (isStaged(value, start + offset) ? [] : [start + offset]));
  }

  /** Outputs that an earlier process of the run put in place: they are part of what {@link settle} brings to the disk. */
  recall(task: number, { start, end }: Range): void {
    const { job, items } = this.options;
    if (job.tasks[task]!.output === null) return;
    for (const value of items.values(task, start, end))
      this.recalledFolders.add(dirname(outputPathOf(job, job.tasks[task]!, value)!));
  }

  /** Has all that was put in place outlast the machine: what counts as done stays so when its power is cut. Never throws. */
  settle(): void {
    for (const folder of new Set([...this.recalledFolders, ...this.madeFolders])) {
      try {
        this.disk.syncFolder(folder);
      } catch {
        // Some network file systems can't, and bring names to the disk by themselves.
      }
    }
  }

  /** Puts the outputs of committed items in place. Never throws. */
  publish(fragment: number, task: number, { start, end }: Range): void {
    const { job, items } = this.options;
    if (job.tasks[task]!.output === null) return;
    for (const [offset, value] of items.values(task, start, end).entries()) {
      this.publishOne(fragment, task, start + offset, value);
    }
  }

  /**
   * Goes through what an earlier process left: publishes the outputs of the items that their fragment committed, and
   * removes everything else.
   */
  recover(committedBy: (task: number, position: number) => number | null): void {
    const { stagingFolder, items } = this.options;
    for (const folder of this.disk.list(stagingFolder)) {
      for (const name of this.disk.list(join(stagingFolder, folder))) {
        const [, task, position] = /^(\d+)-(\d+)-/.exec(name) ?? [];
        if (task === undefined || position === undefined) continue;
        if (committedBy(Number(task), Number(position)) !== Number(folder)) continue;
        const value = items.values(Number(task), Number(position), Number(position) + 1)[0];
        this.publishOne(Number(folder), Number(task), Number(position), value);
      }
      if (this.problems === 0) this.disk.remove(join(stagingFolder, folder));
    }
  }

  private publishOne(fragment: number, task: number, position: number, value: unknown): void {
    const { job, onProblem } = this.options;
    let path = '';
    try {
      path = outputPathOf(job, job.tasks[task]!, value)!;
      this.makeFolder(dirname(path));
      this.disk.move(this.stagedPath(fragment, task, position, path), path);
    } catch (error) {
      this.problems++;
      const name = job.tasks[task]!.task;
      onProblem(
        `an output of task ${name} could not be put in place at ${path}: ${whyNot(error)}; make room for it, then \`morsel resume\` puts it there`,
      );
    }
  }

  private stagedPath(fragment: number, task: number, position: number, path: string): string {
    return join(this.options.stagingFolder, stagedName(fragment, task, position, basename(path)));
  }

  private makeFolder(folder: string): void {
    if (this.madeFolders.has(folder)) return;
    this.disk.makeFolder(folder);
    this.madeFolders.add(folder);
  }
}
