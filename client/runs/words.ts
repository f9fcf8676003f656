/** How runs are spoken of, the same in the tree, the status bar, notifications and the panel. */
import { t } from '@vscode/l10n';
import type { Interval } from '../../scheduler/predictive-model/prediction.ts';
import type { ItemCounts, RunState } from '../../scheduler/run/events.ts';
import type { RunFragment } from '../../server/protocol.ts';
import { aboutBand, count, items as countedItems, someItems } from '../../l10n/words.ts';

export function stateText(state: RunState): string {
  switch (state) {
    case 'running':
      return t('running');
    case 'paused':
      return t('paused');
    case 'done':
      return t('done');
    case 'failed':
      return t('failed items');
    case 'stopped':
      return t('stopped');
    case 'interrupted':
      return t('interrupted');
  }
}

/** How a fragment ended; null while it has no end on record. */
export function endingText(how: RunFragment['how'], isLive: boolean): string {
  switch (how) {
    case 'done':
      return t('done');
    case 'split':
      return t('split at a safe point');
    case 'deadline':
      return t('cut at the end of its instance');
    case 'lost':
      return t('lost with its instance');
    case null:
      return isLive ? t('running') : t('cut off');
  }
}

/** Names of product icons; each state has one, so that colour is never alone. */
const STATE_ICONS: Record<RunState, { icon: string; color?: string }> = {
  running: { icon: 'sync~spin', color: 'charts.blue' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  done: { icon: 'pass', color: 'testing.iconPassed' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  stopped: { icon: 'debug-stop', color: 'charts.yellow' },
  interrupted: { icon: 'debug-disconnect', color: 'charts.yellow' },
};

export const stateIcon = (state: RunState): { icon: string; color?: string } => STATE_ICONS[state];

export const itemTotal = (items: ItemCounts): number =>
  items.committed + items.upToDate + items.failed + items.skipped + items.running + items.pending;

const ended = (items: ItemCounts): number => items.committed + items.upToDate + items.failed + items.skipped;

/** Never 100 % while something is left. */
export function percent(items: ItemCounts | null): string {
  if (items === null || itemTotal(items) === 0) return '0 %';
  return `${Math.floor((100 * ended(items)) / itemTotal(items))} %`;
}

/** `1,204 of 3,000 items, 2 failed`. */
export function itemsText(items: ItemCounts | null): string {
  if (items === null) return t('no items yet');
  const done = items.committed + items.upToDate;
  const parts = [done === itemTotal(items) ? countedItems(done) : someItems(done, itemTotal(items))];
  if (items.upToDate > 0) parts.push(t('{0} up to date', count(items.upToDate)));
  if (items.failed > 0) parts.push(t('{0} failed', count(items.failed)));
  if (items.skipped > 0) parts.push(t('{0} skipped', count(items.skipped)));
  return parts.join(', ');
}

export const finishText = (finishSeconds: Interval): string => t('finishes in {0}', aboutBand(finishSeconds));

/** `today 14:25`, or with the date. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return isToday ? time : `${date.toLocaleDateString()} ${time}`;
}
