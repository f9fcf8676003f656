import type { Workload } from '../workload.ts';

/**
 * For each task, the seconds from the end of one of its items until the end of all that waits for it, as far as the
 * longest chain of single items goes; as if there were as many instances as could be wished for. (The *bottom level* or
 * upward rank of list scheduling, without the item itself: Topcuoglu, Hariri, Wu 2002, "HEFT".)
 * @param itemSeconds a long item of the task
 */
export function secondsAfter({ tasks }: Workload, itemSeconds: (task: number) => number): number[] {
  const after = tasks.map(() => 0);
  for (let task = tasks.length - 1; task >= 0; task--) {
    const { count, dependsOn } = tasks[task]!;
    const chain = after[task]! + (count > 0 ? itemSeconds(task) : 0);
    for (const { task: upstream } of dependsOn) after[upstream] = Math.max(after[upstream]!, chain);
  }
  return after;
}
