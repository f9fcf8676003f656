import type { Family, Fit, Points } from './families.ts';
import { extremes, sensible } from './families.ts';
import type { TaskTypes } from './task-types.ts';
import { taskLevel, type TypeFactors } from './type-factors.ts';

/** Ways to follow the level of a task, from steady to swift. */
export const LEVELS = 5;
const SLOW = 0.1;
const FAST = 0.4;
/** The mean of a cell is over so many of its latest items. */
const CELL_MEMORY = 64;
/** Of the noise of predictions this share is single items' own; the rest is the fit's, which a cell's items have in common. */
const ITEMS_OWN = 0.2;
/** So many items on a type tell how the task differs there, where it ran on others too. */
const TELLING = 2;
/** In a cell's mean long items count more than short ones, which vary more: by the root of their length, but at least this. */
const LEAST_SAY = 0.1;

/** One task on one instance type: how far its items are from the fit, in logarithms. */
interface Cell {
  /** Weighted mean, the sum of those weights, and how many items that is. */
  mean: number;
  say: number;
  count: number;
  /** Exponentially smoothed at two speeds. */
  slow: number;
  fast: number;
}

/**
 * One family fitted to one task. Beside the fit stand corrections of its level: by the instance type, as far as that is
 * known, and by what the latest items were off, of the task or of the cell (exponential smoothing at two speeds).
 */
export class Candidate {
  readonly name: string;
  /** By the index of their type among the task's. */
  readonly cells: Cell[] = [];
  fit: Fit | null = null;
  private readonly family: Family;
  private readonly common: TypeFactors;
  private readonly types: TaskTypes;
  private slow = 0;
  private fast = 0;
  /** How far the task is from what its instance types let expect. */
  private own = 0;
  /** ln seconds of the longest item that the fit knows. */
  private longest = -Infinity;

  constructor(family: Family, common: TypeFactors, types: TaskTypes) {
    this.name = family.name;
    this.family = family;
    this.common = common;
    this.types = types;
  }

  addCell(): void {
    this.cells.push({ mean: 0, say: 0, count: 0, slow: 0, fast: 0 });
  }

  /**
   * Fits anew, and follows the level through all samples, oldest first.
   *
   * @param cells the instance type of each point
   */
  refit(points: Points, cells: readonly number[]): void {
    const { y, x, idle, weights, noise } = points;
    const level = this.cells.length === 1 ? points : this.levelled(points, cells);
    const fit = this.family.fit(level);
    this.fit = fit && sensible(fit, level);
    this.slow = 0;
    this.fast = 0;
    this.own = 0;
    this.longest = -Infinity;
    for (const cell of this.cells) Object.assign(cell, { mean: 0, say: 0, count: 0, slow: 0, fast: 0 });
    if (!this.fit) return;
    const fitted = x.map((each, i) => this.fit!(each, idle[i]!));
    for (const each of fitted) this.longest = Math.max(this.longest, each);
    const prior = this.priorOf(noise);
    for (let i = 0; i < y.length; i++) {
      this.take(y[i]! - fitted[i]!, cells[i]!, Math.min(1, weights[i]!), prior, fitted[i]!);
    }
    this.settle(noise);
  }

  /** The points without what their instance types make of them. Centred: the level is the fit's, and cannot drift between the two. */
  private levelled(points: Points, cells: readonly number[]): Points {
    const effects = this.cells.map((_, i) => this.effect(i, points.noise));
    let centre = 0;
    for (const cell of cells) centre += effects[cell]! / cells.length;
    const y = points.y.map((each, i) => each - effects[cells[i]!]! + centre);
    return { ...points, y, yRange: extremes(y) };
  }

  /** ln of the instance type's factor for this task: its own as far as it is known, else that of all tasks. */
  effect(index: number, noise: number): number {
    return this.drawn(index, this.priorOf(noise));
  }

  /** The same for a type that the task has not been run on; the mean of the known ones if nothing is known of the type. */
  effectOf(type: string, noise: number): number {
    const factor = this.common.of(type);
    return factor !== null ? factor + this.own : (this.meanEffect(noise) ?? 0);
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
   * What is added to the fit where little was seen of such items. What the latest ones were off tells nothing of these, nor
   * does that the fit is off for small ones tell of large ones: it is how the instance type differs from those fitted to,
   * until there are two items on the type to tell it.
   */
  steadyLevel(cell: number, effect: number, noise: number): number {
    if (this.cells.length > 1 && cell >= 0 && this.cells[cell]!.count >= TELLING) return effect;
    const mean = this.meanEffect(noise);
    return mean === null ? effect : effect - mean;
  }

  /** @param residual of an item from the fit alone, @param fitted what that said */
  learn(residual: number, index: number, weight: number, noise: number, fitted: number): void {
    this.take(residual, index, weight, this.priorOf(noise), fitted);
    this.settle(noise);
  }

  /** How many items of a cell the other tasks' word on its type is worth. */
  private priorOf(noise: number): number {
    return (ITEMS_OWN * noise) / this.common.cellVariance;
  }

  private drawn(index: number, prior: number): number {
    const { count, mean } = this.cells[index]!;
    return (count * mean + prior * (this.types.factors[index]! + this.own)) / (count + prior);
  }

  /** Over the items seen; null before there are any. */
  private meanEffect(noise: number): number | null {
    const prior = this.priorOf(noise);
    let sum = 0;
    let count = 0;
    for (let i = 0; i < this.cells.length; i++) {
      sum += this.cells[i]!.count * this.drawn(i, prior);
      count += this.cells[i]!.count;
    }
    return count === 0 ? null : sum / count;
  }

  private take(residual: number, index: number, weight: number, prior: number, fitted: number): void {
    const effect = this.drawn(index, prior);
    const cell = this.cells[index]!;
    const beyond = residual - effect;
    this.slow += weight * SLOW * (beyond - this.slow);
    this.fast += weight * FAST * (beyond - this.fast);
    if (cell.count === 0) cell.slow = cell.fast = effect;
    const first = 1 / (cell.count + 1 + prior);
    cell.slow += weight * Math.max(SLOW, first) * (residual - cell.slow);
    cell.fast += weight * Math.max(FAST, first) * (residual - cell.fast);
    if (cell.count + weight > CELL_MEMORY) cell.say *= 1 - 1 / CELL_MEMORY;
    cell.count = Math.min(cell.count + weight, CELL_MEMORY);
    const say = weight * Math.max(LEAST_SAY, Math.exp((Math.min(fitted, this.longest) - this.longest) / 2));
    cell.say += say;
    cell.mean += (say / cell.say) * (residual - cell.mean);
  }

  private settle(noise: number): void {
    this.own = taskLevel(this.cells, this.types.factors, noise, this.common.cellVariance);
  }
}
