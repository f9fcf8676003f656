import { setTimeout as wait } from 'node:timers/promises';
import { SubmitError, type BatchSystem } from './batch-system.ts';
import { messageOf } from '../../words.ts';

/** Between two tries to submit to an engine that is in trouble: doubled up to the longest. */
const FIRST_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 60;
/** So many are asked for at the same time. */
const MOST_AT_ONCE = 4;

export interface SubmissionHooks {
  submitted(pilot: string, id: string): void;
  /** The engine does not take it, now or later. */
  refused(pilot: string, why: string): void;
  notice(message: string): void;
}

/**
 * Asks an engine for pilots, a few at a time. Where it is in trouble it is asked again, each time after a longer while;
 * and since an engine may take what it could not say that it took, it is looked there first for a pilot of that name.
 */
export class Submissions {
  private readonly system: BatchSystem;
  private readonly hooks: SubmissionHooks;
  private readonly queue: string[] = [];
  private readonly closing = new AbortController();
  private readonly work = new Set<Promise<void>>();
  private readonly untold: string[] = [];
  private isTroubled = false;

  constructor(system: BatchSystem, hooks: SubmissionHooks) {
    this.system = system;
    this.hooks = hooks;
  }

  add(pilot: string): void {
    this.queue.push(pilot);
    if (this.work.size >= MOST_AT_ONCE) return;
    const work = this.submitAll().finally(() => this.work.delete(work));
    this.work.add(work);
  }

  /** Of those that were not tried yet, the last are not asked for: all, or as many. Returns their names. */
  takeBack(count = Infinity): string[] {
    return this.queue.splice(-count);
  }

  /** Submits nothing more. Resolves, when nothing is under way, with the ids of what was submitted and not told. */
  async close(): Promise<string[]> {
    this.queue.length = 0;
    this.closing.abort();
    await Promise.all(this.work);
    return this.untold;
  }

  private async submitAll(): Promise<void> {
    for (let pilot = this.queue.shift(); pilot !== undefined; pilot = this.queue.shift()) {
      try {
        const id = await this.submit(pilot);
        if (id === null) continue;
        this.isTroubled = false;
        if (this.closing.signal.aborted) this.untold.push(id);
        else this.hooks.submitted(pilot, id);
      } catch (error) {
        if (!this.closing.signal.aborted) this.hooks.refused(pilot, messageOf(error));
      }
    }
  }

  /** Null if it was called off. */
  private async submit(pilot: string): Promise<string | null> {
    const { signal } = this.closing;
    for (let seconds = FIRST_WAIT_SECONDS, isFirst = true; ; seconds = Math.min(LONGEST_WAIT_SECONDS, 2 * seconds)) {
      const answer = await this.tried(pilot, isFirst);
      if ('id' in answer) return answer.id;
      if (!this.isTroubled) this.hooks.notice(`${answer.trouble}; it is asked again until it answers`);
      this.isTroubled = true;
      isFirst = false;
      if (signal.aborted) return this.found(pilot).catch(() => null);
      await wait(seconds * 1000, null, { signal }).catch(() => {});
    }
  }

  /** Throws what no other time will mend. */
  private async tried(pilot: string, isFirst: boolean): Promise<{ id: string } | { trouble: string }> {
    if (!isFirst) {
      try {
        const id = await this.found(pilot);
        if (id !== null) return { id };
      } catch (error) {
        return { trouble: messageOf(error) };
      }
    }
    try {
      return { id: await this.system.submit(pilot) };
    } catch (error) {
      if (error instanceof SubmitError && error.isPassing) return { trouble: error.message };
      throw error;
    }
  }

  private async found(pilot: string): Promise<string | null> {
    const [report] = await this.system.look({ names: [pilot] });
    return report?.id ?? null;
  }
}
