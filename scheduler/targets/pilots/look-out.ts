import { setTimeout as wait } from 'node:timers/promises';
import type { BatchSystem, PilotReport } from './batch-system.ts';
import { messageOf } from '../../words.ts';

/** How often the engine is asked at most, while a worker is silent or a pilot new; … */
const SHORT_SECONDS = 1.5;
/** … and else: doubled from one time to the next, up to this. */
const LONG_SECONDS = 20;
/** However many wait for an answer, the engine is not asked more often than that. */
const GAP_SECONDS = 1;
/** Who waits for an answer waits so long. */
const PATIENCE_SECONDS = 5;
/** A pilot that waits for so long is worth a word. */
const WAITS_SECONDS = 8;

export interface LookOutHooks {
  /** Names of those of interest. */
  pilots(): string[];
  /** True if something is wrong that the engine may explain. */
  isUrgent(): boolean;
  seen(reports: PilotReport[]): void;
  notice(message: string): void;
}

/** Asks the engine what became of its pilots: often when something happens, rarely when nothing does, never twice at once. */
export class LookOut {
  private readonly system: BatchSystem;
  private readonly hooks: LookOutHooks;
  private timer: NodeJS.Timeout | null = null;
  private seconds = SHORT_SECONDS;
  private looking: Promise<PilotReport[] | null> | null = null;
  private next: Promise<PilotReport[] | null> | null = null;
  /** When the last look began. */
  private lookedAt = -Infinity;
  private isTroubled = false;
  private isClosed = false;
  /** When pilots began to wait, by name. */
  private readonly waitingSince = new Map<string, number>();
  private readonly told = new Set<string>();

  constructor(system: BatchSystem, hooks: LookOutHooks) {
    this.system = system;
    this.hooks = hooks;
  }

  begin(): void {
    this.later();
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Something happened: looks soon. */
  hurry(): void {
    this.seconds = SHORT_SECONDS;
    this.later();
  }

  /** What the engine says of a pilot from now on; null if it says nothing within a few seconds. */
  async lookAt(pilot: string): Promise<PilotReport | null> {
    const patience = new AbortController();
    const impatient = wait(PATIENCE_SECONDS * 1000, null, { signal: patience.signal }).catch(() => null);
    const reports = await Promise.race([this.fresh(), impatient]);
    patience.abort();
    return reports?.find((report) => report.pilot === pilot) ?? null;
  }

  private later(): void {
    if (this.isClosed) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.seconds = this.hooks.isUrgent() ? SHORT_SECONDS : Math.min(LONG_SECONDS, 2 * this.seconds);
      void this.fresh().then(() => this.later());
    }, this.seconds * 1000);
  }

  /** A look that begins now or later: one that is under way may have missed what just happened. All who ask share it. */
  private fresh(): Promise<PilotReport[] | null> {
    if (this.next === null && this.looking === null && this.untilNext() <= 0) return this.look();
    this.next ??= this.lookLater();
    return this.next;
  }

  private async lookLater(): Promise<PilotReport[] | null> {
    await this.looking;
    if (this.untilNext() > 0) await wait(this.untilNext(), null, { ref: false });
    this.next = null;
    return this.look();
  }

  /** Milliseconds until the engine may be asked again. */
  private untilNext(): number {
    return this.lookedAt + GAP_SECONDS * 1000 - performance.now();
  }

  private look(): Promise<PilotReport[] | null> {
    this.lookedAt = performance.now();
    this.looking = this.ask().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  /** Null if it can't be asked. */
  private async ask(): Promise<PilotReport[] | null> {
    const names = this.hooks.pilots();
    if (names.length === 0 || this.isClosed) return [];
    try {
      const reports = await this.system.look({ names });
      if (this.isClosed) return null;
      if (this.isTroubled) this.hooks.notice(`${this.system.name} answers again`);
      this.isTroubled = false;
      this.tellOfWaiting(reports);
      this.hooks.seen(reports);
      return reports;
    } catch (error) {
      if (!this.isTroubled) this.hooks.notice(messageOf(error));
      this.isTroubled = true;
      return null;
    }
  }

  /** One word for each reason for which pilots wait for long. */
  private tellOfWaiting(reports: readonly PilotReport[]): void {
    const now = performance.now();
    const waiting = reports.filter(({ state }) => state === 'waiting');
    const since = waiting.map(({ pilot }) => [pilot, this.waitingSince.get(pilot) ?? now] as const);
    this.waitingSince.clear();
    for (const [pilot, at] of since) this.waitingSince.set(pilot, at);
    if (waiting.length === 0) this.told.clear();
    const byWhy = Map.groupBy(
      waiting.filter(({ pilot, word }) => word !== '' && now - this.waitingSince.get(pilot)! > WAITS_SECONDS * 1000),
      ({ why }) => why,
    );
    for (const [why, those] of byWhy) {
      if (this.told.has(why)) continue;
      this.told.add(why);
      const [first, ...more] = those.map(({ id }) => id);
      const who = more.length === 0 ? `allocation ${first} waits` : `${those.length} allocations wait (${first}, …)`;
      this.hooks.notice(`${who}: ${why}`);
    }
  }
}
