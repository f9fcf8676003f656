/** One status bar item while a run lives: how far it is, and the way to it. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ItemCounts, RunProgress } from '../../scheduler/run/events.ts';
import { type LiveRun, type Runs } from '../runs/runs.ts';
import { finishText, itemsText, percent, stateText } from '../runs/words.ts';

export function showRunStatus(runs: Runs): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('morsel.run', vscode.StatusBarAlignment.Left, 10);
  item.name = t('Morsel Run');
  const show = (): void => {
    const live = runs.live();
    const [first] = live;
    if (first === undefined) {
      item.hide();
      return;
    }
    item.text =
      live.length === 1 ? oneRun(first) : `$(sync~spin) ${t('{0} runs, {1}', live.length, percent(totalItems(live)))}`;
    item.tooltip = tooltip(live);
    item.command =
      live.length === 1
        ? { title: t('Show Run'), command: 'morsel.showRun', arguments: [first.run] }
        : { title: t('Show Runs'), command: 'morsel.runs.focus' };
    item.accessibilityInformation = { label: live.map(({ run, progress }) => spoken(run.job, progress)).join('; ') };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, runs.onDidChange(show));
}

const oneRun = ({ run, progress }: LiveRun): string => {
  const icon = run.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
  return `${icon} ${escapeIcons(run.job)} ${percent(progress?.items ?? run.items)}`;
};

const spoken = (job: string, progress: RunProgress | null): string =>
  progress === null
    ? t('Morsel run of {0}', job)
    : t('Morsel run of {0}, {1}, {2}', job, stateText(progress.state), itemsText(progress.items));

function tooltip(live: LiveRun[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  for (const { run, progress } of live) {
    text.appendText(`${t('{0} on {1}', run.job, run.target)}: ${itemsText(progress?.items ?? run.items)}\n`);
    if (progress?.finishSeconds) text.appendText(`${finishText(progress.finishSeconds)}\n`);
  }
  return text;
}

/** A job's name is no place for `$(icon)`. */
const escapeIcons = (text: string): string => text.replaceAll('$(', '$\u200B(');

/** Counts of all live runs together. */
function totalItems(live: LiveRun[]): ItemCounts {
  const counts = live.map(({ run, progress }) => progress?.items ?? run.items).filter((items) => items !== null);
  const sum = (key: keyof ItemCounts): number => counts.reduce((total, items) => total + items[key], 0);
  return {
    committed: sum('committed'),
    upToDate: sum('upToDate'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    running: sum('running'),
    pending: sum('pending'),
  };
}
