import type { TaskSummary } from './siblings.ts';

/** Standard deviation of an instance type's factor around 1 before any task tells, … */
const FACTOR_SPREAD = 0.5;
/** … and of one task's factor around the type's; how many cells that is worth; and what it is never taken to be below. */
const CELL_SPREAD = 0.2;
const PRIOR_CELLS = 4;
const LEAST_CELL_SPREAD = 0.05;
/** A task's factor counts as no further from the type's than so many times what is usual. */
const WILD = 3;
const SWEEPS = 3;

/**
 * By which factor items take longer on one instance type than on others: learnt from all tasks that ran on several, by
 * alternating least squares of cell = task + type. Factors are drawn towards 1 where little is known.
 */
export class TypeFactors {
  /** Grows whenever factors change. */
  version = 0;
  /** Variance of one task's factor around the type's, in logarithms. */
  cellVariance = CELL_SPREAD ** 2;
  private factors = new Map<string, number>();

  /** How many types are known. */
  get size(): number {
    return this.factors.size;
  }

  /** ln of the factor; null if nothing is known of the type. */
  of(type: string): number | null {
    return this.factors.get(type) ?? null;
  }

  /** Works all out anew. */
  update(tasks: readonly TaskSummary[]): void {
    this.version++;
    for (const { types } of tasks)
      for (const name of types.names) if (!this.factors.has(name)) this.factors.set(name, 0);
    if (this.factors.size < 2) return;
    const several = tasks.filter(({ cells }) => cells.length > 1);
    for (let sweep = 0; sweep < SWEEPS; sweep++) this.sweep(several);
    this.updateCellVariance(several);
  }

  private sweep(tasks: readonly TaskSummary[]): void {
    const sums = new Map<string, { sum: number; weight: number }>();
    for (const { cells, types, noise } of tasks) {
      const own = taskLevel(cells, this.all(types.names), noise, this.cellVariance);
      for (const [i, { mean, count }] of cells.entries()) {
        const weight = count === 0 ? 0 : 1 / (noise / count + this.cellVariance);
        const { sum, weight: total } = sums.get(types.names[i]!) ?? { sum: 0, weight: 0 };
        sums.set(types.names[i]!, { sum: sum + weight * (mean - own), weight: total + weight });
      }
    }
    for (const [type, { sum, weight }] of sums) this.factors.set(type, sum / (weight + 1 / FACTOR_SPREAD ** 2));
  }

  /** By the method of moments, and not led by a few cells that are wild. */
  private updateCellVariance(tasks: readonly TaskSummary[]): void {
    let sum = PRIOR_CELLS * CELL_SPREAD ** 2;
    let total = PRIOR_CELLS;
    const most = WILD ** 2 * this.cellVariance;
    for (const { cells, types, noise } of tasks) {
      const factors = this.all(types.names);
      const own = taskLevel(cells, factors, noise, this.cellVariance);
      const freedom = 1 - 1 / cells.length;
      for (const [i, { mean, count }] of cells.entries()) {
        if (count === 0) continue;
        const weight = this.cellVariance / (this.cellVariance + noise / count);
        sum += weight * (Math.min((mean - own - factors[i]!) ** 2, most) / freedom - noise / count);
        total += weight;
      }
    }
    this.cellVariance = Math.max(sum / total, LEAST_CELL_SPREAD ** 2);
  }

  private all(types: readonly string[]): number[] {
    return types.map((type) => this.factors.get(type)!);
  }
}

/** How far a task is from the factors of the types that it ran on. @param factors of its cells, as logarithms */
export function taskLevel(
  cells: readonly { mean: number; count: number }[],
  factors: readonly number[],
  noise: number,
  cellVariance: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < cells.length; i++) {
    const { mean, count } = cells[i]!;
    if (count === 0) continue;
    const weight = 1 / (noise / count + cellVariance);
    sum += weight * (mean - factors[i]!);
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}
