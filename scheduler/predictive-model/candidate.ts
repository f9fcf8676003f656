import type { Family, Fit, Points } from './families.ts';
import { sensible } from './families.ts';
import { CELL_SPREAD, taskLevel, type Siblings } from './siblings.ts';

/** Ways to follow the level of a task, from steady to swift. */
export const LEVELS = 5;
const SLOW = 0.1;
const FAST = 0.4;
/** The mean of a cell is over so many of its latest items. */
const CELL_MEMORY = 64;

/** One task on one instance type: how far its items are from the fit, in logarithms. */
interface Cell {
  type: string;
  mean: number;
  count: number;
  slow: number;
  fast: number;
}

/**
 * One family fitted to one task. Beside the fit stand corrections of its level: by the instance type, as far as that is
 * known, and by what the latest items were off, of the task or of the cell (exponential smoothing at two speeds).
 */
export class Candidate {
  readonly name: string;
  readonly cells: Cell[] = [];
  fit: Fit | null = null;
  private readonly family: Family;
  private readonly siblings: Siblings;
  private slow = 0;
  private fast = 0;
  private own = 0;

  constructor(family: Family, siblings: Siblings) {
    this.name = family.name;
    this.family = family;
    this.siblings = siblings;
  }

  addCell(type: string): void {
    this.cells.push({ type, mean: 0, count: 0, slow: 0, fast: 0 });
  }

  /**
   * Fits anew, and follows the level through all samples, oldest first.
   *
   * @param cells the instance type of each point
   */
  refit(points: Points, cells: readonly number[]): void {
    const { y, x, idle, weights, noise } = points;
    const effects = this.cells.map((_, i) => this.effect(i, noise));
    // Centred, so that the level is the fit's and cannot drift between the two.
    const centre = cells.reduce((sum, cell) => sum + effects[cell]!, 0) / cells.length;
    const level = { ...points, y: y.map((each, i) => each - effects[cells[i]!]! + centre) };
    const fit = this.family.fit(level);
    this.fit = fit && sensible(fit, level);
    this.slow = 0;
    this.fast = 0;
    this.own = 0;
    for (const cell of this.cells) Object.assign(cell, { mean: 0, count: 0, slow: 0, fast: 0 });
    if (!this.fit) return;
    for (const [i, cell] of cells.entries()) {
      this.take(y[i]! - this.fit(x[i]!, idle[i]!), cell, Math.min(1, weights[i]!), noise);
    }
  }

  /** ln of the instance type's factor for this task: its own as far as it is known, else that of all tasks. */
  effect(index: number, noise: number): number {
    const cell = this.cells[index]!;
    const pooled = (this.siblings.factor(cell.type) ?? 0) + this.own;
    if (cell.count === 0) return pooled;
    const prior = noise / CELL_SPREAD ** 2;
    return (cell.count * cell.mean + prior * pooled) / (cell.count + prior);
  }

  /** The same for a type that the task has not been run on; the mean of the known ones if nothing is known of the type. */
  effectOf(type: string, noise: number): number {
    const factor = this.siblings.factor(type);
    if (factor !== null) return factor + this.own;
    let sum = 0;
    let count = 0;
    for (const [i, cell] of this.cells.entries()) {
      sum += cell.count * this.effect(i, noise);
      count += cell.count;
    }
    return count === 0 ? 0 : sum / count;
  }

  /** What is added to the fit: by way of following the level, for a cell, or for a type without one. */
  level(way: number, cell: number, effect: number): number {
    if (way === 0) return effect;
    if (way === 1) return effect + this.slow;
    if (way === 2) return effect + this.fast;
    const known = cell < 0 ? null : this.cells[cell]!;
    if (!known || known.count === 0) return effect + (way === 3 ? this.slow : this.fast);
    return way === 3 ? known.slow : known.fast;
  }

  /**
   * What is added to the fit for costs far from any seen: how the instance type differs from those that were fitted. That
   * the fit is off for small items says nothing of large ones.
   */
  outside(effect: number, noise: number): number {
    let sum = 0;
    let count = 0;
    for (const [i, cell] of this.cells.entries()) {
      sum += cell.count * this.effect(i, noise);
      count += cell.count;
    }
    return count === 0 ? effect : effect - sum / count;
  }

  /** @param residual of an item from the fit alone */
  learn(residual: number, index: number, weight: number, noise: number): void {
    this.take(residual, index, weight, noise);
    this.settle(noise);
  }

  private take(residual: number, index: number, weight: number, noise: number): void {
    const effect = this.effect(index, noise);
    const cell = this.cells[index]!;
    const beyond = residual - effect;
    this.slow += weight * SLOW * (beyond - this.slow);
    this.fast += weight * FAST * (beyond - this.fast);
    if (cell.count === 0) cell.slow = cell.fast = effect;
    const first = 1 / (cell.count + 1 + noise / CELL_SPREAD ** 2);
    cell.slow += weight * Math.max(SLOW, first) * (residual - cell.slow);
    cell.fast += weight * Math.max(FAST, first) * (residual - cell.fast);
    cell.count = Math.min(cell.count + weight, CELL_MEMORY);
    cell.mean += (weight / cell.count) * (residual - cell.mean);
  }

  /** Works out how far the task is from what its instance types let expect. */
  private settle(noise: number): void {
    this.own = taskLevel(this.cells, noise, (type) => this.siblings.factor(type) ?? 0);
  }
}
