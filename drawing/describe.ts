/** What is drawn, in words: for tooltips, and for who can't see it. */
import { about, aboutBand, count, counted, listed } from '../scheduler/words.ts';
import { hasGraph, type Picture, type PictureFragment, type PictureInstance } from './picture.ts';

/** The picture of the instances in one sentence. */
export const timelineInWords = ({ title, instances, fragments }: Picture): string =>
  `Timeline of ${title}: ${counted(fragments.length, 'fragment')} on ${counted(instances.length, 'instance')}.`;

export function graphInWords({ title, tasks, criticalPath }: Picture): string {
  const critical = criticalPath.length === 0 ? '' : ` The finish waits for ${listed(criticalPath)}.`;
  return `Graph of ${title}: ${counted(tasks.length, 'task')}.${critical}`;
}

/** The first line names it. */
export function fragmentInWords(fragment: PictureFragment): string[] {
  const { startSeconds, endSeconds, safePointSeconds, predictedEndSeconds, why } = fragment;
  return [
    `Fragment ${fragment.fragment} on ${fragment.instance}: ${fragment.state}`,
    ...(why === null ? [] : [`why: ${why}`]),
    ...fragment.parts.map(({ task, items }) => `${task}: ${counted(items, 'item')}`),
    `${about(startSeconds)} to ${about(endSeconds)}, takes ${about(endSeconds - startSeconds)}`,
    counted(safePointSeconds.length, 'safe point'),
    ...(predictedEndSeconds === null ? [] : [`predicted ${predictedInWords(fragment)}`]),
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
    ...(startup > 0 ? [`starts up in ${about(startup)}`] : []),
    `lives ${about(endSeconds - startSeconds)}, from ${about(startSeconds)} to ${about(endSeconds)}`,
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
    ...(items.length === 0 ? [] : [`waits item by item for ${listed(items)}`]),
    ...(all.length === 0 ? [] : [`waits for all of ${listed(all)}`]),
    ...(picture.criticalPath.includes(name) ? ['on the critical path'] : []),
  ];
}

/** `resize × 40, sheet × 1`. */
export const partsInWords = ({ parts }: PictureFragment): string =>
  parts.map(({ task, items }) => `${task} × ${count(items)}`).join(', ');
