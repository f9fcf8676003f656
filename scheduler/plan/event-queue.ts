/** Things to come, the earliest first; of two at the same time, the one that was added first. A binary heap. */
export class EventQueue<T> {
  private readonly heap: { at: number; order: number; value: T }[] = [];
  private added = 0;

  push(at: number, value: T): void {
    const { heap } = this;
    heap.push({ at, order: this.added++, value });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(child, parent)) break;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** When the next thing comes; null if nothing does. */
  nextAt(): number | null {
    return this.heap[0]?.at ?? null;
  }

  pop(): { at: number; value: T } | null {
    const { heap } = this;
    const first = heap[0];
    if (!first) return null;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    return first;
  }

  private sink(): void {
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.heap.length && this.isBefore(child, least)) least = child;
      }
      if (least === parent) return;
      this.swap(parent, least);
      parent = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const first = this.heap[a]!;
    const second = this.heap[b]!;
    return first.at < second.at || (first.at === second.at && first.order < second.order);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}
