import type { Range } from '../workload.ts';

/** A set of whole numbers kept as sorted, disjoint, non-touching half-open ranges. */
export class IntervalSet {
  private ranges: Range[] = [];
  private total = 0;

  /** How many numbers are in the set. */
  get size(): number {
    return this.total;
  }

  /** The ranges in ascending order. */
  toRanges(): readonly Range[] {
    return this.ranges;
  }

  /** Adds all of `[start, end)`; numbers that are in the set already stay. */
  add(start: number, end: number): void {
    if (start >= end) return;
    const first = this.firstTouching(start);
    let last = first;
    let from = start;
    let to = end;
    for (; last < this.ranges.length; last++) {
      const range = this.ranges[last]!;
      if (range.start > end) break;
      from = Math.min(from, range.start);
      to = Math.max(to, range.end);
      this.total -= range.end - range.start;
    }
    this.ranges.splice(first, last - first, { start: from, end: to });
    this.total += to - from;
  }

  /** Removes all of `[start, end)`; numbers that are not in the set do not matter. */
  delete(start: number, end: number): void {
    if (start >= end) return;
    const first = this.firstTouching(start);
    const kept: Range[] = [];
    let last = first;
    for (; last < this.ranges.length; last++) {
      const range = this.ranges[last]!;
      if (range.start >= end) break;
      this.total -= Math.max(0, Math.min(range.end, end) - Math.max(range.start, start));
      if (range.start < start) kept.push({ start: range.start, end: Math.min(range.end, start) });
      if (range.end > end) kept.push({ start: Math.max(range.start, end), end: range.end });
    }
    this.ranges.splice(first, last - first, ...kept);
  }

  /** The part of `[start, end)` that is in the set. */
  within(start: number, end: number): Range[] {
    const found: Range[] = [];
    for (let i = this.firstTouching(start); i < this.ranges.length; i++) {
      const range = this.ranges[i]!;
      if (range.start >= end) break;
      const part = { start: Math.max(range.start, start), end: Math.min(range.end, end) };
      if (part.start < part.end) found.push(part);
    }
    return found;
  }

  /** Removes the `count` smallest numbers, or all if there are fewer, and returns them. */
  takeFirst(count: number): Range[] {
    const taken: Range[] = [];
    let left = count;
    for (const range of this.ranges) {
      if (left <= 0) break;
      const part = { start: range.start, end: Math.min(range.end, range.start + left) };
      left -= part.end - part.start;
      taken.push(part);
    }
    for (const range of taken) this.delete(range.start, range.end);
    return taken;
  }

  /** Index of the first range that ends at or after `at`. */
  private firstTouching(at: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle]!.end < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
