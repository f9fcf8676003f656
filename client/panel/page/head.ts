/** Title, facts, and what is to be said above the picture. */
import { t } from '@vscode/l10n';
import type { Fact, Picture } from '../../../drawing/picture.ts';
import { html, type Html } from '../html.ts';

export function writeHead({ title, facts, notes }: Picture, problem: string | null): Html {
  const all = problem === null ? notes : [lastGood(problem), ...notes];
  return html`<h1>${title}</h1>
    <dl class="facts">${facts.map(writeFact)}</dl>
    ${all.map(({ kind, text }) => html`<p class="note ${kind}">${noteWord(kind)}${text}</p>`)}`;
}

/** Where there is no picture at all. */
export const writeMessage = (text: string): Html => html`<p class="note info">${text}</p>`;

const writeFact = ({ label, value, was }: Fact): Html =>
  html`<div>
    <dt>${label}</dt>
    <dd>${value}${was === undefined ? html`` : html` <span class="was">${t('was {0}', was)}</span>`}</dd>
  </div>`;

function noteWord(kind: Picture['notes'][number]['kind']): string {
  if (kind === 'error') return `${t('Error')}: `;
  return kind === 'warning' ? `${t('Warning')}: ` : '';
}

const lastGood = (problem: string): Picture['notes'][number] => ({
  kind: 'info',
  text: `${problem} ${t('This is the last good picture.')}`,
});
