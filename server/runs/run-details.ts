/** What a run's journal holds, as the protocol has it. */
import { limitInShort } from '../../scheduler/explain/limits.ts';
import type { RunProgress } from '../../scheduler/run/events.ts';
import type {
  LogEntry,
  ReportedFailure,
  ReportedFragment,
  ReportedInstance,
  RunReport,
} from '../../scheduler/run/runs.ts';
import type { RunDetailsResult, RunFailure, RunFragment, RunInfo, RunInstance, RunTask } from '../protocol.ts';

/** `progress`: of a live run, else null. */
export function runDetails(run: RunInfo, progress: RunProgress | null, report: RunReport): RunDetailsResult {
  return {
    run,
    progress,
    summary: progress === null ? report.summary : null,
    tasks: report.tasks.map(({ task, items }) => ({ task, items, after: waitsOf(task, report.spec) })),
    fragments: report.fragments.map(fragmentOf),
    instances: report.instances.map(instanceOf),
    failures: failuresOf(report),
  };
}

/** Of a task as the user wrote it: its stages count as one. */
function waitsOf(name: string, { tasks }: RunReport['spec']): RunTask['after'] {
  const taskOf = new Map(tasks.map((stage) => [stage.name, stage.task]));
  const after = new Map<string, 'item' | 'all'>();
  for (const { task, on } of tasks.filter((stage) => stage.task === name).flatMap(({ dependsOn }) => dependsOn)) {
    const needed = taskOf.get(task) ?? task;
    if (needed !== name && after.get(needed) !== 'all') after.set(needed, on);
  }
  return [...after].map(([task, on]) => ({ task, on }));
}

export const failuresOf = (report: RunReport): RunFailure[] => report.failures.map(failureOf);

/** What items printed, one after the other, each under a line that says whose it is. */
export const logText = (entries: readonly LogEntry[]): string => entries.map(itemLog).join('\n');

function itemLog({ task, item, message, stdout, stderr }: LogEntry): string {
  const outcome = message === null ? '' : `: ${message}`;
  const printed = [stdout.trimEnd(), stderr.trimEnd()].filter((text) => text !== '');
  return [`── ${task} · ${item}${outcome}`, ...printed, ''].join('\n');
}

function fragmentOf(reported: ReportedFragment): RunFragment {
  const { fragment, instance, parts, items, startSeconds, endSeconds, predictedSeconds, how, safePointSeconds } =
    reported;
  const shareOf = (name: string): number =>
    parts.reduce((sum, { task, share }) => sum + (task === name ? share : 0), 0);
  return {
    fragment,
    instance,
    items: Object.entries(items).map(([task, count]) => ({ task, items: count, share: shareOf(task) })),
    why: limitInShort(reported),
    startSeconds,
    endSeconds,
    predictedSeconds,
    how,
    safePointSeconds,
  };
}

function instanceOf({ lifeSeconds, ...instance }: ReportedInstance): RunInstance {
  const deadlineSeconds = lifeSeconds === null ? null : instance.startSeconds + lifeSeconds;
  return {
    instance: instance.instance,
    instanceType: instance.instanceType,
    where: instance.where,
    startSeconds: instance.startSeconds,
    endSeconds: instance.endSeconds,
    deadlineSeconds,
    reason: instance.reason,
  };
}

/** As the event of a live run has it: what went wrong is mostly said on stderr, so that comes last. */
function failureOf({ task, item, attempts, message, stdout, stderr }: ReportedFailure): RunFailure {
  return { task, item, attempts, message, output: stdout + stderr };
}
