/** After so many rounds of starts in a row that all failed, half a minute or more, no more is to be hoped for; … */
const FAILED_ROUNDS = 6;
/** … and where there were instances before, it may be an hour: a network or a controller may be away for some time. */
const FAILED_ROUNDS_LATER = 65;
/** Seconds to wait after a failed round: doubled with each up to … */
const FIRST_WAIT_SECONDS = 1;
/** … this. */
const LONGEST_WAIT_SECONDS = 60;

/** The instances that were asked for and are not there yet, and how long to wait when they can't be had. */
export class InstanceStarts {
  /** When they were asked for, the longest ago first. Which is which does not matter. */
  private readonly asked: number[] = [];
  private failedRounds = 0;
  /** Before it no more are to be asked for than have ended since the last failure. */
  notBefore = 0;
  private ended = 0;
  /** True once an instance came up. */
  private hasWorked = false;

  get pending(): number {
    return this.asked.length;
  }

  /** True once starts have failed so often in a row that the target seems to have no instances. */
  get areHopeless(): boolean {
    return this.failedRounds >= (this.hasWorked ? FAILED_ROUNDS_LATER : FAILED_ROUNDS);
  }

  /** True if the last that were asked for could not be had. */
  get areFailing(): boolean {
    return this.failedRounds > 0;
  }

  /** How many of those that are missing may be asked for: what an instance lived in that has ended is likely to be there still. */
  allowed(missing: number, now: number): number {
    return now < this.notBefore ? Math.min(missing, this.ended) : missing;
  }

  instanceEnded(): void {
    this.ended++;
  }

  ask(now: number): void {
    this.ended = Math.max(0, this.ended - 1);
    this.asked.push(now);
  }

  /** Returns the seconds from asking to coming up; null if it was not asked for. */
  cameUp(now: number): number | null {
    this.failedRounds = 0;
    this.hasWorked = true;
    const askedAt = this.asked.shift();
    return askedAt === undefined ? null : now - askedAt;
  }

  /** The last one is not waited for any more. */
  withdraw(): void {
    this.asked.pop();
  }

  /** Those that were asked for together fail together: that counts once. */
  failed(now: number): void {
    const askedAt = this.asked.shift();
    if (askedAt === undefined || askedAt < this.notBefore) return;
    this.notBefore = now + Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** this.failedRounds);
    this.failedRounds++;
    this.ended = 0;
  }
}
