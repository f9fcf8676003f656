/**
 * Where safe points arrive. One goes this way: report, journal on disk, outputs renamed into place, scheduler told, worker
 * answered. Nothing here is done once for each item, but for outputs.
 */
import type { Outcome } from '../../fragment-scheduler/events.ts';
import type { ItemReport } from '../../worker/protocol.ts';
import { acceptedReports, type ReportedSafePoint } from '../accepted-reports.ts';
import { itemsByTask } from '../progress.ts';
import { tellFailed } from './item-events.ts';
import type { RunHostOptions } from './options.ts';

export interface InboxOptions {
  run: RunHostOptions;
  /** Seconds since the run began. */
  now: () => number;
  /** Does what may fail because of the journal; false if it did, and the run is over. */
  guard: (work: () => void) => boolean;
  /** Told of each that is on disk, its outputs in place. */
  takenIn: (safePoint: ReportedSafePoint, outcomes: Outcome[], now: number) => void;
}

interface Arrived extends ReportedSafePoint {
  answer: () => void;
}

export class SafePointInbox {
  private readonly options: InboxOptions;
  private arrived: Arrived[] = [];

  constructor(options: InboxOptions) {
    this.options = options;
  }

  /** Resolves once the safe point counts. Those that arrive together share one transaction. */
  add(safePoint: ReportedSafePoint): Promise<void> {
    return new Promise((answer) => {
      // Those of other workers that are in their sockets by now go to disk with this one.
      if (this.arrived.length === 0) setImmediate(() => this.takeIn());
      this.arrived.push({ ...safePoint, answer });
    });
  }

  /** Takes in all that have arrived, in the order in which they did. */
  takeIn(): void {
    const arrived = this.arrived;
    this.arrived = [];
    if (arrived.length === 0) return;
    const { run, guard } = this.options;
    const now = this.options.now();
    const isTakenIn = guard(() => {
      const valid = acceptedReports(arrived, run.scheduler, run.publisher);
      run.journal.commit(valid, now);
      for (const safePoint of valid) this.takeInOne(safePoint, now);
    });
    if (isTakenIn) for (const { answer } of arrived) answer();
  }

  private takeInOne(safePoint: ReportedSafePoint, now: number): void {
    const { run, takenIn } = this.options;
    const { instance, fragment, reports } = safePoint;
    const done = reports.filter(({ state }) => state === 'done');
    const failed = reports.filter(({ state }) => state === 'failed');
    for (const report of done) {
      run.publisher?.publish(fragment, report.task, report);
      run.states?.drop(report.task, report);
    }
    run.log.emit({
      type: 'safe-point',
      fragment,
      instance,
      committed: itemsByTask(run.workload, done),
      failed: itemsByTask(run.workload, failed),
    });
    for (const report of reports)
      if (report.state === 'failed') for (const failure of report.failures) tellFailed(run, report.task, failure);
    takenIn(safePoint, reports.map(outcomeOf), now);
  }
}

function outcomeOf(report: ItemReport): Outcome {
  const { task, start, end } = report;
  if (report.state === 'failed') return { task, start, end, state: 'failed' };
  const { seconds, squaredSeconds } = report;
  return { task, start, end, state: 'committed', seconds, squaredSeconds };
}
