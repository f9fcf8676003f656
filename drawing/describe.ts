/** What is drawn, in words: for tooltips, and for who can't see it. */
import { t } from '@vscode/l10n';
import {
  about,
  aboutBand,
  count,
  fragments as countedFragments,
  instances as countedInstances,
  items as countedItems,
  listed,
  safePoints,
  tasks as countedTasks,
} from '../l10n/words.ts';
import { hasGraph, type Picture, type PictureFragment, type PictureInstance } from './picture.ts';

/** The picture of the instances in one sentence. */
export const timelineInWords = ({ title, instances, fragments }: Picture): string =>
  t('Timeline of {0}: {1} on {2}.', title, countedFragments(fragments.length), countedInstances(instances.length));

export function graphInWords({ title, tasks, criticalPath }: Picture): string {
  const critical = criticalPath.length === 0 ? '' : ` ${t('The finish waits for {0}.', listed(criticalPath))}`;
  return `${t('Graph of {0}: {1}.', title, countedTasks(tasks.length))}${critical}`;
}

/** The first line names it. */
export function fragmentInWords(fragment: PictureFragment): string[] {
  const { startSeconds, endSeconds, safePointSeconds, predictedEndSeconds, why } = fragment;
  return [
    `${t('Fragment {0} on {1}', fragment.fragment, fragment.instance)}: ${fragment.state}`,
    ...(why === null ? [] : [t('why: {0}', why)]),
    ...fragment.parts.map(({ task, items }) => `${task}: ${countedItems(items)}`),
    t('{0} to {1}, takes {2}', about(startSeconds), about(endSeconds), about(endSeconds - startSeconds)),
    safePoints(safePointSeconds.length),
    ...(predictedEndSeconds === null ? [] : [t('predicted {0}', predictedInWords(fragment))]),
  ];
}

/** How long it was predicted to take; empty where nothing was. */
export function predictedInWords({ startSeconds, predictedEndSeconds }: PictureFragment): string {
  if (predictedEndSeconds === null) return '';
  const { low, expected, high } = predictedEndSeconds;
  return aboutBand({ low: low - startSeconds, expected: expected - startSeconds, high: high - startSeconds });
}

export function instanceInWords({ name, kind, askedSeconds, startSeconds, endSeconds }: PictureInstance): string[] {
  const startup = startSeconds - askedSeconds;
  return [
    `${name} (${kind})`,
    ...(startup > 0 ? [t('starts up in {0}', about(startup))] : []),
    t('lives {0}, from {1} to {2}', about(endSeconds - startSeconds), about(startSeconds), about(endSeconds)),
  ];
}

/** A node of the graph. */
export function taskInWords(picture: Picture, name: string): string[] {
  const task = picture.tasks.find((each) => each.task === name);
  if (task === undefined) return [];
  const waits = hasGraph(picture) ? task.after! : [];
  const items = waits.filter(({ on }) => on === 'item').map((each) => each.task);
  const all = waits.filter(({ on }) => on === 'all').map((each) => each.task);
  return [
    task.task,
    ...task.lines,
    ...(items.length === 0 ? [] : [t('waits item by item for {0}', listed(items))]),
    ...(all.length === 0 ? [] : [t('waits for all of {0}', listed(all))]),
    ...(picture.criticalPath.includes(name) ? [t('on the critical path')] : []),
  ];
}

/** `resize × 40, sheet × 1`. */
export const partsInWords = ({ parts }: PictureFragment): string =>
  parts.map(({ task, items }) => `${task} × ${count(items)}`).join(', ');
