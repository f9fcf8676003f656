/** The panel's page before it is filled. It is loaded once; what it shows comes by messages. */
import { html, type Html } from './html.ts';

export interface PageOptions {
  cspSource: string;
  nonce: string;
  scriptUri: string;
  styleUri: string;
}

/** One script, by its nonce, and one style sheet; no inline style and no handler in the markup. */
export function pageHtml({ cspSource, nonce, scriptUri, styleUri }: PageOptions): string {
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
        <body class="empty">
          <main>
            <header id="head"><p>Planning…</p></header>
            ${WHAT_IF}${BAR}
            <section id="timeline" class="drawing" role="tabpanel" aria-labelledby="timeline-tab">
              <ul id="timeline-legend" class="legend" aria-label="Legend"></ul>
              ${drawing('timeline')}
            </section>
            <section id="graph" class="drawing" role="tabpanel" aria-labelledby="graph-tab">
              <ul id="graph-legend" class="legend" aria-label="Legend"></ul>
              ${drawing('graph of tasks')}
            </section>
            <section id="tables" role="tabpanel" aria-labelledby="tables-tab"></section>
            <section id="targets" role="tabpanel" aria-labelledby="targets-tab"><p>Planning…</p></section>
            <p id="said" class="said" aria-live="polite"></p>
            <section id="explanation" class="explanation" aria-labelledby="explanation-title" hidden></section>
          </main>
          <p id="keys" hidden>
            Arrow keys choose, Enter goes to the source, plus and minus zoom, 0 shows all of it, Escape chooses nothing.
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

const BAR = html`<div class="bar">
  <div id="tabs" role="tablist" aria-label="Views of the plan">
    ${tab('timeline', 'Timeline')}${tab('graph', 'Graph')}${tab('tables', 'Tables')}${tab('targets', 'Targets')}
  </div>
  <div id="tools" class="tools" role="toolbar" aria-label="Picture">
    ${tool('zoom-out', 'Zoom out (-)', '−')}${tool('zoom-in', 'Zoom in (+)', '+')}${tool('fit', 'Show all of it (0)', 'Fit')}
    ${tool('save-svg', 'Save as SVG', 'SVG')}${tool('save-png', 'Save as PNG', 'PNG')}
  </div>
</div>`;

const WHAT_IF = html`<form id="what-if" class="what-if" aria-label="What if" hidden>
  <strong aria-hidden="true">What if</strong>
  <label
    >Target
    <select name="target"></select
  ></label>
  <label>Instances <input name="instances" type="number" min="1" max="100000" step="1" /></label>
  <label>Lifespan <input name="lifespan" type="number" min="0.001" step="any" /></label>
  <select name="unit" aria-label="Unit of the lifespan">
    <option value="s">s</option>
    <option value="min">min</option>
    <option value="h">h</option>
    <option value="d">d</option>
    <option value="none">no end</option>
  </select>
  <button type="button" name="reset" title="Back to what the file says" disabled>Reset</button>
  <button type="submit" name="apply" class="primary" title="Write it into the job file" disabled>Apply to File</button>
</form>`;
