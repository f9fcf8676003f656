/**
 * `npm run bench:editor`: what the extension weighs, how long its activation takes in a real editor, how soon its server is
 * ready and what it holds, and how smooth the panel is with a plan of 10,000 fragments: the very page of the panel, in Chromium, zoomed in and out by the wheel.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { pageHtml } from '../client/panel/page-html.ts';
import type { ToPage } from '../client/panel/page/messages.ts';
import { planPicture } from '../drawing/plan-picture.ts';
import { planOf } from '../test/drawing/plans.ts';
import { measureInTheEditor } from './editor/in-the-editor.ts';
import { BROWSER_ARGS, CHROMIUM } from '../test/editor/harness/window.ts';
import { LspClient, removeWorkspace, workspace } from '../test/server/lsp-client.ts';

const FRAGMENTS = 10_000;
const INSTANCES = 50;
const FRAMES = 120;
const STARTS = 5;

type Row = [what: string, figure: string, bound: string];

function vsixSize(): Row {
  const { name, version }: { name: string; version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  const megabytes = statSync(`${name}-${version}.vsix`).size / 1e6;
  return ['the packaged extension', `${megabytes.toFixed(2)} MB`, 'under 2 MB'];
}

/** A server process of its own each time, from its start to its first answer and to the first diagnostics. */
async function serverStart(): Promise<Row[]> {
  const folder = workspace({ 'job.morsel': '' });
  const [ready, told]: [number[], number[]] = [[], []];
  for (let start = 0; start < STARTS; start++) {
    const begun = performance.now();
    const client = await LspClient.start({ folders: [folder], server: 'dist/server/main.js' });
    ready.push(performance.now() - begun);
    const uri = await client.open(join(folder, 'job.morsel'), 'job a { task t { run "true" } }\n');
    await client.diagnostics(uri);
    told.push(performance.now() - begun);
    await client.shutdown();
  }
  removeWorkspace(folder);
  return [
    ['from the start of the server to its first answer, p50', milliseconds(at(ready, 0.5)), 'under 500 ms'],
    ['to the first diagnostics, p50', milliseconds(at(told, 0.5)), ''],
  ];
}

async function inTheEditor(): Promise<Row[]> {
  if (!existsSync(CHROMIUM)) return [['activation in the editor', 'no Chromium here', '']];
  const { activationMs, serverMegabytes } = await measureInTheEditor();
  return [
    ['activation in the editor, code loaded and run', milliseconds(activationMs), 'under 100 ms'],
    ['memory of the server with a planned job', serverMegabytes === null ? '' : `${serverMegabytes.toFixed(0)} MB`, ''],
  ];
}

async function panelFrames(): Promise<Row[]> {
  if (!existsSync(CHROMIUM)) return [[`frames of the panel`, 'no Chromium here', '']];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 720 } });
    await page.setContent(emptyPage());
    await page.addScriptTag({ content: API });
    await page.addScriptTag({ path: 'dist/client/panel/panel.js' });
    const drawn = await page.evaluate<number>(`(${draw})(${JSON.stringify(content())})`);
    const frames = await page.evaluate<number[]>(`(${zoom})(${FRAMES})`);
    const title = `${FRAGMENTS.toLocaleString('en')} fragments`;
    return [
      [`${title} sent to the page until they are seen`, milliseconds(drawn), ''],
      [`${title}, a frame while zooming, p50`, milliseconds(at(frames, 0.5)), '16.7 ms is the screen’s own pace'],
      [`${title}, a frame while zooming, p95`, milliseconds(at(frames, 0.95)), ''],
    ];
  } finally {
    await browser.close();
  }
}

/** The page as the panel has it; its policy is for VS Code, and its script comes by itself. */
function emptyPage(): string {
  const css = readFileSync('dist/client/panel/panel.css', 'utf8');
  return pageHtml({ cspSource: '', nonce: '', scriptUri: '', styleUri: '', language: 'en', messages: {} })
    .replace(/<meta http-equiv[^>]*>/, '')
    .replace(/<link[^>]*>/, () => `<style>${css}</style>`)
    .replace(/<script[^>]*><\/script>/, '');
}

const API = 'window.acquireVsCodeApi = () => ({ postMessage() {}, getState() {}, setState() {} });';

function content(): ToPage {
  const picture = planPicture(planOf({ tasks: ['resize', 'total'], fragments: FRAGMENTS, instances: INSTANCES }));
  return { type: 'content', picture, problem: null, explanation: null, whatIf: null, state: {} };
}

/** What runs in the page, as text: this program has no document. */
const draw = `async (content) => {
  const begun = performance.now();
  window.postMessage(content, '*');
  while (document.body.dataset.drawn === undefined) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}`;

const zoom = `async (count) => {
  const box = document.querySelector('#timeline .window');
  const { left, top } = box.getBoundingClientRect();
  const frames = [];
  for (let frame = 0; frame < count; frame++) {
    const begun = performance.now();
    const deltaY = frame < count / 2 ? -40 : 40;
    const place = { clientX: left + 300, clientY: top + 100, ctrlKey: true, bubbles: true, cancelable: true };
    box.dispatchEvent(new WheelEvent('wheel', { ...place, deltaY }));
    await new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 0)));
    frames.push(performance.now() - begun);
  }
  return frames;
}`;

function at(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(share * times.length)]!;
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

const rows: Row[] = [vsixSize(), ...(await inTheEditor()), ...(await serverStart()), ...(await panelFrames())];
// oxlint-disable-next-line no-console -- the table is what this program is for
console.table(rows.map(([what, figure, bound]) => ({ what, figure, bound })));
// code-server's own handles would keep this program.
process.exit(0);
