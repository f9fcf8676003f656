import { UNWEIGHED } from '../../../scheduler/fragment-scheduler/events.ts';
import type { Fragment, FragmentEnd } from '../../../scheduler/fragment-scheduler/events.ts';
import type { InstanceFacts, TargetListener } from '../../../scheduler/targets/target.ts';
import type { ItemReport } from '../../../scheduler/worker/protocol.ts';

/** What a target told, in order, and what a test may wait for. */
export class Recorder implements TargetListener {
  readonly calls: string[] = [];
  readonly facts = new Map<string, InstanceFacts>();
  readonly ends = new Map<number, FragmentEnd>();
  readonly downs = new Map<string, string>();
  readonly reports: ItemReport[] = [];
  readonly notices: string[] = [];
  samples = 0;
  private readonly waiting = new Set<() => void>();

  up(instance: string, facts: InstanceFacts): void {
    this.facts.set(instance, facts);
    this.told(`up ${instance}`);
  }
  async safePoint(instance: string, fragment: number, reports: ItemReport[]): Promise<void> {
    this.reports.push(...reports);
    this.told(`safe-point ${instance} ${fragment}`);
  }
  async checkpoint(instance: string, fragment: number): Promise<void> {
    this.told(`checkpoint ${instance} ${fragment}`);
  }
  tried(instance: string, fragment: number): void {
    this.told(`tried ${instance} ${fragment}`);
  }
  fragmentEnd(instance: string, fragment: number, how: FragmentEnd): void {
    this.ends.set(fragment, how);
    this.told(`end ${instance} ${fragment}`);
  }
  sample(): void {
    this.samples++;
    this.check();
  }
  ending(instance: string): void {
    this.told(`ending ${instance}`);
  }
  down(instance: string, reason: string): void {
    this.downs.set(instance, reason);
    this.told(`down ${instance}`);
  }
  notice(message: string): void {
    this.notices.push(message);
    this.check();
  }
  async items(_: number, start: number, end: number): Promise<unknown[]> {
    return Array.from({ length: end - start }, (__, i) => start + i);
  }

  /** Positions that are committed, in order. */
  done(): number[] {
    return this.reports
      .filter(({ state }) => state === 'done')
      .flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))
      .toSorted((a, b) => a - b);
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  private told(call: string): void {
    this.calls.push(call);
    this.check();
  }

  private check(): void {
    for (const check of this.waiting) check();
  }
}

/** A fragment of so many items of task 0, with a safe point after every two. */
export const fragmentOf = (id: number, instance: string, end: number, seconds: number): Fragment => ({
  id,
  instance,
  pieces: [
    {
      task: 0,
      start: 0,
      end,
      everyItems: 2,
      everySeconds: null,
      itemSeconds: { low: seconds, expected: seconds, high: 1.5 * seconds },
    },
  ],
  predictedSeconds: { low: seconds * end, expected: seconds * end, high: 1.5 * seconds * end },
  limit: 'queue',
  sizing: UNWEIGHED,
});
