/** The content of the panel, and the page that holds it. */
import { about, aboutBand, count, counted } from '../../scheduler/words.ts';
import type { Explanation } from '../../server/protocol.ts';
import { drawTimeline, taskClass } from './draw-timeline.ts';
import { html, type Html } from './html.ts';
import type { Picture, PictureFragment } from './picture.ts';

/** A table row too many makes the panel slow; the picture has them all. */
const MOST_ROWS = 1000;

/** @param explanation of a fragment that the user has chosen */
export function drawPicture(picture: Picture, explanation: Explanation | null = null): Html {
  return html`<h1>${picture.title}</h1>
    <dl class="facts">
      ${picture.facts.map(
        ({ label, value }) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${picture.notes.map(({ kind, text }) => html`<p class="note ${kind}">${NOTE_WORD[kind]}${text}</p>`)}
    <ul class="legend" aria-label="Colours of tasks">
      ${picture.tasks.map((task) => html`<li><span class="swatch ${taskClass(picture, task)}"></span>${task}</li>`)}
      <li><span class="swatch safe-point-swatch"></span>safe point</li>
      <li><span class="swatch finish-swatch"></span>predicted finish</li>
      ${
        hasPredictions(picture)
          ? html`<li><span class="swatch predicted-swatch"></span>predicted, below each fragment</li>`
          : html``
      }
    </ul>
    ${drawTimeline(picture)}${explanation === null ? html`` : drawExplanation(explanation)}
    <h2>Tasks</h2>
    ${drawTaskTable(picture)}
    <h2>Fragments</h2>
    ${drawFragmentTable(picture)}`;
}

export function drawMessage(text: string): Html {
  return html`<p class="note info">${text}</p>`;
}

const NOTE_WORD = { error: 'Error: ', warning: 'Warning: ', info: '' };

const hasPredictions = ({ fragments }: Picture): boolean =>
  fragments.some(({ predictedEndSeconds }) => predictedEndSeconds !== null);

function drawExplanation({ title, sections }: Explanation): Html {
  return html`<section id="explanation" class="explanation" aria-labelledby="explanation-title">
    <h2 id="explanation-title" tabindex="-1">${title}</h2>
    <button type="button" data-fragment="" title="Close">Close</button>
    <dl>
      ${sections.map(
        (section) =>
          html`<div>
            <dt>${section.title}</dt>
            ${section.lines.map((line) => html`<dd class="${line.startsWith(' ') ? 'more' : ''}">${line.trim()}</dd>`)}
          </div>`,
      )}
    </dl>
  </section>`;
}

function drawTaskTable(picture: Picture): Html {
  const { columns, rows } = picture.taskTable;
  return html`<table>
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([task = '', ...cells]) =>
          html`<tr>
            <th scope="row">${taskButton(picture, task)}</th>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Leads to the task in the job file. */
const taskButton = (picture: Picture, task: string): Html =>
  html`<button type="button" data-task="${task}" title="Show ${task} in the job file">
    <span class="swatch ${taskClass(picture, task)}"></span>${task}
  </button>`;

function drawFragmentTable(picture: Picture): Html {
  const withPrediction = hasPredictions(picture);
  const rows = picture.fragments.slice(0, MOST_ROWS).map((fragment) => fragmentRow(fragment, withPrediction));
  const rest = picture.fragments.length - rows.length;
  return html`<table>
      <thead>
        <tr>
          <th scope="col">Fragment</th>
          <th scope="col">Instance</th>
          <th scope="col">Items</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">Takes</th>
          ${withPrediction ? html`<th scope="col">Predicted</th>` : html``}
          <th scope="col">Safe points</th>
          <th scope="col">Ends</th>
          ${withPrediction ? html`<th scope="col">Why this size</th>` : html``}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${rest > 0 ? html`<p class="more">${counted(rest, 'more fragment')} not listed.</p>` : html``}`;
}

function fragmentRow(fragment: PictureFragment, withPrediction: boolean): Html {
  const { startSeconds, endSeconds, predictedEndSeconds } = fragment;
  const items = fragment.parts.map(({ task, items: number }) => `${task} × ${count(number)}`).join(', ');
  return html`<tr>
    <th scope="row">${fragment.why === null ? String(fragment.fragment) : fragmentButton(fragment.fragment)}</th>
    <td>${fragment.instance}</td>
    <td>${items}</td>
    <td>${about(startSeconds)}</td>
    <td>${about(endSeconds)}</td>
    <td>${about(endSeconds - startSeconds)}</td>
    ${
      withPrediction
        ? html`<td>${predictedEndSeconds === null ? '' : predictedText(fragment, predictedEndSeconds)}</td>`
        : html``
    }
    <td>${fragment.safePointSeconds.length}</td>
    <td>${fragment.state}</td>
    ${withPrediction ? html`<td>${fragment.why ?? ''}</td>` : html``}
  </tr>`;
}

/** Leads to the explanation of a fragment. */
const fragmentButton = (fragment: number): Html =>
  html`<button type="button" data-fragment="${fragment}" title="Explain fragment ${fragment}">${fragment}</button>`;

function predictedText(
  { startSeconds }: PictureFragment,
  end: NonNullable<PictureFragment['predictedEndSeconds']>,
): string {
  return aboutBand({
    low: end.low - startSeconds,
    expected: end.expected - startSeconds,
    high: end.high - startSeconds,
  });
}

export interface PageOptions {
  cspSource: string;
  nonce: string;
  scriptUri: string;
  styleUri: string;
}

/** The page is loaded once; its content comes by messages, so that place and focus stay. */
export function drawPage({ cspSource, nonce, scriptUri, styleUri }: PageOptions): string {
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'`;
  return String(
    html`<!DOCTYPE html>
      <html lang="en">
        <head>
          <meta charset="UTF-8" />
          <meta http-equiv="Content-Security-Policy" content="${policy}" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <link rel="stylesheet" href="${styleUri}" />
          <title>Morsel</title>
        </head>
        <body>
          <main id="content" aria-live="off"><p>Planning…</p></main>
          <script nonce="${nonce}" src="${scriptUri}"></script>
        </body>
      </html>`,
  );
}
