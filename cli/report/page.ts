/** A run as one HTML file: no script, nothing fetched, readable for years. */
import { createHash } from 'node:crypto';
import { errorInWords } from '../../scheduler/explain/band.ts';
import type { Calibration } from '../../scheduler/explain/calibration.ts';
import { CALIBRATION_COLUMNS, calibrationNotes, calibrationRows } from '../../scheduler/explain/calibration-words.ts';
import { limitInShort } from '../../scheduler/explain/limits.ts';
import type { ReportedFragment, ReportedInstance, RunReport } from '../../scheduler/run/runs.ts';
import { count, counted, duration, durationBand, percent } from '../../scheduler/words.ts';
import { markup, type Markup, type MarkupValue, trusted } from './markup.ts';
import { style } from './style.ts';
import { TASK_COLOURS, timeline } from './timeline.ts';

/** Longer tables make a page that nobody reads; `morsel report --json` has everything. */
const MOST_ROWS = 2000;
const MOST_FAILURES = 200;

/** What the page is made from. */
export type PageContent = Omit<RunReport, 'spec'>;

/** The whole page. Every value of the run is escaped, and a content security policy allows our own style alone. */
export function renderReportPage(report: PageContent): string {
  const { entry, summary } = report;
  const hash = createHash('sha256').update(style).digest('base64');
  // In one piece: a blank more, and the hash would not fit.
  const styleElement = trusted(`<style>${style}</style>`);
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="${`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`}"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${`${entry.job}: ${summary.state} · ${entry.id}`}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <header>
            <h1>${entry.job}<span class="${`state ${summary.state}`}">${summary.state}</span></h1>
            <p>${`Run ${entry.id} on ${entry.target}, begun ${startedAt(entry.startedAt)}`}</p>
            <p><code>${entry.file}</code></p>
          </header>
          ${figures(report)}
          <h2 id="timeline">Timeline</h2>
          <div class="card">${legend(report)}${timeline(report)}</div>
          ${fragmentTable(report.fragments)} ${instanceTable(report.instances)}
          <h2>Tasks</h2>
          <div class="card scroll">${taskTable(report)}</div>
          <h2>Predictions</h2>
          <div class="card scroll">${predictions(report.calibration)}</div>
          ${failures(report)}
          <footer><p>Written by Morsel. Times count only while a process of the run was at work.</p></footer>
        </main>
      </body>
    </html>${'\n'}`.markup;
}

const startedAt = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');

function figures({ summary, calibration }: PageContent): Markup {
  const { makespanSeconds, predictedSeconds, utilisation, lostShare, items } = summary;
  const todo = items.pending + items.running;
  return markup`<dl class="figures">
    ${figure('Time', duration(makespanSeconds), predictedSeconds === null ? 'nothing to predict it from' : `predicted ${durationBand(predictedSeconds)}`)}
    ${figure(
      'Items done',
      count(items.committed + items.upToDate),
      rest([
        [items.upToDate, 'up to date'],
        [items.failed, 'failed'],
        [items.skipped, 'skipped'],
        [todo, 'left'],
      ]),
    )}
    ${figure('Utilisation', percent(utilisation), 'committed work over instance life')}
    ${figure('Lost work', percent(lostShare), 'begun and thrown away')}
    ${figure('Fragments', count(summary.fragments), `${count(summary.splits)} split, ${counted(summary.instances, 'instance')}`)}
    ${predictionFigure(calibration)}
  </dl>`;
}

function predictionFigure({ fragments: { judged, inside, medianError } }: Calibration): Markup {
  if (judged === 0) return figure('Predictions', '–', 'no fragment ran to its end');
  const error = medianError === null ? '' : `; half were off by under ${errorInWords(medianError)}`;
  return figure(
    'Predictions',
    percent(inside / judged),
    `of ${counted(judged, 'fragment')} fell into their 80 % band${error}`,
  );
}

const figure = (name: string, value: string, more: string): Markup =>
  markup`<div>
    <dt>${name}</dt>
    <dd class="figure">${value}</dd>
    <dd>${more}</dd>
  </div>`;

function rest(parts: [number, string][]): string {
  const there = parts.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`);
  return there.length === 0 ? 'none failed' : there.join(', ');
}

function legend({ tasks, fragments }: PageContent): Markup {
  return markup`<ul class="legend">
    ${tasks.map(({ task }, index) => key(markup`<rect class="${`task${index % TASK_COLOURS}`}" y="1" width="14" height="12" rx="2" />`, task))}
    ${key(markup`<rect class="life" y="1" width="14" height="12" rx="2" />`, 'life of an instance')}
    ${key(markup`<rect class="task0" y="1" width="14" height="12" rx="2" /><line class="tick" x1="7" x2="7" y1="6" y2="13" />`, 'safe point')}
    ${key(markup`<rect class="expected" y="6" width="10" height="2" /><rect class="band" x="6" y="5" width="8" height="4" />`, 'predicted length, with its band')}
    ${fragments.some(({ how }) => how === 'lost') ? key(markup`<rect class="lost-ground" y="1" width="14" height="12" /><rect fill="url(#lost)" y="1" width="14" height="12" />`, 'lost work') : null}
  </ul>`;
}

const key = (shape: Markup, text: string): Markup =>
  markup`<li><svg viewBox="0 0 14 14" aria-hidden="true">${shape}</svg>${text}</li>`;

function taskTable({ tasks, fragments }: PageContent): Markup {
  return table(
    [
      ['Task'],
      ['Items', 'number'],
      ['Done', 'number'],
      ['Up to date', 'number'],
      ['Failed', 'number'],
      ['Skipped', 'number'],
      ['Left', 'number'],
      ['Fragments', 'number'],
    ],
    tasks.map(({ task, items }) => [
      task,
      count(Object.values(items).reduce((sum, number) => sum + number, 0)),
      count(items.committed),
      count(items.upToDate),
      count(items.failed),
      count(items.skipped),
      count(items.pending + items.running),
      count(fragments.filter(({ items: inFragment }) => Object.hasOwn(inFragment, task)).length),
    ]),
  );
}

function predictions(calibration: Calibration): Markup {
  const heads = CALIBRATION_COLUMNS.map((name, column): Head => (column === 0 ? [name] : [name, 'number']));
  const notes = calibrationNotes(calibration).map((note) => markup`<p>${note}</p>`);
  return markup`${notes}${table(heads, calibrationRows(calibration))}`;
}

function fragmentTable(fragments: readonly ReportedFragment[]): Markup {
  const rows = fragments.slice(0, MOST_ROWS).map((fragment) => [
    count(fragment.fragment),
    fragment.instance,
    Object.entries(fragment.items)
      .map(([task, number]) => `${count(number)} × ${task}`)
      .join(', '),
    duration(fragment.startSeconds),
    fragment.endSeconds === null ? 'running' : duration(fragment.endSeconds - fragment.startSeconds),
    durationBand(fragment.predictedSeconds),
    count(fragment.safePointSeconds.length),
    fragment.how ?? 'running',
    limitInShort(fragment),
  ]);
  const heads: Head[] = [
    ['Fragment', 'number'],
    ['Instance'],
    ['Items'],
    ['Begun at', 'number'],
    ['Took', 'number'],
    ['Predicted', 'number'],
    ['Safe points', 'number'],
    ['End'],
    ['Why this size'],
  ];
  return markup`<details>
    <summary>${`All ${counted(fragments.length, 'fragment')} as a table`}</summary>
    <div class="card scroll">${table(heads, rows)}${cutNote(fragments.length, MOST_ROWS)}</div>
  </details>`;
}

function instanceTable(instances: readonly ReportedInstance[]): Markup {
  const rows = instances
    .slice(0, MOST_ROWS)
    .map((instance) => [
      instance.instance,
      instance.instanceType,
      instance.where,
      duration(instance.startSeconds),
      instance.endSeconds === null ? 'alive' : duration(instance.endSeconds - instance.startSeconds),
      instance.lifeSeconds === null ? 'no end known' : duration(instance.lifeSeconds),
      instance.reason ?? '',
    ]);
  const heads: Head[] = [
    ['Instance'],
    ['Type'],
    ['Where'],
    ['Begun at', 'number'],
    ['Lived', 'number'],
    ['Lifespan', 'number'],
    ['Why it ended'],
  ];
  return markup`<details>
    <summary>${`All ${counted(instances.length, 'instance')} as a table`}</summary>
    <div class="card scroll">${table(heads, rows)}${cutNote(instances.length, MOST_ROWS)}</div>
  </details>`;
}

function failures({ failures: all }: PageContent): Markup | null {
  if (all.length === 0) return null;
  const shown = all.slice(0, MOST_FAILURES).map(({ task, item, message, attempts, stdout, stderr }) => {
    const output = [stdout, stderr].filter((text) => text.trim() !== '').join('\n');
    const tries = attempts > 1 ? ` (${attempts} tries)` : '';
    return markup`<div class="failure">
      <p><strong>${item === '' ? task : `${task} ${item}`}</strong>: ${message}${tries}</p>
      ${output === '' ? null : markup`<pre>${output}</pre>`}
    </div>`;
  });
  return markup`<h2>Failures</h2>
    <div class="card">${shown}${cutNote(all.length, MOST_FAILURES)}</div>`;
}

type Head = [name: string, kind?: 'number'];

function table(heads: readonly Head[], rows: readonly MarkupValue[][]): Markup {
  const kindOf = (column: number): string => heads[column]?.[1] ?? '';
  return markup`<table>
    <thead>
      <tr>
        ${heads.map(([name, kind]) => markup`<th scope="col" class="${kind ?? ''}">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          markup`<tr>
            ${row.map((cell, column) => markup`<td class="${kindOf(column)}">${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

const cutNote = (total: number, most: number): Markup | null =>
  total <= most
    ? null
    : markup`<p class="note">${`The first ${count(most)} of ${count(total)}; morsel report --json has all of them.`}</p>`;
