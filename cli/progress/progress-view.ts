/** Shows a run while it works: redrawn in place on a terminal, a line now and then elsewhere. */
import { createLogUpdate } from 'log-update';
import type { RunEvent, RunProgress } from '../../scheduler/run/events.ts';
import { harmless, type Paint, paintFor, say } from '../terminal.ts';
import { progressInOneLine, renderProgress } from './render-progress.ts';

export interface ProgressView {
  show(progress: RunProgress): void;
  /** A message that stays above the view. */
  note(message: string): void;
  /** Takes the view away; the summary follows. */
  end(): void;
}

/** The least time between two lines where there is no terminal. */
const QUIET_MS = 5000;
/** Failures that are told one by one, and warnings; the summary counts the rest. */
const MOST_NOTES = 20;

/** The view that suits stderr; `plain` for lines even on a terminal. */
export function createProgressView(plain = false): ProgressView {
  return process.stderr.isTTY && !plain ? liveView() : plainView();
}

/** What an event has to say in the view, besides the progress. */
export function createNoter(view: ProgressView): (event: RunEvent) => void {
  const paint = paintFor(process.stderr);
  const told = { 'item-failed': 0, warning: 0 };
  return (event) => {
    if (event.type !== 'item-failed' && event.type !== 'warning') return;
    const number = ++told[event.type];
    if (number <= MOST_NOTES) view.note(event.type === 'warning' ? warningIn(event, paint) : failureIn(event, paint));
    if (number === MOST_NOTES) view.note(furtherOnes[event.type]);
  };
}

const furtherOnes = {
  'item-failed': 'Further failures are not told one by one; `morsel logs --failed` has them all.',
  warning: 'Further warnings are left out here; `morsel run --json` prints them all.',
};

const warningIn = ({ message }: RunEvent & { type: 'warning' }, paint: Paint): string =>
  `${paint('yellow', 'warning:')} ${harmless(message)}`;

function failureIn({ task, item, message }: RunEvent & { type: 'item-failed' }, paint: Paint): string {
  return `${paint('red', 'failed:')} ${harmless(item === '' ? task : `${task} ${item}`)}: ${harmless(message)}`;
}

function liveView(): ProgressView {
  const log = createLogUpdate(process.stderr);
  const paint = paintFor(process.stderr);
  return {
    show(progress) {
      const { columns, rows } = process.stderr;
      log(renderProgress(progress, { columns, rows: Math.max(4, rows - 1), paint }).join('\n'));
    },
    note: (message) => log.persist(message),
    end() {
      log.clear();
      log.done();
    },
  };
}

function plainView(): ProgressView {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(progress) {
      const now = performance.now();
      if (now - last < QUIET_MS) return;
      last = now;
      say(progressInOneLine(progress));
    },
    note: say,
    end() {},
  };
}
