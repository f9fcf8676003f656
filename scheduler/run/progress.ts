/** Counts of items as people see them: by the tasks that they wrote. */
import type { TaskCounts } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';
import type { ItemCounts, RunProgress } from './events.ts';

type TaskProgress = RunProgress['tasks'][number];

/** Where each task stands. Items of a task with stages are counted once: as its last stage sees them. */
export function taskProgress(workload: Workload, counts: readonly TaskCounts[]): TaskProgress[] {
  const stages = Map.groupBy(workload.tasks.keys(), (task) => workload.tasks[task]!.task);
  return [...stages].map(([task, indices]) => {
    const items = merged(indices.map((index) => counts[index]!));
    return { task, items, state: stateOf(items) };
  });
}

/** The sum of some counts. */
export function totalItems(tasks: readonly { items: ItemCounts }[]): ItemCounts {
  const total: ItemCounts = { committed: 0, upToDate: 0, failed: 0, skipped: 0, running: 0, pending: 0 };
  for (const { items } of tasks) {
    total.committed += items.committed;
    total.upToDate += items.upToDate;
    total.failed += items.failed;
    total.skipped += items.skipped;
    total.running += items.running;
    total.pending += items.pending;
  }
  return total;
}

/** Numbers of items of some ranges, by the name of the task as written. */
export function itemsByTask(workload: Workload, ranges: readonly (Range & { task: number })[]): Record<string, number> {
  const items: Record<string, number> = {};
  for (const { task, start, end } of ranges) {
    const name = workload.tasks[task]!.task;
    items[name] = (items[name] ?? 0) + end - start;
  }
  return items;
}

function merged(stages: readonly TaskCounts[]): ItemCounts {
  const last = stages.at(-1)!;
  const failed = sum(stages, (stage) => stage.failed);
  const running = sum(stages, (stage) => stage.running);
  // An item that failed in an earlier stage is skipped in the last.
  const skipped = last.skipped - (failed - last.failed);
  const pending = last.count - last.committed - last.upToDate - failed - skipped - running;
  return { committed: last.committed, upToDate: last.upToDate, failed, skipped, running, pending };
}

function stateOf({ committed, upToDate, failed, skipped, running, pending }: ItemCounts): TaskProgress['state'] {
  if (pending + running > 0) return running + committed + failed > 0 ? 'running' : 'waiting';
  if (failed > 0) return 'failed';
  return skipped > 0 && committed + upToDate === 0 ? 'skipped' : skipped > 0 ? 'failed' : 'done';
}

const sum = (stages: readonly TaskCounts[], of: (stage: TaskCounts) => number): number =>
  stages.reduce((total, stage) => total + of(stage), 0);
