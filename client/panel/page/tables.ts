/** The picture as tables: the same content, for screen readers and for who wants numbers. */
import { t } from '@vscode/l10n';
import { partsInWords, predictedInWords } from '../../../drawing/describe.ts';
import type { Picture, PictureFragment } from '../../../drawing/picture.ts';
import { about, fragments, listed } from '../../../l10n/words.ts';
import { html, type Html } from '../html.ts';
import { taskButton } from './legend.ts';

/** So many rows at once: more are there at a press of a button. */
export const ROWS = 500;

export function writeTables(picture: Picture, rows = ROWS): Html {
  return html`<h2 id="tasks-title">${t('Tasks')}</h2>
    ${taskTable(picture)}
    <h2 id="fragments-title">${t('Fragments')}</h2>
    ${fragmentTable(picture, rows)}`;
}

function taskTable(picture: Picture): Html {
  const { columns, rows } = picture.taskTable;
  const known = new Map(picture.tasks.map((task) => [task.task, task]));
  const waits = picture.tasks.some(({ after }) => after !== null && after.length > 0);
  return html`<table aria-labelledby="tasks-title">
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}${waits ? html`<th scope="col">${t('Waits for')}</th>` : html``}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([task = '', ...cells]) =>
          html`<tr>
            <th scope="row">${taskButton(picture, task)}</th>
            ${cells.map((cell) => html`<td>${cell}</td>`)}${waits ? html`<td>${waitsInWords(known.get(task)?.after ?? [])}</td>` : html``}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const waitsInWords = (after: { task: string; on: 'item' | 'all' }[]): string =>
  listed(after.map(({ task, on }) => (on === 'item' ? t('{0}, item by item', task) : t('all of {0}', task))));

function fragmentTable(picture: Picture, most: number): Html {
  const hasPredictions = picture.fragments.some(({ predictedEndSeconds }) => predictedEndSeconds !== null);
  const shown = picture.fragments.slice(0, most);
  const rest = picture.fragments.length - shown.length;
  const columns = [t('Fragment'), t('Instance'), t('Items'), t('From'), t('To'), t('Takes')];
  if (hasPredictions) columns.push(t('Predicted'));
  columns.push(t('Safe points'), t('Ends'));
  if (hasPredictions) columns.push(t('Why this size'));
  return html`<table aria-labelledby="fragments-title">
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map((fragment) => fragmentRow(fragment, hasPredictions))}
      </tbody>
    </table>
    ${rest === 0 ? html`` : html`<button type="button" id="more-rows">${t('Show more: {0}', fragments(rest))}</button>`}`;
}

function fragmentRow(fragment: PictureFragment, hasPredictions: boolean): Html {
  const { startSeconds, endSeconds, safePointSeconds, state, why } = fragment;
  return html`<tr>
    <th scope="row">${why === null ? String(fragment.fragment) : fragmentButton(fragment.fragment)}</th>
    <td>${fragment.instance}</td>
    <td>${partsInWords(fragment)}</td>
    <td>${about(startSeconds)}</td>
    <td>${about(endSeconds)}</td>
    <td>${about(endSeconds - startSeconds)}</td>
    ${hasPredictions ? html`<td>${predictedInWords(fragment)}</td>` : html``}
    <td>${safePointSeconds.length}</td>
    <td>${state}</td>
    ${hasPredictions ? html`<td>${why ?? ''}</td>` : html``}
  </tr>`;
}

/** Leads to the explanation of a fragment. */
const fragmentButton = (fragment: number): Html =>
  html`<button type="button" class="link" data-fragment="${fragment}" title="${t('Explain fragment {0}', fragment)}">
    ${fragment}
  </button>`;
