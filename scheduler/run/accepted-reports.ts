/**
 * What of the reports of workers counts. A worker is another process, on another machine: that it is confused, that what it
 * says comes twice, or that its output is not there, must not end items that it does not hold, end an item twice, or commit
 * one that has no output.
 */
import type { FragmentScheduler } from '../fragment-scheduler/scheduler.ts';
import { IntervalSet } from '../task-queue/interval-set.ts';
import type { ItemFailure, ItemReport } from '../worker/protocol.ts';
import type { Publisher } from './publisher.ts';

export interface ReportedSafePoint {
  instance: string;
  fragment: number;
  reports: ItemReport[];
}

/** Nothing runs that long: times beyond it are no times. */
const LONGEST_SECONDS = 1e9;

/** Safe points that arrived together, without what does not count. */
export function acceptedReports<T extends ReportedSafePoint>(
  arrived: readonly T[],
  scheduler: FragmentScheduler,
  publisher: Publisher | null,
): T[] {
  const claims = new Map<number, IntervalSet>();
  const isFirst = ({ task, start, end }: ItemReport): boolean => {
    const claimed = claims.get(task) ?? new IntervalSet();
    claims.set(task, claimed);
    if (claimed.within(start, end).length > 0) return false;
    claimed.add(start, end);
    return true;
  };
  return arrived.flatMap((safePoint) => {
    const { instance, fragment, reports } = safePoint;
    // A report from an instance that is thought dead counts no more: its items may be run elsewhere by now.
    if (!scheduler.holds(instance, fragment)) return [];
    const own = reports.filter((report) => scheduler.hasOpen(fragment, report) && isFirst(report));
    const whole = own.flatMap((report) => withOutputs(fragment, report, publisher));
    return [{ ...safePoint, reports: whole.map(withTimes) }];
  });
}

/** An item whose output is not there has failed, whatever its worker says. */
function withOutputs(fragment: number, report: ItemReport, publisher: Publisher | null): ItemReport[] {
  if (report.state === 'failed') return [report];
  const missing = publisher?.missing(fragment, report.task, report) ?? [];
  if (missing.length === 0) return [report];
  const { task, start, end, seconds, squaredSeconds, results = [], printed = [] } = report;
  const parts: ItemReport[] = [];
  const share = 1 / (end - start);
  const done = (from: number, to: number): void => {
    if (from === to) return;
    const isIn = ({ position }: { position: number }): boolean => position >= from && position < to;
    const times = { seconds: seconds * share * (to - from), squaredSeconds: squaredSeconds * share * (to - from) };
    const kept = { results: results.filter(isIn), printed: printed.filter(isIn) };
    parts.push({ task, start: from, end: to, state: 'done', ...times, ...kept });
  };
  let next = start;
  for (const position of missing) {
    done(next, position);
    const said = printed.find((item) => item.position === position);
    parts.push({ task, start: position, end: position + 1, state: 'failed', failures: [lostOutput(position, said)] });
    next = position + 1;
  }
  done(next, end);
  return parts;
}

const lostOutput = (position: number, said?: { stdout: string; stderr: string }): ItemFailure => ({
  position,
  attempts: 1,
  message: 'was done, but its output is not in the staging folder: see that this machine and its instance share it',
  stdout: said?.stdout ?? '',
  stderr: said?.stderr ?? '',
});

function withTimes(report: ItemReport): ItemReport {
  if (report.state === 'failed') return report;
  const items = report.end - report.start;
  if (isTime(report.seconds / items) && isTime(Math.sqrt(report.squaredSeconds / items))) return report;
  return { ...report, seconds: 0, squaredSeconds: 0 };
}

const isTime = (seconds: number): boolean => seconds >= 0 && seconds <= LONGEST_SECONDS;
