import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RemoteWorker } from '../../wire/remote-worker.ts';
import type { TargetListener } from '../target.ts';
import { linkConnection, type WorkerLink, type WorkerLinkHooks } from '../worker-link.ts';

/** What is kept of an allocation's life beside the worker's own: to stop, say goodbye, and tell the engine. */
const STOP_MARGIN_SECONDS = 5;
/** An engine tells of lives in whole seconds, some time ago. */
const LIFE_MARGIN_SECONDS = 1;

/** An end that moves nearer by less than this is no news; … */
const SOONER_SECONDS = 3;
/** … nor one that moves away by less than this: an engine that is slow to answer makes ends seem later than they are. */
const LATER_SECONDS = 20;

/** Where a pilot's output goes. */
export const pilotLog = (runFolder: string, pilot: string): string => join(runFolder, 'pilots', `${pilot}.log`);

/**
 * One allocation: `coming` (asked for, or running without a worker that calls) → (its worker calls) → `idle` → (an instance
 * is given to it) → `serving` → (its worker ends) → `coming` again, if the engine does not say that it is over.
 */
export class Pilot {
  readonly name: string;
  /** The engine's; null until it is known. */
  id: string | null = null;
  worker: RemoteWorker | null = null;
  instance: string | null = null;
  link: WorkerLink | null = null;
  /** True once any worker of it has called. */
  wasCalled = false;
  isStopping = false;
  /** True once the run was told that its instance is up. */
  isUp = false;
  /** By `performance.now()`. */
  askedAt = performance.now();
  private calledAt = 0;
  private dismissedAt: number | null = null;
  private endsAt = Infinity;
  private stopTimer: NodeJS.Timeout | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get isComing(): boolean {
    return this.worker === null && !this.isDismissed;
  }

  get isIdle(): boolean {
    return this.worker !== null && this.instance === null && !this.isDismissed;
  }

  /** True once it is to serve nobody any more. */
  get isDismissed(): boolean {
    return this.dismissedAt !== null;
  }

  /** 0 if it is not. */
  get secondsSinceDismissed(): number {
    return this.dismissedAt === null ? 0 : (performance.now() - this.dismissedAt) / 1000;
  }

  get isSilent(): boolean {
    return this.worker !== null && this.worker.silentSeconds() > 0;
  }

  get idleSeconds(): number {
    return this.isIdle ? (performance.now() - this.calledAt) / 1000 : 0;
  }

  get secondsSinceAsked(): number {
    return (performance.now() - this.askedAt) / 1000;
  }

  get host(): string {
    return this.worker?.greeting.place['host'] ?? this.worker?.address ?? '';
  }

  /** For how long the pilot has run, by its own clock. */
  get ageSeconds(): number {
    return Math.max(0, Number(this.worker?.greeting.place['ageSeconds'] ?? 0) || 0);
  }

  arrived(worker: RemoteWorker): void {
    this.worker = worker;
    this.wasCalled = true;
    this.calledAt = performance.now();
  }

  serve(instance: string, listener: TargetListener, hooks: WorkerLinkHooks): void {
    this.instance = instance;
    this.isUp = false;
    this.link = linkConnection(instance, this.worker!.connection(), listener, hooks);
  }

  /** Its worker is gone. */
  left(): void {
    if (this.stopTimer !== null) clearTimeout(this.stopTimer);
    this.worker = null;
    this.instance = null;
    this.link = null;
    if (this.isStopping) this.dismissedAt ??= performance.now();
  }

  /** @param cancel called with its id if it is not gone in time */
  stop(graceSeconds: number, cancel: (id: string) => void): void {
    this.isStopping = true;
    this.link?.stop(graceSeconds);
    this.stopTimer ??= setTimeout(
      () => {
        if (this.id !== null) cancel(this.id);
        this.dismiss('it was stopped');
      },
      (graceSeconds + STOP_MARGIN_SECONDS) * 1000,
    );
  }

  dismiss(why: string): void {
    this.dismissedAt ??= performance.now();
    this.worker?.dismiss(why);
  }

  /** Keeps in mind when it ends; returns the seconds that can be counted on. */
  livesFor(lifeSeconds: number | null): number | null {
    if (lifeSeconds === null) return null;
    const seconds = Math.max(0, lifeSeconds - LIFE_MARGIN_SECONDS);
    this.endsAt = performance.now() + seconds * 1000;
    return seconds;
  }

  /** True if its end has moved so far that it is news to the run. */
  hasMoved(lifeSeconds: number | null): boolean {
    if (lifeSeconds === null || !this.isUp) return false;
    const laterSeconds = (performance.now() - this.endsAt) / 1000 + lifeSeconds - LIFE_MARGIN_SECONDS;
    return laterSeconds < -SOONER_SECONDS || laterSeconds > LATER_SECONDS;
  }

  /** Why it ended, with the last line that it printed. */
  complaint(runFolder: string, why: string): string {
    const said = lastLineOf(pilotLog(runFolder, this.name));
    return said === '' ? why : `${why}: ${said}`;
  }
}

function lastLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return '';
  }
}
