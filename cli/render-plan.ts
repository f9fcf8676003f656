/** A plan for a terminal: a table of tasks, when it ends, and a picture of the instances against time. */
import type { Plan, PlannedFragment, PlannedInstance, PlannedTask } from '../scheduler/plan/plan.ts';
import { lanesOf } from '../drawing/lanes.ts';
import { clip, harmless, pad, type Paint, type Style, table, widthOf } from './terminal.ts';
import { aboutBand, count, counted, duration, durationBand, listed, percent, priceBand } from '../scheduler/words.ts';

const MOST_LANES = 16;
const WIDEST_CHART = 100;
const taskStyles: readonly Style[] = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'];

/** Lines of at most so many columns, except for messages of any length. */
export function renderPlan(plan: Plan, columns: number, paint: Paint): string[] {
  const styles = new Map(plan.tasks.map(({ task }, index) => [task, taskStyles[index % taskStyles.length]!]));
  const styleOf = (task: string): Style => styles.get(task) ?? 'white';
  return [
    `${paint('bold', plan.job)} on ${plan.target.name} (${plan.target.kind})`,
    '',
    ...taskTable(plan.tasks, styleOf, paint).map((line) => clip(line, columns)),
    '',
    ...chart(plan, columns, styleOf, paint),
    '',
    finish(plan, paint),
    shares(plan),
    ...plan.problems.map(
      ({ severity, code, message }) =>
        `${paint(severity === 'error' ? 'red' : 'yellow', `${severity}[${code}]`)}: ${harmless(message)}`,
    ),
  ];
}

function taskTable(tasks: PlannedTask[], styleOf: (task: string) => Style, paint: Paint): string[] {
  const head = ['task', 'items', 'fragments', 'time each', 'an item', 'rests on'].map((text) => paint('dim', text));
  const rows = tasks.map((task) => [
    `${paint(styleOf(task.task), '■')} ${harmless(task.task)}`,
    task.upToDate === 0 ? count(task.items) : `${count(task.items)} (${count(task.upToDate)} up to date)`,
    task.fragments === 0 ? '–' : `${count(task.fragments)} × ${count(task.itemsPerFragment)}`,
    task.fragments === 0 ? '–' : duration(task.fragmentSeconds),
    durationBand(task.itemSeconds),
    basisInWords(task.basis),
  ]);
  return table([head, ...rows], [1, 2, 3, 4]);
}

function basisInWords({ kind, observations, model, medianError }: PlannedTask['basis']): string {
  if (observations === 0 && kind !== 'estimate') return 'a guess: not run yet';
  const error = medianError === null ? '' : `, off by ${percent(medianError)}`;
  switch (kind) {
    case 'observed':
      return `${counted(observations, 'item')} seen, ${model}${error}`;
    case 'sibling':
      return `${counted(observations, 'item')} of a like task, ${model}${error}`;
    case 'estimate':
      return 'your estimate';
    default:
      return 'a guess: not run yet';
  }
}

/** A row for each instance that lives at one time: those that follow one another share it. */
function chart(plan: Plan, columns: number, styleOf: (task: string) => Style, paint: Paint): string[] {
  const lanes = lanesOf(plan.instances);
  const shown = lanes.slice(0, MOST_LANES);
  const total = Math.max(1e-9, ...plan.instances.map(({ endSeconds }) => endSeconds));
  const room = Math.max(10, Math.min(WIDEST_CHART, columns - 4));
  const fragmentsOf = Map.groupBy(plan.fragments, ({ instance }) => instance);
  const scale = { columns: room, secondsPerColumn: total / room };
  const more = lanes.length - shown.length;
  const end = duration(total);
  return [
    ...shown.map((lane) => `  ${chartRow(lane, fragmentsOf, scale, styleOf, paint)}`),
    ...(more > 0 ? [paint('dim', `  and ${counted(more, 'more row')}`)] : []),
    paint('dim', `  ${pad('0', room - widthOf(end))}${end}`),
  ];
}

/** `█` and `▓` in turn where fragments run (in the colour of their first task), `·` where an instance idles. */
function chartRow(
  lane: readonly PlannedInstance[],
  fragmentsOf: ReadonlyMap<string, PlannedFragment[]>,
  { columns, secondsPerColumn }: { columns: number; secondsPerColumn: number },
  styleOf: (task: string) => Style,
  paint: Paint,
): string {
  const fragments = lane.flatMap(({ instance }) => fragmentsOf.get(instance) ?? []);
  const cells = Array.from({ length: columns }, (_, column) => {
    const time = (column + 0.5) * secondsPerColumn;
    const covers = ({ startSeconds, endSeconds }: { startSeconds: number; endSeconds: number }): boolean =>
      startSeconds <= time && time < endSeconds;
    const index = fragments.findIndex(covers);
    const task = fragments[index]?.items[0]?.task;
    if (task !== undefined) return { style: styleOf(task), sign: index % 2 === 0 ? '█' : '▓' };
    return { style: 'dim' as const, sign: lane.some(covers) ? '·' : ' ' };
  });
  return paintRuns(cells, paint).trimEnd();
}

interface Cell {
  style: Style;
  sign: string;
}

/** Neighbours of one style are painted at once: a row would be ten times as long otherwise. */
function paintRuns(cells: readonly Cell[], paint: Paint): string {
  const runs: { style: Style; text: string }[] = [];
  for (const { style, sign } of cells) {
    const last = runs.at(-1);
    if (last?.style === style) last.text += sign;
    else runs.push({ style, text: sign });
  }
  return runs.map(({ style, text }) => (text.trim() === '' ? text : paint(style, text))).join('');
}

function finish({ makespanSeconds, price, problems, tasks, simulatedShare }: Plan, paint: Paint): string {
  if (problems.some(({ severity }) => severity === 'error')) return paint('red', 'never finishes on this target');
  if (tasks.every(({ items }) => items === 0)) return 'nothing to do: the inputs have no items';
  if (tasks.every(({ items, upToDate }) => items === upToDate)) return 'nothing to do: all items are up to date';
  const cost = price === null ? '' : `, at a price of ${priceBand(price)}`;
  const sure = `finishes in ${paint('bold', aboutBand(makespanSeconds))}${cost}`;
  const unknown = tasks.filter(({ basis, items, upToDate }) => basis.kind === 'guess' && items > upToDate);
  const guessed =
    unknown.length === 0
      ? ''
      : `, if the guess is right: nobody knows yet how long an item of ${listed(unknown.map(({ task }) => task))} takes. ` +
        'Add `estimate`, or run it once';
  const partly =
    simulatedShare < 1 ? `\nthe job is too large to play through: ${percent(simulatedShare)} of it was` : '';
  return sure + guessed + partly;
}

function shares({ utilisation, idleShare, lostShare, fragments, instances }: Plan): string {
  return [
    `${counted(fragments.length, 'fragment')} on ${counted(instances.length, 'instance')}`,
    `${percent(utilisation)} of their life is work that counts`,
    `${percent(idleShare)} idle`,
    `${percent(lostShare)} lost`,
  ].join(', ');
}
