/** Why fragments are as they are, for a terminal. */
import type { ExplainedFragment, Explanation } from '../scheduler/explain/explain.ts';
import type { RunEntry } from '../scheduler/run/runs.ts';
import { count, counted, duration, durationBand } from '../scheduler/words.ts';
import { clip, harmless, type Paint, table, wrapped } from './terminal.ts';

export function renderExplanation(
  { title, sections }: Explanation,
  run: RunEntry,
  width: number,
  paint: Paint,
): string[] {
  const head = `${paint('bold', harmless(title))}  ${paint('dim', `${harmless(run.job)} · ${run.id}`)}`;
  const body = sections.flatMap((section) => [
    '',
    paint('cyan', section.title),
    ...section.lines.flatMap((line) => wrapped(harmless(line), width, '  ')),
  ]);
  return [head, ...body];
}

const PLACES = { below: 'below band', lower: 'in band', upper: 'in band', above: 'above band' };

/** A line for each fragment, of at most so many columns. */
export function renderFragments(
  fragments: readonly ExplainedFragment[],
  run: RunEntry,
  width: number,
  paint: Paint,
): string[] {
  if (fragments.length === 0) return [`Run ${run.id} has no fragments.`];
  const rows = fragments.map((each) => [
    String(each.fragment),
    each.instance,
    Object.entries(each.items)
      .map(([task, items]) => `${count(items)} × ${task}`)
      .join(', '),
    `${duration(each.predictedSeconds.expected)} (${durationBand(each.predictedSeconds)})`,
    each.tookSeconds === null ? '' : duration(each.tookSeconds),
    each.place === null ? '' : PLACES[each.place],
    each.how ?? (run.live ? 'running' : 'cut off'),
    each.why,
  ]);
  const [head = '', ...lines] = table(
    [['#', 'Instance', 'Items', 'Predicted', 'Took', 'Truth', 'End', 'Why this size'], ...rows].map((row) =>
      row.map(harmless),
    ),
    [0, 4],
  );
  return [
    `${paint('bold', harmless(run.job))}: ${counted(fragments.length, 'fragment')}  ${paint('dim', run.id)}`,
    '',
    paint('dim', clip(head, width)),
    ...lines.map((line) => clip(line, width)),
    '',
    `One of them at length: morsel explain ${run.id} ${fragments[0]!.fragment}`,
  ];
}
