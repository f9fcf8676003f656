import { t } from '@vscode/l10n';
import { html, type Html } from '../html.ts';
import type { ExplanationText } from './messages.ts';

/** Why a fragment of a run has its size, as the server says it. */
export function writeExplanation({ title, sections }: ExplanationText): Html {
  return html`<h2 id="explanation-title" tabindex="-1">${title}</h2>
    <button type="button" data-fragment="" title="${t('Close')}">${t('Close')}</button>
    <dl>
      ${sections.map(
        (section) =>
          html`<div>
            <dt>${section.title}</dt>
            ${section.lines.map((line) => html`<dd class="${line.startsWith(' ') ? 'more' : ''}">${line.trim()}</dd>`)}
          </div>`,
      )}
    </dl>`;
}
