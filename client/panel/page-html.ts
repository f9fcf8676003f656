/** The panel's page before it is filled. It is loaded once; what it shows comes by messages. */
import { t } from '@vscode/l10n';
import type { Messages } from '../../l10n/words.ts';
import { html, type Html } from './html.ts';

export interface PageOptions {
  cspSource: string;
  nonce: string;
  scriptUri: string;
  styleUri: string;
  /** As HTML has it: `en`, `de`. */
  language: string;
  /** What the page says in that language; none for English. */
  messages: Messages;
}

/** One script, by its nonce, and one style sheet; no inline style and no handler in the markup. */
export function pageHtml({ cspSource, nonce, scriptUri, styleUri, language, messages }: PageOptions): string {
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'`;
  return String(
    html`<!DOCTYPE html>
      <html lang="${language}">
        <head>
          <meta charset="UTF-8" />
          <meta http-equiv="Content-Security-Policy" content="${policy}" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <link rel="stylesheet" href="${styleUri}" />
          <title>Morsel</title>
        </head>
        <body class="empty" data-messages="${JSON.stringify(messages)}">
          <main>
            <header id="head"><p>${t('Planning…')}</p></header>
            ${whatIf()}${bar()}
            <section id="timeline" class="drawing" role="tabpanel" aria-labelledby="timeline-tab">
              <ul id="timeline-legend" class="legend" aria-label="${t('Legend')}"></ul>
              ${drawing(t('timeline'))}
            </section>
            <section id="graph" class="drawing" role="tabpanel" aria-labelledby="graph-tab">
              <ul id="graph-legend" class="legend" aria-label="${t('Legend')}"></ul>
              ${drawing(t('graph of tasks'))}
            </section>
            <section id="tables" role="tabpanel" aria-labelledby="tables-tab"></section>
            <section id="targets" role="tabpanel" aria-labelledby="targets-tab"><p>${t('Planning…')}</p></section>
            <p id="said" class="said" aria-live="polite"></p>
            <section id="explanation" class="explanation" aria-labelledby="explanation-title" hidden></section>
          </main>
          <p id="keys" hidden>
            ${t('Arrow keys choose, Enter goes to the source, plus and minus zoom, 0 shows all of it, Escape chooses nothing.')}
          </p>
          <div id="tooltip" class="tooltip" aria-hidden="true" hidden></div>
          <script nonce="${nonce}" src="${scriptUri}"></script>
        </body>
      </html>`,
  );
}

/** Has the focus, and says what is chosen; what is on the canvas is in the tables too. */
const drawing = (what: string): Html =>
  html`<div class="window" tabindex="0" role="application" aria-roledescription="${what}" aria-describedby="keys">
    <div class="sizer"><canvas aria-hidden="true"></canvas></div>
  </div>`;

const tab = (id: string, title: string): Html =>
  html`<button type="button" role="tab" id="${id}-tab" aria-controls="${id}" aria-selected="false">${title}</button>`;

const tool = (name: string, title: string, text: string): Html =>
  html`<button type="button" data-tool="${name}" title="${title}" aria-label="${title}">${text}</button>`;

const bar = (): Html =>
  html`<div class="bar">
    <div id="tabs" role="tablist" aria-label="${t('Views of the plan')}">
      ${tab('timeline', t('Timeline'))}${tab('graph', t('Graph'))}${tab('tables', t('Tables'))}${tab('targets', t('Targets'))}
    </div>
    <div id="tools" class="tools" role="toolbar" aria-label="${t('Picture')}">
      ${tool('zoom-out', t('Zoom out (-)'), '−')}${tool('zoom-in', t('Zoom in (+)'), '+')}${tool('fit', t('Show all of it (0)'), t('Fit'))}
      ${tool('save-svg', t('Save as SVG'), 'SVG')}${tool('save-png', t('Save as PNG'), 'PNG')}
    </div>
  </div>`;

const whatIf = (): Html =>
  html`<form id="what-if" class="what-if" aria-label="${t('What if')}" hidden>
    <strong aria-hidden="true">${t('What if')}</strong>
    <label
      >${t('Target')}
      <select name="target"></select
    ></label>
    <label>${t('Instances')} <input name="instances" type="number" min="1" max="100000" step="1" /></label>
    <label>${t('Lifespan')} <input name="lifespan" type="number" min="0.001" step="any" /></label>
    <select name="unit" aria-label="${t('Unit of the lifespan')}">
      <option value="s">s</option>
      <option value="min">min</option>
      <option value="h">h</option>
      <option value="d">d</option>
      <option value="none">${t('no end')}</option>
    </select>
    <button type="button" name="reset" title="${t('Back to what the file says')}" disabled>${t('Reset')}</button>
    <button type="submit" name="apply" class="primary" title="${t('Write it into the job file')}" disabled>
      ${t('Apply to File')}
    </button>
  </form>`;
