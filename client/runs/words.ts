/** How runs are spoken of, the same in the tree, the status bar, notifications and the panel. */
import type { Interval } from '../../scheduler/predictive-model/prediction.ts';
import type { ItemCounts, RunState } from '../../scheduler/run/events.ts';
import { count, counted, aboutBand } from '../../scheduler/words.ts';

const STATE_WORDS: Record<RunState, string> = {
  running: 'running',
  paused: 'paused',
  done: 'done',
  failed: 'failed items',
  stopped: 'stopped',
  interrupted: 'interrupted',
};

export const stateText = (state: RunState): string => STATE_WORDS[state];

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
  if (items === null) return 'no items yet';
  const done = items.committed + items.upToDate;
  const parts = [
    done === itemTotal(items) ? counted(done, 'item') : `${count(done)} of ${counted(itemTotal(items), 'item')}`,
  ];
  if (items.upToDate > 0) parts.push(`${count(items.upToDate)} up to date`);
  if (items.failed > 0) parts.push(`${count(items.failed)} failed`);
  if (items.skipped > 0) parts.push(`${count(items.skipped)} skipped`);
  return parts.join(', ');
}

export const finishText = (finishSeconds: Interval): string => `finishes in ${aboutBand(finishSeconds)}`;

/** `today 14:25`, or with the date. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return isToday ? time : `${date.toLocaleDateString()} ${time}`;
}
