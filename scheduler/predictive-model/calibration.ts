import { centred } from './distribution.ts';
import { Residuals } from './residuals.ts';
import { bucketOf, UNLIKE_ANY, type Siblings } from './siblings.ts';

/** How many of the latest residuals make the distribution, and how many the siblings' are worth. */
const WINDOW = 256;
const PRIOR = 10;

/** The distribution of a task's normalised residuals. It is worked out anew when a sixteenth of them is new. */
export class Calibration {
  private readonly siblings: Siblings;
  private readonly residuals = new Residuals(WINDOW);
  private quantiles: readonly number[] | null = null;
  private untilStale = 0;

  constructor(siblings: Siblings) {
    this.siblings = siblings;
  }

  /**
   * @param seen how much evidence the task's predictions rest on
   * @param isUnlike whether it is about a cost or an instance type unlike any of the task's
   */
  table(seen: number, isUnlike: boolean): readonly number[] {
    if (isUnlike) return centred(this.siblings.residuals(UNLIKE_ANY));
    if (this.quantiles && this.untilStale > 0) return this.quantiles;
    this.quantiles = this.residuals.quantiles(centred(this.siblings.residuals(bucketOf(seen))), PRIOR);
    this.untilStale = 1 + this.residuals.size / 16;
    return this.quantiles;
  }

  /** Learns the outcomes of one prediction's items. */
  learn(residuals: readonly number[], seen: number, isUnlike: boolean): void {
    for (const each of residuals) this.siblings.learnResidual(isUnlike ? UNLIKE_ANY : bucketOf(seen), each);
    if (isUnlike) return;
    for (const each of residuals) this.residuals.add(each);
    this.untilStale--;
  }

  /** Learns that an outcome lies somewhere above. */
  learnOutlasted(residual: number): void {
    this.residuals.add(residual, true);
  }
}
