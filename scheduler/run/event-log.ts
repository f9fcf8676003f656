/** Hands a run's events to everyone who listens, and keeps them few: a job of a million failures is no flood of lines. */
import { messageOf } from '../words.ts';
import type { RunEvent } from './events.ts';

/** Failed items that are told one by one, for each task. */
export const MOST_ITEM_EVENTS = 1000;

/** An event without its time. */
export type UntimedEvent = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, 'at'> : never) : never;

export class EventLog {
  private readonly listeners = new Set<(event: RunEvent) => void>();
  private readonly itemEvents = new Map<string, number>();

  listen(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: UntimedEvent): void {
    if (event.type === 'item-failed' && !this.mayTell(event.task)) return;
    this.tell(event);
  }

  private mayTell(task: string): boolean {
    const told = (this.itemEvents.get(task) ?? 0) + 1;
    this.itemEvents.set(task, told);
    if (told === MOST_ITEM_EVENTS + 1) {
      this.tell({
        type: 'warning',
        message: `more items of task ${task} failed: \`morsel logs ${task} --failed\` lists them`,
      });
    }
    return told <= MOST_ITEM_EVENTS;
  }

  /** A listener is there to show a run, so it can't harm one: if it throws it is told nothing more, and the others why. */
  private tell(event: UntimedEvent): void {
    const timed: RunEvent = { at: new Date().toISOString(), ...event };
    for (const listener of this.listeners) {
      try {
        listener(timed);
      } catch (error) {
        this.listeners.delete(listener);
        const why = messageOf(error);
        this.tell({ type: 'warning', message: `one who followed the run failed and is told nothing more: ${why}` });
      }
    }
  }
}
