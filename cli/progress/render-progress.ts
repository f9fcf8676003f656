/** The live view of a run: where it stands in, lines out. Pure, so that it can be tested at any width. */
import type { Interval } from '../../scheduler/predictive-model/prediction.ts';
import type { InstanceProgress, ItemCounts, RunProgress } from '../../scheduler/run/events.ts';
import { clip, harmless, noPaint, pad, type Paint, type Style, widthOf } from '../terminal.ts';
import { count, counted, duration, durationBand, percent } from '../../scheduler/words.ts';
import { bar } from './bar.ts';

export interface Screen {
  columns: number;
  rows: number;
  paint: Paint;
}

/** Lines that the view has apart from its rows of tasks and instances. */
const FIXED_LINES = 6;
const WIDEST_BAR = 40;
const WIDEST_NAME = 24;
/** Life left, as a share of the whole, from which an instance is shown as about to end. */
const NEAR_END = 0.15;

/** At most `screen.rows` lines of at most `screen.columns` columns. */
export function renderProgress(progress: RunProgress, screen: Screen): string[] {
  const room = Math.max(2, screen.rows - FIXED_LINES);
  const tasksShown = progress.tasks.length > 1 ? Math.max(1, Math.min(progress.tasks.length, Math.floor(room / 2))) : 0;
  const instancesShown = Math.max(1, room - tasksShown);
  const lines = [
    headLine(progress, screen.paint),
    totalLine(progress.items, screen),
    ...taskLines(progress.tasks, tasksShown, screen),
    ...instanceLines(progress.instances, instancesShown, screen),
    finishLine(progress, screen.paint),
  ];
  return lines.slice(0, screen.rows).map((line) => clip(line, screen.columns));
}

/** Where a run stands in one line, for a log. */
export function progressInOneLine(progress: RunProgress): string {
  const { items, fragments, instances } = progress;
  const total = totalOf(items);
  const parts = [
    `${count(endedOf(items))} of ${counted(total, 'item')} (${percent(shareOf(items))})`,
    ...problemsOf(items, noPaint),
    `${counted(fragments.running, 'fragment')} running on ${counted(instances.length, 'instance')}`,
    finishInWords(progress),
  ];
  return `${duration(Math.floor(progress.elapsedSeconds))}: ${parts.join(', ')}`;
}

function headLine({ job, run, state, elapsedSeconds }: RunProgress, paint: Paint): string {
  const doing = state === 'running' ? '' : ` ${paint('yellow', state)}`;
  return `${paint('bold', harmless(job))}${doing}  ${paint('dim', `${run} · ${duration(Math.floor(elapsedSeconds))}`)}`;
}

function totalLine(items: ItemCounts, { columns, paint }: Screen): string {
  const numbers = `${count(endedOf(items))} of ${counted(totalOf(items), 'item')}  ${percent(shareOf(items))}`;
  const details = [numbers, ...problemsOf(items, paint)].join(paint('dim', ' · '));
  const room = Math.min(WIDEST_BAR, columns - widthOf(details) - 2);
  return room < 6 ? details : `${bar(shareOf(items), room, 'green', paint)}  ${details}`;
}

function taskLines(tasks: RunProgress['tasks'], most: number, { columns, paint }: Screen): string[] {
  if (most === 0) return [];
  const shown = inViewFirst(tasks, most);
  const names = Math.min(WIDEST_NAME, Math.max(...shown.map(({ task }) => widthOf(task))));
  const barColumns = Math.min(16, Math.floor(columns / 5));
  const lines = shown.map(({ task, items, state }) => {
    const name = pad(clip(harmless(task), names), names);
    const numbers = [`${count(endedOf(items))} of ${count(totalOf(items))}`, ...problemsOf(items, paint)];
    const style = taskStyle[state];
    const what = state === 'running' ? '' : ` ${paint(style, state)}`;
    return `  ${name}  ${bar(shareOf(items), barColumns, style, paint)}  ${numbers.join(paint('dim', ' · '))}${what}`;
  });
  return [...lines, ...moreLine(tasks.length - shown.length, 'task', paint)];
}

const taskStyle: Record<RunProgress['tasks'][number]['state'], Style> = {
  waiting: 'dim',
  running: 'cyan',
  done: 'green',
  failed: 'red',
  skipped: 'yellow',
};

/** So many tasks, in the order of the job; where there are more, those that are at work come before the others. */
function inViewFirst(tasks: RunProgress['tasks'], most: number): RunProgress['tasks'] {
  if (tasks.length <= most) return tasks;
  const rank = { running: 0, failed: 1, waiting: 2, skipped: 3, done: 4 };
  const chosen = new Set(tasks.toSorted((a, b) => rank[a.state] - rank[b.state]).slice(0, Math.max(1, most - 1)));
  return tasks.filter((task) => chosen.has(task));
}

function instanceLines(instances: InstanceProgress[], most: number, screen: Screen): string[] {
  const shown = instances.length <= most ? instances : instances.slice(0, Math.max(1, most - 1));
  const names = Math.max(0, ...shown.map(({ instance }) => widthOf(instance)));
  const lives = Math.max(0, ...shown.map((instance) => widthOf(lifeInWords(instance))));
  return [
    ...shown.map((instance) => instanceLine(instance, names, lives, screen)),
    ...moreLine(instances.length - shown.length, 'instance', screen.paint),
  ];
}

function instanceLine(instance: InstanceProgress, names: number, lives: number, { columns, paint }: Screen): string {
  const { lifeLeftSeconds, lifeSeconds, cpuShare, memoryShare } = instance;
  const barColumns = Math.min(12, Math.floor(columns / 8));
  const left = lifeLeftSeconds === null || lifeSeconds === null ? 1 : lifeLeftSeconds / Math.max(lifeSeconds, 1e-9);
  const life = bar(left, barColumns, left < NEAR_END ? 'yellow' : 'blue', paint);
  const load = [
    ...(cpuShare === null ? [] : [`cpu ${percent(cpuShare)}`]),
    ...(memoryShare === null ? [] : [`memory ${percent(memoryShare)}`]),
  ].join(', ');
  const head = `  ${pad(instance.instance, names)}  ${life}  ${pad(lifeInWords(instance), lives)}`;
  return `${head}  ${fragmentInWords(instance.fragment, paint)}${load === '' ? '' : paint('dim', `  ${load}`)}`;
}

function lifeInWords({ lifeLeftSeconds }: InstanceProgress): string {
  return lifeLeftSeconds === null ? 'no end known' : `${duration(Math.max(0, Math.round(lifeLeftSeconds)))} left`;
}

function fragmentInWords(fragment: InstanceProgress['fragment'], paint: Paint): string {
  if (fragment === null) return paint('dim', 'idle');
  const { id, items, done, tasks } = fragment;
  return `#${id} ${harmless(tasks.join(' + '))} ${count(done)} of ${count(items)}`;
}

function finishLine(progress: RunProgress, paint: Paint): string {
  const { running, ended } = progress.fragments;
  const fragments = paint('dim', ` · ${counted(running + ended, 'fragment')}, ${count(ended)} ended`);
  return finishInWords(progress) + fragments;
}

function finishInWords({ state, finishSeconds, items }: RunProgress): string {
  if (state === 'paused') return 'paused';
  if (state !== 'running') return state;
  if (items.pending + items.running === 0) return 'finishing';
  return finishSeconds === null ? 'finish not known yet' : `finishes ${finishIn(finishSeconds)}`;
}

function finishIn(seconds: Interval): string {
  if (seconds.high < 1) return 'in under 1 s';
  return `in ${durationBand({ low: Math.round(seconds.low), high: Math.round(seconds.high) })}`;
}

function problemsOf({ failed, skipped, upToDate }: ItemCounts, paint: Paint): string[] {
  return [
    ...(failed === 0 ? [] : [paint('red', `${count(failed)} failed`)]),
    ...(skipped === 0 ? [] : [paint('yellow', `${count(skipped)} skipped`)]),
    ...(upToDate === 0 ? [] : [`${count(upToDate)} up to date`]),
  ];
}

function moreLine(more: number, what: string, paint: Paint): string[] {
  return more <= 0 ? [] : [paint('dim', `  and ${counted(more, `more ${what}`)}`)];
}

const endedOf = (items: ItemCounts): number => items.committed + items.upToDate + items.failed + items.skipped;
const totalOf = (items: ItemCounts): number => endedOf(items) + items.running + items.pending;
const shareOf = (items: ItemCounts): number => (totalOf(items) === 0 ? 1 : endedOf(items) / totalOf(items));
