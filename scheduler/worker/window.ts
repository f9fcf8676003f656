/** Work that a process should have at hand, in seconds: enough that it never waits, little enough that a cut need not wait long. */
const AHEAD_SECONDS = 0.05;
const MOST_ITEMS = 512;
/** Items that take longer wait their turn here rather than in the process. */
const LONG_SECONDS = 2;

/** How many items to keep in flight, learnt from how long they take. */
export class Window {
  private mean: number | null = null;
  /** Items; grows and shrinks as run times become known. */
  size = 2;

  observe(seconds: number): void {
    this.mean = this.mean === null ? seconds : this.mean + 0.05 * (seconds - this.mean);
    const fitting = Math.ceil(AHEAD_SECONDS / Math.max(this.mean, 1e-6));
    const least = this.mean > LONG_SECONDS ? 1 : 2;
    this.size = Math.min(Math.max(fitting, least), Math.min(MOST_ITEMS, this.size * 2 + 1));
  }
}
