/** What colours and lines mean. The tasks in it lead to the job file. */
import { t } from '@vscode/l10n';
import { type Picture, startsUp } from '../../../drawing/picture.ts';
import { html, type Html } from '../html.ts';

export const TASK_COLOURS = 6;

/** The colour of a task: the same class in the legend and in the tables, by its position in the job. */
export const taskClass = (picture: Picture, task: string): string => {
  const position = picture.tasks.findIndex((each) => each.task === task);
  return `task${Math.max(0, position) % TASK_COLOURS}`;
};

/** Leads to the task in the job file. */
export const taskButton = (picture: Picture, task: string): Html =>
  html`<button type="button" class="link" data-task="${task}" title="${t('Show {0} in the job file', task)}">
    <span class="swatch ${taskClass(picture, task)}"></span>${task}
  </button>`;

export function writeTimelineLegend(picture: Picture): Html {
  const hasPredictions = picture.fragments.some(({ predictedEndSeconds }) => predictedEndSeconds !== null);
  return html`${picture.tasks.map(({ task }) => html`<li>${taskButton(picture, task)}</li>`)}
    <li><span class="swatch safe-point-swatch"></span>${t('safe point')}</li>
    ${picture.instances.some(startsUp) ? html`<li><span class="swatch startup-swatch"></span>${t('starting up')}</li>` : html``}
    <li><span class="swatch idle-swatch"></span>${t('idle')}</li>
    ${picture.finishSeconds === null ? html`` : html`<li><span class="swatch finish-swatch"></span>${t('predicted finish')}</li>`}
    ${hasPredictions ? html`<li><span class="swatch predicted-swatch"></span>${t('predicted, below each fragment')}</li>` : html``}`;
}

export function writeGraphLegend({ criticalPath }: Picture): Html {
  return html`<li><span class="swatch item-swatch"></span>${t('waits item by item')}</li>
    <li><span class="swatch all-swatch"></span>${t('waits for all items')}</li>
    ${criticalPath.length === 0 ? html`` : html`<li><span class="swatch critical-swatch"></span>${t('critical path')}</li>`}`;
}
