import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FailedTry, Fragment, FragmentEnd } from '../fragment-scheduler/events.ts';
import { outputPathOf } from '../items/output-path.ts';
import { nowSeconds } from './clock.ts';
import type { Executor, InterruptedEnd, Ticket } from './executor.ts';
import type { ExecutorPool } from './executor-pool.ts';
import { FragmentStates } from './fragment-states.ts';
import { beginState } from './item-state.ts';
import { ItemSource, type FetchItems } from './item-source.ts';
import { PieceRun } from './piece-run.ts';
import type { ItemCheckpoint, ItemReport } from './protocol.ts';
import { stagedOutput } from './render.ts';
import type { InstanceContext } from './setup.ts';
import { discard, isWritten, OutputSync } from './staging.ts';
import { messageOf } from '../words.ts';

/** Safe points whose answer is not here yet; with so many nothing more is begun. */
const MOST_UNANSWERED = 2;
/** A report is sent early when it has grown to this. */
const MOST_HELD_BYTES = 4 * 1024 * 1024;
/** Items are begun in lots of at most so many, so that answers and cuts are heard in between. */
const LOT = 256;
/** What the last safe point is taken to need before one was measured, and at least. */
const LEAST_RESERVE_SECONDS = 0.1;
/** How many times as long as measured the run may take to answer it, … */
const ANSWER_SAFETY = 3;
/** … and bringing the outputs before it to the disk, of which many were measured. */
const DISK_SAFETY = 1.5;
/** Share of what was left at the fragment's begin that is kept for the last safe point at most, beside what bringing outputs to the disk needs. */
const MOST_RESERVE_SHARE = 0.2;

/** Share of a stop's grace that programs have for their states. */
const STOP_SHARE = 0.8;

export interface FragmentHooks {
  fetch: FetchItems;
  /** Resolves once the safe point is on disk at the run. */
  safePoint(reports: ItemReport[]): Promise<void>;
  /** Resolves once the state of an item is in place. */
  checkpoint(checkpoint: ItemCheckpoint): Promise<void>;
  /** Items failed that may be tried again. */
  tried(tries: FailedTry[]): void;
  ended(how: FragmentEnd): void;
  /** Nothing sensible can be done any more: the run does not answer, or the disk is full. */
  broken(why: string): void;
}

/**
 * One fragment on its way through an instance.
 *
 * `running`: items are begun as executors have room, pieces in order, a failed item again as often as its task says.
 * Safe points are reached meanwhile: what has ended is synced and reported, what is in flight goes on.
 * Shortly before the instance's end, items that have a checkpoint are asked for their states; that cuts the fragment.
 * `cut` (a split, a deadline, a stop): nothing more is begun; when the last item in flight has ended, or all were done in
 * the first place, a last safe point is reached; when all safe points are answered, the fragment has `ended`.
 */
export class FragmentRun {
  readonly fragment: Fragment;
  private readonly context: InstanceContext;
  private readonly pool: ExecutorPool;
  private readonly hooks: FragmentHooks;
  private readonly pieces: PieceRun[];
  private readonly again: Ticket[] = [];
  /** Failed tries that the run has not been told of. */
  private failedTries: FailedTry[] = [];
  private readonly hasOutputs: boolean;
  private readonly isFresh: boolean;
  private deadline: number;
  private readonly begunAt = nowSeconds();
  private current = 0;
  private inFlight = 0;
  private tried = 0;
  private cutAs: Exclude<FragmentEnd, 'done'> | null = null;
  private lastSafePointAt = nowSeconds();
  /** How long the run takes to answer a safe point. */
  private answerSeconds = 0;
  private readonly outputs = new OutputSync();
  private unanswered = 0;
  private syncing = false;
  /** States that are on their way to their places. */
  private leaving = 0;
  private hasEnded = false;

  /**
   * @param lifeSeconds the whole life of the instance; null where it has no end
   * @param deadline on the worker's clock; Infinity where there is none
   * @param isFresh true if the instance has not run anything yet: then it tries one item even if none seems to fit
   */
  constructor(
    fragment: Fragment,
    options: {
      context: InstanceContext;
      pool: ExecutorPool;
      hooks: FragmentHooks;
      lifeSeconds: number | null;
      deadline: number;
      isFresh: boolean;
    },
  ) {
    this.fragment = fragment;
    this.context = options.context;
    this.pool = options.pool;
    this.hooks = options.hooks;
    this.states = new FragmentStates({
      lifeSeconds: options.lifeSeconds,
      flying: this.flying,
      checkpoint: (checkpoint) => this.hooks.checkpoint(checkpoint),
    });
    this.deadline = options.deadline;
    this.isFresh = options.isFresh;
    const { job, stagingFolder } = options.context;
    this.pieces = fragment.pieces.map((piece) => {
      const source = new ItemSource(piece, {
        fetch: this.hooks.fetch,
        onReady: () => this.pump(),
        onError: (error) => this.hooks.broken(`items could not be fetched: ${messageOf(error)}`),
      });
      return new PieceRun(piece, job.tasks[piece.task]!, source);
    });
    this.hasOutputs = this.pieces.some(({ spec }) => spec.output !== null);
    if (this.hasOutputs || this.pieces.some(({ spec }) => spec.checkpoint !== undefined)) {
      mkdirSync(join(stagingFolder, String(fragment.id)), { recursive: true, mode: 0o700 });
    }
  }

  start(): void {
    this.pool.keepOnly(new Set(this.fragment.pieces.map(({ task }) => task)));
    this.pump();
  }

  /** Begins nothing more and ends at the next safe point. What has ended is committed at once. */
  cut(how: Exclude<FragmentEnd, 'done'>): void {
    if (this.cutAs !== null || this.hasEnded) return;
    this.cutAs = how;
    this.dropRetries();
    this.safePointIf(true);
    this.settle();
  }

  /** The same, and items that can go on from a state leave theirs within so many seconds. */
  stop(graceSeconds: number): void {
    this.states.askWithin(STOP_SHARE * graceSeconds);
    this.cut('split');
  }

  /** The instance ends at another time than was known. */
  endsAt(deadline: number): void {
    this.deadline = deadline;
  }

  tick(now: number): void {
    this.pool.tick(now);
    if (this.deadline < Infinity && this.states.askBefore(this.deadline - this.reserve(), now)) this.cut('deadline');
    this.states.takeWritten(now);
    if (this.cutAs !== null) this.pool.drain(now);
    this.tellTries();
    this.safePointIf(false);
  }

  /** The instance ends without a safe point: removes what no report has told of. */
  abandon(): void {
    this.hasEnded = true;
    for (const piece of this.pieces) piece.unreportedOutputs().forEach(discard);
    for (const ticket of this.flying.keys()) if (ticket.out !== null) discard(ticket.out);
  }

  // ---- what executors tell

  private readonly flying = new Map<Ticket, Executor>();
  private readonly states: FragmentStates;

  done(ticket: Ticket, seconds: number, result: unknown, stdout: string, stderr: string): void {
    if (ticket.out !== null && !isWritten(ticket.out)) {
      const path = outputPathOf(this.context.job, ticket.piece.spec, ticket.value) ?? basename(ticket.out);
      return this.failed(ticket, `wrote no output ${relativeTo(this.context.job.directory, path)}`, stdout, stderr);
    }
    this.landed(ticket);
    if (ticket.out !== null) this.outputs.add(ticket.out);
    ticket.piece.done(ticket.position, seconds, result, stdout, stderr, ticket.out);
  }

  failed(ticket: Ticket, message: string, stdout: string, stderr: string): void {
    this.landed(ticket);
    if (ticket.out !== null) discard(ticket.out);
    const tries = ticket.piece.countTry(ticket.position);
    if (tries <= ticket.piece.spec.retry) {
      this.failedTries.push({ task: ticket.piece.piece.task, position: ticket.position, tries });
      this.tryAgain(ticket);
    } else ticket.piece.failed(ticket.position, message, stdout, stderr);
  }

  /** A program that wrote no state when it was asked, but exited well, had come to its end in the meantime. */
  interrupted(ticket: Ticket, { status, isWhole, seconds, stdout, stderr }: InterruptedEnd): void {
    const hasAnswered = this.states.hasAnswered(ticket);
    const hasOutput = ticket.out === null || isWritten(ticket.out);
    if (status === 0 && isWhole && !hasAnswered && hasOutput)
      return this.done(ticket, seconds, undefined, stdout, stderr);
    this.landed(ticket);
    if (ticket.out !== null) discard(ticket.out);
    void this.leaveState(ticket, isWhole, seconds);
  }

  takeBack(tickets: Ticket[]): void {
    for (const ticket of tickets) {
      this.landed(ticket);
      this.tryAgain(ticket);
    }
  }

  unusable(task: number, message: string, stderr: string): void {
    for (const piece of this.pieces) {
      if (piece.piece.task !== task || piece.unusable !== null) continue;
      piece.failRest(message, stderr);
    }
    for (let i = this.again.length - 1; i >= 0; i--) {
      if (this.again[i]!.piece.piece.task === task) this.again.splice(i, 1);
    }
  }

  // ---- beginning items

  /** Begins what there is room for, reaches a safe point if one is due, and ends the fragment if all is over. */
  pump(): void {
    if (this.hasEnded) return;
    this.safePointIf(false);
    while (this.cutAs === null && this.mayBegin() && this.beginLot());
    this.pool.flush();
    this.settle();
  }

  private mayBegin(): boolean {
    if (this.unanswered >= MOST_UNANSWERED) return false;
    return !(this.syncing && this.isDue());
  }

  /** False if nothing could be begun. */
  private beginLot(): boolean {
    const piece = this.nextPiece();
    if (piece === null) return false;
    if (this.again.length === 0 && !piece.source.ready()) return false;
    const executor = this.pool.withRoom(piece.piece.task);
    if (executor === null || executor.room <= 0) return false;
    const allowed = Math.min(executor.room, LOT, this.fitting(piece, executor), this.untilSafePoint(piece));
    if (allowed <= 0) {
      this.cut('deadline');
      return false;
    }
    for (let count = 0; count < allowed; count++) if (!this.beginOne(piece, executor)) break;
    return true;
  }

  private nextPiece(): PieceRun | null {
    const retry = this.again[0];
    if (retry !== undefined) return retry.piece;
    while (this.current < this.pieces.length && !this.pieces[this.current]!.hasMore) this.current++;
    return this.pieces[this.current] ?? null;
  }

  private beginOne(piece: PieceRun, executor: Executor): boolean {
    const retry = this.again[0];
    if (retry !== undefined) {
      if (retry.piece !== piece) return false;
      this.again.shift();
      this.begin(retry.piece, retry, executor);
      return true;
    }
    if (!piece.hasMore || !piece.source.ready()) return false;
    const value = piece.source.next();
    const position = piece.begin();
    this.begin(piece, { position, value }, executor);
    return true;
  }

  private begin(piece: PieceRun, { position, value }: Pick<Ticket, 'position' | 'value'>, executor: Executor): void {
    const item = { task: piece.piece.task, position, value };
    try {
      const out = piece.spec.output === null ? null : stagedOutput(this.context, this.fragment.id, item);
      const state = beginState(this.context, this.fragment.id, item);
      this.launch({ piece, position, value, out, state, begunAt: nowSeconds() }, executor);
    } catch (error) {
      piece.failed(position, messageOf(error), '', '');
    }
  }

  private launch(ticket: Ticket, executor: Executor): void {
    this.flying.set(ticket, executor);
    this.inFlight++;
    this.tried++;
    executor.take(ticket);
  }

  private landed(ticket: Ticket): void {
    if (this.flying.delete(ticket)) this.inFlight--;
    this.states.landed(ticket);
  }

  private tryAgain(ticket: Ticket): void {
    if (this.cutAs === null) this.again.push(ticket);
  }

  /** So that they count wherever the items are tried next, also if this instance ends in the middle of a try. */
  private tellTries(): void {
    if (this.hasEnded || this.failedTries.length === 0) return;
    const tries = this.failedTries;
    this.failedTries = [];
    this.hooks.tried(tries);
  }

  /** Items that wait for another try go back to the queue with the rest. */
  private dropRetries(): void {
    this.again.length = 0;
  }

  /** How many items of the piece still fit the instance's life on that executor. */
  private fitting(piece: PieceRun, executor: Executor): number {
    if (this.deadline === Infinity || (this.isFresh && this.tried === 0))
      return this.deadline === Infinity ? Infinity : 1;
    const { expected, high } = piece.piece.itemSeconds;
    const left = this.deadline - nowSeconds() - this.reserve();
    if (left < high) return this.states.mayMakeProgress(piece.spec, left) ? 1 : 0;
    return Math.floor((left - high) / Math.max(expected, 1e-9)) + 1 - executor.inFlight;
  }

  /** What an item has left that is not done is handed over, and it goes back to the queue. */
  private async leaveState(ticket: Ticket, isWhole: boolean, seconds: number): Promise<void> {
    this.leaving++;
    try {
      await this.states.leave(ticket, isWhole, seconds);
      this.leaving--;
    } catch (error) {
      if (this.hasEnded) return;
      this.hasEnded = true;
      return this.hooks.broken(`a checkpoint failed: ${messageOf(error)}`);
    }
    this.pump();
  }

  // ---- safe points

  private untilSafePoint(piece: PieceRun): number {
    return piece.piece.everyItems > 0 ? Math.max(1, piece.piece.everyItems) : Infinity;
  }

  /** Time kept for the last safe point: it grows with the outputs that are not on the disk yet. */
  private reserve(): number {
    const most = MOST_RESERVE_SHARE * Math.max(0, this.deadline - this.begunAt);
    const seconds = Math.max(LEAST_RESERVE_SECONDS, ANSWER_SAFETY * this.answerSeconds);
    return Math.min(seconds, most) + DISK_SAFETY * this.outputs.secondsLeft;
  }

  private isDue(): boolean {
    const now = nowSeconds();
    const endIsNear = this.cutAs !== null || now > this.deadline - 2 * this.reserve();
    return this.pieces.some(({ piece, unreported, heldBytes }) => {
      if (unreported === 0) return false;
      if (endIsNear || heldBytes > MOST_HELD_BYTES) return true;
      if (piece.everyItems > 0 && unreported >= piece.everyItems) return true;
      return piece.everySeconds !== null && now - this.lastSafePointAt >= piece.everySeconds;
    });
  }

  private safePointIf(always: boolean): void {
    if (this.hasEnded || this.syncing || this.unanswered >= MOST_UNANSWERED) return;
    if (always ? this.pieces.some(({ unreported }) => unreported > 0) : this.isDue()) void this.safePoint();
  }

  private async safePoint(): Promise<void> {
    this.lastSafePointAt = nowSeconds();
    const reports = this.pieces.flatMap((piece) => (piece.unreported === 0 ? [] : piece.report()));
    try {
      this.unanswered++;
      if (this.hasOutputs) {
        this.syncing = true;
        await this.outputs.settle();
        this.syncing = false;
      }
      const toldAt = nowSeconds();
      await this.hooks.safePoint(reports);
      this.answerSeconds = Math.max(nowSeconds() - toldAt, this.answerSeconds * 0.9);
      this.unanswered--;
    } catch (error) {
      if (this.hasEnded) return;
      this.hasEnded = true;
      return this.hooks.broken(`a safe point failed: ${messageOf(error)}`);
    }
    this.pump();
  }

  // ---- the end

  private settle(): void {
    if (this.hasEnded || this.inFlight > 0 || this.leaving > 0) return;
    const isDone = this.again.length === 0 && this.pieces.every((piece) => !piece.hasMore);
    if (!isDone && this.cutAs === null) return;
    this.safePointIf(true);
    if (this.syncing || this.unanswered > 0) return;
    this.tellTries();
    this.hasEnded = true;
    this.hooks.ended(this.isAllReported() ? 'done' : (this.cutAs ?? 'done'));
  }

  private isAllReported(): boolean {
    return this.pieces.every((piece) => piece.isComplete);
  }
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
