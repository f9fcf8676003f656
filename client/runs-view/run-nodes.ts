/** What stands in the Runs view: runs, their tasks, fragments and failed items, as plain nodes. */
import { t } from '@vscode/l10n';
import { count } from '../../l10n/words.ts';
import type { ItemCounts } from '../../scheduler/run/events.ts';
import type { RunDetailsResult, RunFailure, RunFragment, RunInfo, RunTask } from '../../server/protocol.ts';

export type RunNode =
  | { kind: 'run'; run: RunInfo; items: ItemCounts | null }
  | { kind: 'task'; run: RunInfo; task: RunTask; failures: RunFailure[] }
  | { kind: 'fragments'; run: RunInfo; fragments: RunFragment[] }
  | { kind: 'fragment'; run: RunInfo; fragment: RunFragment }
  | { kind: 'failure'; run: RunInfo; failure: RunFailure }
  | { kind: 'note'; run: RunInfo; id: string; text: string };

/** What a menu of the view hands to its command; anything else may come from elsewhere. */
export const isRunNode = (value: unknown): value is RunNode =>
  typeof value === 'object' && value !== null && 'kind' in value && 'run' in value;

/** Longer lists end in a note: the panel and the log have the rest. */
const MOST_CHILDREN = 200;

/** Below a run: its tasks, then its fragments in one group, newest first. */
export function childrenOfRun(run: RunInfo, details: RunDetailsResult): RunNode[] {
  const failures = Map.groupBy(details.failures, ({ task }) => task);
  const tasks = details.tasks.map((task): RunNode => ({
    kind: 'task',
    run,
    task,
    failures: failures.get(task.task) ?? [],
  }));
  if (details.fragments.length === 0) return tasks;
  return [...tasks, { kind: 'fragments', run, fragments: details.fragments }];
}

export function childrenOfNode(node: RunNode): RunNode[] {
  const { run } = node;
  if (node.kind === 'task') {
    return limited(run, node.failures, moreFailures, (failure) => ({ kind: 'failure', run, failure }));
  }
  if (node.kind === 'fragments') {
    const newestFirst = node.fragments.toReversed();
    return limited(run, newestFirst, moreFragments, (fragment) => ({ kind: 'fragment', run, fragment }));
  }
  return [];
}

const moreFailures = (rest: number): string => t('{0} more failed items', count(rest));
const moreFragments = (rest: number): string => t('{0} more fragments', count(rest));

function limited<T>(run: RunInfo, list: T[], more: (rest: number) => string, node: (entry: T) => RunNode): RunNode[] {
  const shown = list.slice(0, MOST_CHILDREN).map(node);
  const rest = list.length - shown.length;
  if (rest > 0) shown.push({ kind: 'note', run, id: more.name, text: more(rest) });
  return shown;
}
