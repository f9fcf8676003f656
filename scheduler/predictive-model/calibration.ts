import { centred } from './distribution.ts';
import { Residuals } from './residuals.ts';
import { bucketOf, type Siblings } from './siblings.ts';

/** How many of the latest residuals make the distribution, and how many the siblings' are worth. */
const WINDOW = 256;
const PRIOR = 10;
/** Quantiles are used until such a share of the residuals is new. */
const STALE_SHARE = 1 / 16;

/** The distribution of a task's normalised residuals. */
export class Calibration {
  private readonly siblings: Siblings;
  private readonly residuals = new Residuals(WINDOW);
  private unended: readonly number[] = [];
  private quantiles: readonly number[] | null = null;
  private untilStale = 0;

  constructor(siblings: Siblings) {
    this.siblings = siblings;
  }

  /**
   * @param seen how much evidence the task's predictions rest on
   * @param unlike where the residuals are kept of what is unlike anything of the task's; null if it is like some
   */
  table(seen: number, unlike: number | null): readonly number[] {
    if (unlike !== null) return centred(this.siblings.residuals(unlike));
    if (this.quantiles && this.untilStale > 0) return this.quantiles;
    const residuals = this.unended.length === 0 ? this.residuals : this.residuals.withCensored(this.unended);
    this.quantiles = residuals.quantiles(this.siblings.residuals(bucketOf(seen)), PRIOR);
    this.untilStale = 1 + STALE_SHARE * this.residuals.size;
    return this.quantiles;
  }

  /** Learns the outcomes of one prediction's items. */
  learn(residuals: readonly number[], seen: number, unlike: number | null): void {
    for (const each of residuals) this.siblings.learnResidual(unlike ?? bucketOf(seen), each);
    if (unlike !== null) return;
    for (const each of residuals) this.residuals.add(each);
    this.untilStale--;
  }

  /** Items that have not ended, and may yet: their outcomes lie above these, until told otherwise. */
  setUnended(residuals: readonly number[]): void {
    if (residuals.length === 0 && this.unended.length === 0) return;
    this.unended = residuals;
    this.quantiles = null;
  }

  /** Learns that an outcome lies somewhere above. */
  learnOutlasted(residual: number): void {
    this.residuals.add(residual, true);
  }
}
