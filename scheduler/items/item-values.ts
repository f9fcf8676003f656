/**
 * The values of one input, by position, without an object per item: a line of JSON each, in memory or in a file.
 * A line is `[index, value]`; the index is the item's number in its input, from 1.
 */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';

export type IndexedValue = [index: number, value: unknown];

/** The values of one input in order of position. */
export interface ItemValues {
  readonly count: number;
  /** The values at positions `[start, end)`. */
  read(start: number, end: number): IndexedValue[];
  /** Keeps the values in a file of that name and reads them from there from now on. */
  moveTo(file: string): void;
  close(): void;
}

/** The whole numbers from `from` on: nothing is kept. */
export class RangeValues implements ItemValues {
  readonly count: number;
  private readonly from: number;

  constructor(from: number, count: number) {
    this.from = from;
    this.count = count;
  }

  read(start: number, end: number): IndexedValue[] {
    return Array.from({ length: end - start }, (_, i) => [start + i + 1, this.from + start + i]);
  }

  moveTo(): void {}
  close(): void {}
}

/** Lines of JSON; `offsets[i]` is where the line at position i begins, and its last number is the length of all. */
export class LineValues implements ItemValues {
  private readonly offsets: Float64Array;
  private source: Buffer | number;

  constructor(source: Buffer | number, offsets: Float64Array) {
    this.source = source;
    this.offsets = offsets;
  }

  /** Opens a file that {@link moveTo} wrote. */
  static open(file: string): LineValues {
    return new LineValues(openSync(file, 'r'), offsetsOf(readFileSync(file)));
  }

  get count(): number {
    return this.offsets.length - 1;
  }

  read(start: number, end: number): IndexedValue[] {
    if (start >= end) return [];
    const lines = this.bytes(this.offsets[start]!, this.offsets[end]!).toString('utf8');
    // JSON has no raw line feed within it, so each one is the end of an item.
    const values: IndexedValue[] = JSON.parse(`[${lines.slice(0, -1).replaceAll('\n', ',')}]`);
    return values;
  }

  moveTo(file: string): void {
    if (typeof this.source === 'number') return;
    writeFileSync(file, this.source, { mode: 0o600, flush: true });
    this.source = openSync(file, 'r');
  }

  close(): void {
    if (typeof this.source === 'number') closeSync(this.source);
    this.source = Buffer.alloc(0);
  }

  private bytes(from: number, to: number): Buffer {
    if (typeof this.source !== 'number') return this.source.subarray(from, to);
    const bytes = Buffer.allocUnsafe(to - from);
    let have = 0;
    while (have < bytes.length) {
      const got = readSync(this.source, bytes, have, bytes.length - have, from + have);
      if (got === 0) throw new Error("the run's list of items is shorter than it was");
      have += got;
    }
    return bytes;
  }
}

/** Collects values in input order, and puts them in order of position at the end. */
export class LineValuesBuilder {
  private readonly chunks: Buffer[] = [];
  private readonly ends: number[] = [];
  private pending: string[] = [];
  private length = 0;

  get count(): number {
    return this.ends.length;
  }

  add(value: unknown): void {
    const line = `[${this.ends.length + 1},${JSON.stringify(value)}]\n`;
    this.length += Buffer.byteLength(line);
    this.ends.push(this.length);
    this.pending.push(line);
    if (this.pending.length === 4096) this.flush();
  }

  /** @param order the input's item at each position; null where that is the same */
  build(order: Uint32Array | null): LineValues {
    this.flush();
    const all = Buffer.concat(this.chunks, this.length);
    const offsets = new Float64Array(this.ends.length + 1);
    if (order === null) {
      offsets.set(this.ends, 1);
      return new LineValues(all, offsets);
    }
    const sorted = Buffer.allocUnsafe(this.length);
    let at = 0;
    for (const [position, item] of order.entries()) {
      at += all.copy(sorted, at, item === 0 ? 0 : this.ends[item - 1], this.ends[item]);
      offsets[position + 1] = at;
    }
    return new LineValues(sorted, offsets);
  }

  private flush(): void {
    if (this.pending.length === 0) return;
    this.chunks.push(Buffer.from(this.pending.join('')));
    this.pending = [];
  }
}

function offsetsOf(lines: Buffer): Float64Array {
  const offsets: number[] = [0];
  for (let at = lines.indexOf(10); at !== -1; at = lines.indexOf(10, at + 1)) offsets.push(at + 1);
  return Float64Array.from(offsets);
}
