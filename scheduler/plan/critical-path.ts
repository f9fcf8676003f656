import type { Workload } from '../workload.ts';
import type { PlannedTask } from './plan.ts';
import type { Simulation } from './simulate.ts';

/** The tasks that a task waits for, as the user wrote them: its stages count as one. */
export function dependenciesOf(name: string, { tasks }: Workload): PlannedTask['after'] {
  const after = new Map<string, 'item' | 'all'>();
  for (const stage of tasks) {
    if (stage.task !== name) continue;
    for (const { task: needed, on } of stage.dependsOn) {
      const { task } = tasks[needed]!;
      if (task !== name && after.get(task) !== 'all') after.set(task, on);
    }
  }
  return [...after].map(([task, on]) => ({ task, on }));
}

/**
 * The chain of tasks that the finish waits for, first to last, read off the expected course: from the task that ends last
 * back to what each of them waited for longest. What waits for a free instance alone is no part of it. Empty where
 * nothing is to do, or the course was not simulated to its end.
 */
export function criticalPath(workload: Workload, simulation: Simulation): string[] {
  if (simulation.simulatedShare < 1) return [];
  const ends = endsByTask(workload, simulation);
  const path: string[] = [];
  let last = latest([...ends.keys()], ends);
  while (last !== undefined) {
    path.unshift(last);
    const before = dependenciesOf(last, workload).map(({ task }) => task);
    last = latest(before, ends);
  }
  return path;
}

/** When the last item of each task is committed; a task that has nothing to do has none. */
function endsByTask(workload: Workload, { fragments }: Simulation): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { committed, endSeconds } of fragments) {
    for (const task of committed.keys()) {
      const name = workload.tasks[task]!.task;
      ends.set(name, Math.max(ends.get(name) ?? 0, endSeconds));
    }
  }
  return ends;
}

/** Of tasks that end at once, in one fragment say, the one that the job has later. */
function latest(tasks: readonly string[], ends: ReadonlyMap<string, number>): string | undefined {
  let last: string | undefined;
  for (const task of tasks) {
    const end = ends.get(task);
    if (end !== undefined && (last === undefined || end >= ends.get(last)!)) last = task;
  }
  return last;
}
