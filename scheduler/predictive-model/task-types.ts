import type { TypeFactors } from './type-factors.ts';

/** A task keeps what so many instance types do to it; the rest count as the last of them. */
const MOST_TYPES = 64;

/** The instance types that a task ran on, numbered in order. */
export class TaskTypes {
  readonly names: string[] = [];
  /** ln of what all tasks take on each of them, 0 where that is not known. */
  readonly factors: number[] = [];
  private readonly common: TypeFactors;
  private readonly indices = new Map<string, number>();
  private version = 0;

  constructor(common: TypeFactors) {
    this.common = common;
  }

  /** -1 for a type that the task did not run on. */
  indexOf(type: string): number {
    return this.indices.get(type) ?? -1;
  }

  /** The type's index: one more than there were if it is new. Where there is no room for more, the last one stands for all others. */
  add(type: string): number {
    const known = this.indices.get(type);
    if (known !== undefined) return known;
    const index = Math.min(this.names.length, MOST_TYPES - 1);
    this.indices.set(type, index);
    if (index < this.names.length) return index;
    this.factors.push(this.common.of(type) ?? 0);
    return this.names.push(type) - 1;
  }

  /** Takes over what all tasks have taught of the types since. */
  refresh(): void {
    if (this.version === this.common.version) return;
    this.version = this.common.version;
    for (let i = 0; i < this.names.length; i++) this.factors[i] = this.common.of(this.names[i]!) ?? 0;
  }
}
