/** How many values are asked for at once. At most two such chunks are held. */
const CHUNK = 1024;

/** Asks the run for the values of a range of items. */
export type FetchItems = (task: number, start: number, end: number) => Promise<unknown[]>;

/** The values of one piece, in order, fetched in chunks a little ahead of their use. */
export class ItemSource {
  private readonly fetch: FetchItems;
  private readonly onReady: () => void;
  private readonly onError: (error: unknown) => void;
  private readonly task: number;
  private readonly end: number;
  private position: number;
  private chunk: unknown[] = [];
  private index = 0;
  private ahead: unknown[] | null = null;
  private fetching = false;

  constructor(
    range: { task: number; start: number; end: number },
    hooks: { fetch: FetchItems; onReady: () => void; onError: (error: unknown) => void },
  ) {
    this.task = range.task;
    this.position = range.start;
    this.end = range.end;
    this.fetch = hooks.fetch;
    this.onReady = hooks.onReady;
    this.onError = hooks.onError;
  }

  /** True if {@link next} has a value now; if not, fetches some and calls `onReady` once they are there. */
  ready(): boolean {
    if (this.index >= this.chunk.length && this.ahead !== null) {
      this.chunk = this.ahead;
      this.index = 0;
      this.ahead = null;
    }
    if (this.ahead === null) this.fetchAhead();
    return this.index < this.chunk.length;
  }

  /** The next value; only after {@link ready}. */
  next(): unknown {
    return this.chunk[this.index++];
  }

  private fetchAhead(): void {
    if (this.fetching || this.position >= this.end) return;
    const start = this.position;
    const end = Math.min(start + CHUNK, this.end);
    this.fetching = true;
    this.position = end;
    this.fetch(this.task, start, end).then((values) => this.arrived(values, end - start), this.onError);
  }

  private arrived(values: unknown[], wanted: number): void {
    if (values.length !== wanted) return this.onError(new Error(`asked for ${wanted} items and got ${values.length}`));
    this.fetching = false;
    this.ahead = values;
    this.onReady();
  }
}
