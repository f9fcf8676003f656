import type { Observation } from '../../predictive-model/observation.ts';
import type { History } from '../../store/history.ts';
import { messageOf } from '../../words.ts';
import type { EventLog } from '../event-log.ts';

/** Observations are written to the history in batches of so many, and with each heartbeat. */
const HISTORY_BATCH = 500;

/** Brings what a run learns to the history. That it can't be kept is no reason to end a run. */
export class KeptLessons {
  private readonly history: History | null;
  private readonly log: EventLog;
  private learnt: Observation[] = [];

  /** @param history null for a run whose lessons are not to be kept */
  constructor(history: History | null, log: EventLog) {
    this.history = history;
    this.log = log;
  }

  add(observation: Observation): void {
    this.learnt.push(observation);
    if (this.learnt.length >= HISTORY_BATCH) this.keep();
  }

  /** Writes what has come together. Never throws. */
  keep(): void {
    const batch = this.learnt;
    this.learnt = [];
    if (batch.length === 0) return;
    try {
      this.history?.record(batch);
    } catch (error) {
      this.log.emit({ type: 'warning', message: `what was learnt could not be kept: ${messageOf(error)}` });
    }
  }
}
