/** How a node of the Runs view looks and sounds. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ItemCounts } from '../../scheduler/run/events.ts';
import type { RunFragment, RunInfo } from '../../server/protocol.ts';
import { about, aboutBand, count, safePoints } from '../../l10n/words.ts';
import { clockTime, endingText, itemsText, itemTotal, percent, stateIcon, stateText } from '../runs/words.ts';
import type { RunNode } from './run-nodes.ts';

export function treeItem(node: RunNode): vscode.TreeItem {
  const item = itemOf(node);
  const { label = '', description = '' } = item;
  const name = typeof label === 'string' ? label : label.label;
  item.accessibilityInformation = { label: `${name}, ${description}` };
  return item;
}

function itemOf(node: RunNode): vscode.TreeItem {
  switch (node.kind) {
    case 'run':
      return runItem(node.run, node.items);
    case 'task':
      return taskItem(node);
    case 'fragments':
      return fragmentsItem(node.run, node.fragments);
    case 'fragment':
      return fragmentItem(node.run, node.fragment);
    case 'failure':
      return failureItem(node);
    case 'note':
      return entry(node.text, `${node.run.folder}/${node.id}/more`, 'ellipsis');
  }
}

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

function entry(label: string, id: string, icon: string, color?: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, None);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  return item;
}

function runItem(run: RunInfo, items: ItemCounts | null): vscode.TreeItem {
  const { icon, color } = stateIcon(run.state);
  const item = entry(run.job, run.folder, icon, color);
  item.collapsibleState = Collapsed;
  const progress = run.live && items !== null ? `${percent(items)} · ${itemsText(items)}` : itemsText(items);
  item.description = `${stateText(run.state)} · ${progress} · ${clockTime(run.startedAt)}`;
  item.tooltip = [
    run.run,
    `${t('{0} on {1}', run.job, run.target)}: ${stateText(run.state)}`,
    itemsText(items),
    new Date(run.startedAt).toLocaleString(),
  ].join('\n');
  item.contextValue = contextOf(run);
  return item;
}

/** What menus ask for: `run.live`, `run.paused`, `run.unfinished`, `run.failed` or `run.done`. */
function contextOf(run: RunInfo): string {
  if (run.live) return run.state === 'paused' ? 'run.paused' : 'run.live';
  if (run.state === 'failed') return 'run.failed';
  return run.state === 'done' ? 'run.done' : 'run.unfinished';
}

function taskItem({ run, task, failures }: RunNode & { kind: 'task' }): vscode.TreeItem {
  const { items } = task;
  const { icon, color, word } = taskState(items, run.live);
  const item = entry(task.task, `${run.folder}/task/${task.task}`, icon, color);
  if (failures.length > 0) item.collapsibleState = Collapsed;
  item.description = `${word} · ${itemsText(items)}`;
  item.contextValue = run.live && items.pending > 0 ? 'task.live' : 'task';
  return item;
}

function taskState(items: ItemCounts, live: boolean): { icon: string; color?: string; word: string } {
  if (items.failed > 0) return { icon: 'error', color: 'testing.iconFailed', word: t('failed items') };
  if (items.pending + items.running === 0) {
    const isSkipped = items.skipped > 0;
    return isSkipped
      ? { icon: 'debug-step-over', word: t('skipped') }
      : { icon: 'pass', color: 'testing.iconPassed', word: t('done') };
  }
  const isBegun = items.pending < itemTotal(items);
  if (live && isBegun) return { icon: 'sync~spin', color: 'charts.blue', word: t('running, {0}', percent(items)) };
  return { icon: 'circle-outline', word: isBegun ? t('unfinished') : t('waiting') };
}

function fragmentsItem(run: RunInfo, fragments: RunFragment[]): vscode.TreeItem {
  const item = entry(t('Fragments'), `${run.folder}/fragments`, 'layers');
  item.collapsibleState = Collapsed;
  const running = fragments.filter(({ endSeconds }) => endSeconds === null).length;
  const splits = fragments.filter(({ how }) => how === 'split').length;
  const parts = [count(fragments.length)];
  if (run.live && running > 0) parts.push(t('{0} running', count(running)));
  if (splits > 0) parts.push(t('{0} split', count(splits)));
  item.description = parts.join(' · ');
  return item;
}

const ENDING_ICONS = {
  done: { icon: 'pass', color: 'testing.iconPassed' },
  split: { icon: 'split-horizontal', color: 'charts.yellow' },
  deadline: { icon: 'watch', color: 'charts.yellow' },
  lost: { icon: 'debug-disconnect', color: 'testing.iconFailed' },
} as const;

function fragmentItem(run: RunInfo, fragment: RunFragment): vscode.TreeItem {
  const { how, startSeconds, endSeconds, predictedSeconds } = fragment;
  const open = run.live ? { icon: 'sync~spin', color: 'charts.blue' } : { icon: 'debug-disconnect' };
  const { icon, ...rest } = how === null ? open : ENDING_ICONS[how];
  const word = endingText(how, run.live);
  const name = t('Fragment {0}', fragment.fragment);
  const item = entry(
    name,
    `${run.folder}/fragment/${fragment.fragment}`,
    icon,
    'color' in rest ? rest.color : undefined,
  );
  const took = endSeconds === null ? '' : ` · ${about(endSeconds - startSeconds)}`;
  const items = fragment.items.map(({ task, items: n }) => `${task} × ${count(n)}`).join(', ');
  item.description = `${word} · ${items}${took} · ${t('on {0}', fragment.instance)}`;
  const predicted = aboutBand(predictedSeconds);
  item.tooltip = [
    `${name}: ${word}`,
    items,
    t('on {0}', fragment.instance),
    endSeconds === null
      ? t('predicted {0}', predicted)
      : t('predicted {0}, took {1}', predicted, about(endSeconds - startSeconds)),
    safePoints(fragment.safePointSeconds.length),
  ].join('\n');
  return item;
}

function failureItem({ run, failure }: RunNode & { kind: 'failure' }): vscode.TreeItem {
  const item = entry(
    failure.item,
    `${run.folder}/failure/${failure.task}/${failure.item}`,
    'error',
    'testing.iconFailed',
  );
  item.description = failure.message;
  const tries = failure.attempts === 1 ? t('1 try') : t('{0} tries', count(failure.attempts));
  item.tooltip = `${failure.item}: ${failure.message} (${tries})\n\n${failure.output}`;
  item.contextValue = 'failure';
  item.command = {
    title: t('Show Log'),
    command: 'morsel.showRunLog',
    arguments: [{ kind: 'failure', run, failure }],
  };
  return item;
}
