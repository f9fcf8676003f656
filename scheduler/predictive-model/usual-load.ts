import type { Siblings } from './siblings.ts';

/** The usual load is the mean of so many of the latest. */
const MEMORY = 200;

/** What load a task usually meets; by what it takes more at others the load's exponent is learnt. */
export class UsualLoad {
  private readonly siblings: Siblings;
  private mean = 0;
  private count = 0;

  constructor(siblings: Siblings) {
    this.siblings = siblings;
  }

  /** @param residual with the load's part in it */
  learn(load: number, residual: number, noise: number): void {
    this.count++;
    const deviation = load - this.mean;
    this.mean += deviation / Math.min(this.count, MEMORY);
    if (deviation !== 0) this.siblings.learnLoad(deviation, residual, noise);
  }
}
