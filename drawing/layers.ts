/** Layers of a graph: each task one behind the last of those that it waits for. */
import type { PictureTask } from './picture.ts';

/** By task; `tasks` in an order in which each stands after those that it waits for. */
export function layersOf(tasks: readonly PictureTask[]): Map<string, number> {
  const layers = new Map<string, number>();
  for (const { task, after } of tasks) {
    const before = (after ?? []).map((each) => layers.get(each.task) ?? -1);
    layers.set(
      task,
      before.reduce((last, layer) => Math.max(last, layer + 1), 0),
    );
  }
  return layers;
}

/** How many layers all edges together leap over: what untangling them costs. */
export function leaps(tasks: readonly PictureTask[], layers: ReadonlyMap<string, number>): number {
  const of = (task: string): number => layers.get(task) ?? 0;
  return tasks.reduce(
    (sum, { task, after }) => sum + (after ?? []).reduce((own, each) => own + of(task) - of(each.task) - 1, 0),
    0,
  );
}
