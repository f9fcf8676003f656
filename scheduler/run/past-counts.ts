/** How many items of each task ended in which way, from a journal's ranges. */
import { TaskQueue, type TaskCounts } from '../task-queue/task-queue.ts';
import type { OutcomeRow } from '../store/journal.ts';
import type { Workload } from '../workload.ts';

/** Where each task stands if nothing of it runs: the queue itself counts. */
export function taskCounts(workload: Workload, outcomes: readonly OutcomeRow[]): TaskCounts[] {
  const queue = new TaskQueue(workload);
  for (const { task, start, end, state } of outcomes) queue.settle(task, { start, end }, state);
  return workload.tasks.map((_, task) => queue.counts(task));
}
