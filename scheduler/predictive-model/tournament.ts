import { Candidate, LEVELS } from './candidate.ts';
import { FAMILIES, type Points } from './families.ts';
import type { Sample } from './samples.ts';
import type { Siblings } from './siblings.ts';
import type { TaskTypes } from './task-types.ts';

/** How many ways to predict compete. */
export const CANDIDATES = FAMILIES.length * LEVELS;
/** Each error is the mean over about so many of the latest samples. */
const MEMORY = 20;
/** How many samples the siblings' word on losses is worth. */
const PRIOR = 4;
/** Nothing counts as more wrong than this, a factor's logarithm. */
const MOST_LOSS = 3;
/** How much better another candidate must predict than the one in use before it replaces it. */
const ADVANTAGE = 0.98;
/** So many samples of a task tell its siblings which candidates are good to begin with. */
const BEGINNING = 16;

/** Families that hold beyond the costs that they were fitted to, the best first. */
const EXTRAPOLATING = ['linear in cost', 'power of cost, as for other tasks'].map((name) =>
  FAMILIES.findIndex((family) => family.name === name),
);

/**
 * Several families of regression compete, each with several ways to follow its level. Each predicts every sample before it
 * learns from it, and the one with the smallest recent error is used (prequential selection; Dawid 1984).
 */
export class Tournament {
  readonly families: readonly Candidate[];
  private readonly siblings: Siblings;
  private readonly errors = new Float64Array(CANDIDATES);
  private readonly tries = new Float64Array(CANDIDATES);
  private readonly losses = new Float64Array(CANDIDATES);
  private chosen = -1;

  constructor(siblings: Siblings, types: TaskTypes) {
    this.siblings = siblings;
    this.families = FAMILIES.map((family) => new Candidate(family, siblings.types, types));
    this.errors.set(siblings.losses);
  }

  /** False until there was a sample to fit to. */
  get hasWinner(): boolean {
    return this.chosen >= 0;
  }

  /** The family in use; only if there is one. */
  get winner(): Candidate {
    return this.families[Math.floor(this.chosen / LEVELS)]!;
  }

  /** How the winner follows its level: what {@link Candidate.level} takes. */
  get way(): number {
    return this.chosen % LEVELS;
  }

  /** The family for costs far from any seen; null if none holds there. */
  get extrapolating(): Candidate | null {
    const index = EXTRAPOLATING.find((each) => this.families[each]!.fit);
    return index === undefined ? null : this.families[index]!;
  }

  /** Holds the predictions of all against a sample that none has seen. @param seen how many were before it */
  judge({ x, idle, y, cell }: Sample & { x: number }, noise: number, seen: number): void {
    let least = Infinity;
    for (const [index, candidate] of this.families.entries()) {
      const from = index * LEVELS;
      this.losses.fill(Number.NaN, from, from + LEVELS);
      if (!candidate.fit) continue;
      const residual = y - candidate.fit(x, idle);
      const effect = candidate.effect(cell, noise);
      for (let way = 0; way < LEVELS; way++) {
        const loss = Math.min(Math.abs(residual - candidate.level(way, cell, effect)), MOST_LOSS);
        this.losses[from + way] = loss;
        least = Math.min(least, loss);
        const tries = ++this.tries[from + way]!;
        this.errors[from + way]! += (loss - this.errors[from + way]!) / Math.min(tries + PRIOR, MEMORY);
      }
    }
    if (seen >= BEGINNING) return;
    for (const [i, loss] of this.losses.entries()) if (!Number.isNaN(loss)) this.siblings.learnLoss(i, loss - least);
  }

  /** Lets the levels of all follow a sample. */
  follow({ x, idle, y, cell, weight }: Sample & { x: number }, noise: number): void {
    for (const candidate of this.families) {
      if (!candidate.fit) continue;
      const fitted = candidate.fit(x, idle);
      candidate.learn(y - fitted, cell, Math.min(1, weight), noise, fitted);
    }
  }

  /** Fits all anew. @param points of the samples in that order, with the instance types' parts in them */
  refit(points: Points, cells: readonly number[]): void {
    for (const candidate of this.families) candidate.refit(points, cells);
  }

  /** Chooses the winner. */
  choose(): void {
    let best = this.hasWinner && this.winner.fit ? this.chosen : -1;
    for (let i = 0; i < CANDIDATES; i++) {
      if (!this.families[Math.floor(i / LEVELS)]!.fit) continue;
      if (best < 0 || this.errors[i]! < ADVANTAGE * this.errors[best]!) best = i;
    }
    this.chosen = best;
  }
}
