import type { Range } from '../workload.ts';

/** Something about a few single items, by task and position. */
export class ItemMap<T> {
  private readonly byTask = new Map<number, Map<number, T>>();

  get(task: number, position: number): T | undefined {
    return this.byTask.get(task)?.get(position);
  }

  set(task: number, position: number, value: T): void {
    const ofTask = this.byTask.get(task);
    if (ofTask) ofTask.set(position, value);
    else this.byTask.set(task, new Map([[position, value]]));
  }

  /** Forgets the items of a range, which may be far larger than the map, and returns what there was about them. */
  delete(task: number, { start, end }: Range): T[] {
    const ofTask = this.byTask.get(task);
    if (!ofTask) return [];
    const within = [...ofTask].filter(([position]) => position >= start && position < end);
    for (const [position] of within) ofTask.delete(position);
    if (ofTask.size === 0) this.byTask.delete(task);
    return within.map(([, value]) => value);
  }
}
