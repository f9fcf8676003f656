import type { Piece } from '../fragment-scheduler/events.ts';
import type { TaskSpec } from '../job-spec.ts';
import type { ItemSource } from './item-source.ts';
import type { ItemFailure, ItemReport } from './protocol.ts';

/** An item's place in {@link PieceRun.ends}: not ended, or in a report, or failed and in none yet; else its seconds. */
const OPEN = -1;
const REPORTED = -2;
const FAILED = -3;

/**
 * How far one piece of a fragment has come. Eight bytes an item; only what items answered or printed since the last safe
 * point is kept beside that.
 */
export class PieceRun {
  readonly piece: Piece;
  readonly spec: TaskSpec;
  readonly source: ItemSource;
  /** Items that ended since the last report. */
  unreported = 0;
  /** Bytes of results and output that wait for the next report. */
  heldBytes = 0;
  /** Says why no item of it can be run; null as long as they can. */
  unusable: string | null = null;
  private readonly ends: Float64Array;
  private begun = 0;
  private firstOpen = 0;
  private failures: ItemFailure[] = [];
  private results: { position: number; result: unknown }[] = [];
  private printed: { position: number; stdout: string; stderr: string }[] = [];
  private outputs: string[] = [];
  private readonly tries = new Map<number, number>();

  constructor(piece: Piece, spec: TaskSpec, source: ItemSource) {
    this.piece = piece;
    this.spec = spec;
    this.source = source;
    this.ends = new Float64Array(piece.end - piece.start).fill(OPEN);
    if (piece.failedTries !== undefined) this.tries.set(piece.start, piece.failedTries);
  }

  get commandCount(): number {
    return this.spec.work.kind === 'run' ? this.spec.work.commands.length : 1;
  }

  get hasMore(): boolean {
    return this.begun < this.ends.length;
  }

  /** The position of the next item that was never begun. */
  begin(): number {
    return this.piece.start + this.begun++;
  }

  done(position: number, seconds: number, result: unknown, stdout: string, stderr: string, out: string | null): void {
    this.ends[position - this.piece.start] = Math.max(0, seconds);
    this.unreported++;
    if (result !== undefined) this.results.push({ position, result });
    if (stdout !== '' || stderr !== '') {
      this.printed.push({ position, stdout, stderr });
      this.heldBytes += stdout.length + stderr.length;
    }
    if (out !== null) this.outputs.push(out);
    if (this.tries.size > 0) this.tries.delete(position);
  }

  /** Counts a try that failed; returns how many have, those in earlier fragments included. */
  countTry(position: number): number {
    const tries = (this.tries.get(position) ?? 0) + 1;
    this.tries.set(position, tries);
    return tries;
  }

  /** For good. */
  failed(position: number, message: string, stdout: string, stderr: string): void {
    this.ends[position - this.piece.start] = FAILED;
    this.unreported++;
    this.failures.push({ position, attempts: this.tries.get(position) ?? 1, message, stdout, stderr });
    this.heldBytes += stdout.length + stderr.length + message.length;
    this.tries.delete(position);
  }

  /** Every item that has not ended fails, and one failure speaks for each range of them. */
  failRest(message: string, stderr: string): void {
    this.unusable = message;
    let last = OPEN;
    for (let index = 0; index < this.ends.length; index++) {
      if (this.ends[index] !== OPEN) continue;
      if (last !== index - 1 || last === OPEN) {
        this.failures.push({ position: this.piece.start + index, attempts: 1, message, stdout: '', stderr });
      }
      last = index;
      this.ends[index] = FAILED;
      this.unreported++;
    }
    this.begun = this.ends.length;
  }

  /** True if every item has ended. */
  get isComplete(): boolean {
    return !this.hasMore && !this.ends.includes(OPEN);
  }

  /** What ended since the last report, as ranges. Their outputs must be on disk before it is sent. */
  report(): ItemReport[] {
    const reports: ItemReport[] = [];
    const inOrder = new HeldInOrder(this.results, this.printed, this.failures);
    let index = this.firstOpen;
    let allReported = true;
    while (index < this.begun) {
      const end = this.ends[index]!;
      if (end === OPEN || end === REPORTED) {
        allReported &&= end === REPORTED;
        index++;
        if (allReported) this.firstOpen = index;
        continue;
      }
      const range = this.rangeFrom(index, end === FAILED, inOrder);
      reports.push(range);
      index = range.end - this.piece.start;
      if (allReported) this.firstOpen = index;
    }
    this.outputs = [];
    this.results = [];
    this.printed = [];
    this.failures = [];
    this.unreported = 0;
    this.heldBytes = 0;
    return reports;
  }

  /** Outputs that no report has told of: they are not committed, whatever happens. */
  unreportedOutputs(): string[] {
    return this.outputs;
  }

  private rangeFrom(first: number, failed: boolean, inOrder: HeldInOrder): ItemReport {
    let index = first;
    let seconds = 0;
    let squaredSeconds = 0;
    for (; index < this.begun; index++) {
      const end = this.ends[index]!;
      if (end === OPEN || end === REPORTED || (end === FAILED) !== failed) break;
      if (!failed) {
        seconds += end;
        squaredSeconds += end * end;
      }
      this.ends[index] = REPORTED;
    }
    const range = { task: this.piece.task, start: this.piece.start + first, end: this.piece.start + index };
    if (failed) return { ...range, state: 'failed', failures: inOrder.failuresBelow(range.end) };
    return { ...range, state: 'done', seconds, squaredSeconds, ...inOrder.heldBelow(range.end) };
  }
}

/** Hands out what items answered, printed and failed with, range by range. */
class HeldInOrder {
  private readonly results: Queue<{ position: number; result: unknown }>;
  private readonly printed: Queue<{ position: number; stdout: string; stderr: string }>;
  private readonly failures: Queue<ItemFailure>;

  constructor(
    results: { position: number; result: unknown }[],
    printed: { position: number; stdout: string; stderr: string }[],
    failures: ItemFailure[],
  ) {
    this.results = new Queue(results);
    this.printed = new Queue(printed);
    this.failures = new Queue(failures);
  }

  heldBelow(end: number): Pick<ItemReport & { state: 'done' }, 'results' | 'printed'> {
    const results = this.results.takeBelow(end);
    const printed = this.printed.takeBelow(end);
    return { ...(results.length > 0 && { results }), ...(printed.length > 0 && { printed }) };
  }

  failuresBelow(end: number): ItemFailure[] {
    return this.failures.takeBelow(end);
  }
}

class Queue<T extends { position: number }> {
  private readonly entries: T[];
  private next = 0;

  constructor(entries: T[]) {
    this.entries = entries.toSorted((a, b) => a.position - b.position);
  }

  takeBelow(end: number): T[] {
    const first = this.next;
    while (this.next < this.entries.length && this.entries[this.next]!.position < end) this.next++;
    return this.entries.slice(first, this.next);
  }
}
