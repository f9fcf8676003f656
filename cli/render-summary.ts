/** The last word on a run, for a terminal. */
import type { RunEvent, RunState, RunSummary } from '../scheduler/run/events.ts';
import { harmless, type Paint, type Style, table } from './terminal.ts';
import { count, counted, duration, durationBand, percent } from '../scheduler/words.ts';

/** An item that failed for good. */
export type Failure = Pick<RunEvent & { type: 'item-failed' }, 'task' | 'item' | 'attempts' | 'message' | 'output'>;

/** The failures that are shown, of all that there were. */
export interface Failures {
  first: Failure[];
  total: number;
}

/** Failures are told up to here; `morsel logs --failed` has the rest. */
const MOST_FAILURES = 5;
const OUTPUT_LINES = 4;

export function renderSummary(summary: RunSummary, failures: Failures, paint: Paint): string[] {
  return [headline(summary, paint), ...figures(summary), ...renderFailures(summary.run, failures, paint)];
}

const looks: Record<RunState, { sign: string; style: Style; words: string }> = {
  done: { sign: '✔', style: 'green', words: 'is done' },
  failed: { sign: '✖', style: 'red', words: 'ended with failures' },
  stopped: { sign: '■', style: 'yellow', words: 'was stopped' },
  interrupted: { sign: '■', style: 'yellow', words: 'was cut off' },
  running: { sign: '▶', style: 'cyan', words: 'is running' },
  paused: { sign: '‖', style: 'yellow', words: 'is paused' },
};

function headline({ job, run, state, items }: RunSummary, paint: Paint): string {
  const { sign, style, words } = looks[state];
  const todo = items.pending + items.running;
  const parts = [
    `${counted(items.committed, 'item')} done`,
    ...(items.upToDate > 0 ? [`${count(items.upToDate)} up to date`] : []),
    ...(items.failed > 0 ? [paint('red', `${count(items.failed)} failed`)] : []),
    ...(items.skipped > 0 ? [paint('yellow', `${count(items.skipped)} skipped`)] : []),
    ...(todo > 0 ? [`${count(todo)} left to do`] : []),
  ];
  return `${paint(style, `${sign} ${harmless(job)} ${words}`)}: ${parts.join(', ')}  ${paint('dim', run)}`;
}

function figures(summary: RunSummary): string[] {
  const { fragments, splits, instances, utilisation, lostShare, makespanSeconds, predictedSeconds } = summary;
  const predicted =
    predictedSeconds === null
      ? 'too little was known beforehand to predict it'
      : `predicted ${durationBand(predictedSeconds)}`;
  return table([
    ['  time', `${duration(makespanSeconds)}, ${predicted}`],
    ['  fragments', `${count(fragments)}, ${count(splits)} of them split, on ${counted(instances, 'instance')}`],
    [
      '  utilisation',
      `${percent(utilisation)} of the instances' life is committed work, ${percent(lostShare)} was lost`,
    ],
  ]);
}

/** Failures with the end of what they printed, and where all of it is. */
export function renderFailures(run: string, { first, total }: Failures, paint: Paint): string[] {
  if (total === 0) return [];
  const more = total - first.length;
  return [
    '',
    paint('red', `${counted(total, 'item')} failed:`),
    ...first.flatMap((failure) => renderFailure(failure, paint)),
    ...(more > 0 ? [`  and ${count(more)} more`] : []),
    `What they printed: morsel logs ${run} --failed`,
  ];
}

function renderFailure({ task, item, attempts, message, output }: Failure, paint: Paint): string[] {
  const lines = harmless(output).trimEnd().split('\n').slice(-OUTPUT_LINES);
  const tries = attempts > 1 ? ` (${attempts} tries)` : '';
  return [
    `  ${paint('bold', harmless(item === '' ? task : `${task} ${item}`))}: ${harmless(message)}${tries}`,
    ...(output.trim() === '' ? [] : lines.map((line) => paint('dim', `    ${line}`))),
  ];
}

/** Gathers failures while a run goes on; keeps as many as are ever shown. */
export function collectFailures(): { add(event: RunEvent): void; list(): Failures } {
  const first: Failure[] = [];
  let total = 0;
  return {
    add(event) {
      if (event.type !== 'item-failed') return;
      total++;
      if (first.length < MOST_FAILURES) first.push(event);
    },
    list: () => ({ first, total }),
  };
}
