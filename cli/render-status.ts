import type { RunProgress, RunState } from '../scheduler/run/events.ts';
import type { RunEntry } from '../scheduler/run/runs.ts';
import { renderProgress } from './progress/render-progress.ts';
import { renderSummary } from './render-summary.ts';
import { clip, harmless, type Paint, type Style, table } from './terminal.ts';
import { count, counted, duration } from '../scheduler/words.ts';

type Shown = RunEntry & { progress: RunProgress | null };

const MOST_RUNS = 20;
const styles: Record<RunState, Style> = {
  running: 'cyan',
  paused: 'yellow',
  done: 'green',
  failed: 'red',
  stopped: 'yellow',
  interrupted: 'yellow',
};

/** The first run at length, the others in a table. */
export function renderStatus(runs: readonly Shown[], columns: number, paint: Paint): string[] {
  const [newest, ...others] = runs;
  if (newest === undefined) return [];
  const shown = others.slice(0, MOST_RUNS);
  const more = others.length - shown.length;
  return [
    ...atLength(newest, columns, paint),
    ...(shown.length === 0
      ? []
      : ['', ...table(shown.map((run) => row(run, paint))).map((line) => clip(line, columns))]),
    ...(more > 0 ? [paint('dim', `and ${counted(more, 'older run')}`)] : []),
  ];
}

function atLength(run: Shown, columns: number, paint: Paint): string[] {
  if (run.progress !== null) return renderProgress(run.progress, { columns, rows: 60, paint });
  if (run.summary !== null) return renderSummary(run.summary, { first: [], total: 0 }, paint);
  const advice = run.live ? 'has just begun' : `was cut off: \`morsel resume ${run.id}\` goes on with it`;
  return [`${paint(styles[run.state], harmless(run.job))} ${advice}  ${paint('dim', run.id)}`];
}

function row({ id, job, state, progress, summary, startedAt }: Shown, paint: Paint): string[] {
  const now = progress?.state ?? state;
  const items = progress?.items ?? summary?.items;
  const total = items === undefined ? 0 : Object.values(items).reduce((sum, number) => sum + number, 0);
  const done = items === undefined ? '' : `${count(items.committed + items.upToDate)} of ${counted(total, 'item')}`;
  const seconds = progress?.elapsedSeconds ?? summary?.makespanSeconds;
  return [
    id,
    harmless(job),
    paint(styles[now], now),
    done,
    seconds === undefined ? '' : duration(seconds),
    paint('dim', new Date(startedAt).toLocaleString('sv-SE').slice(0, 16)),
  ];
}
