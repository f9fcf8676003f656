/** `npm run screenshots`: the pictures of the README, taken in the real editor, into docs/images. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { freshWorkspace, root } from './harness/paths.ts';
import { type ServerOptions, startServer } from './harness/server.ts';
import { type EditorWindow, openWindow } from './harness/window.ts';
import { packagedExtension } from './ui/packaged-extension.ts';
import { expand, rowBelow, runRow } from './ui/runs-view.ts';

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 800, height: 720 };
const folder = join(root, 'docs/images');
const only = process.argv[2];

interface Picture {
  name: string;
  size: typeof WIDE;
  theme: NonNullable<ServerOptions['theme']>;
  show: (window: EditorWindow) => Promise<void>;
}

const pictures: Picture[] = [
  { name: 'editor-dark', size: WIDE, theme: 'dark', show: showEditor },
  { name: 'run-dark', size: WIDE, theme: 'dark', show: showRun },
  { name: 'plan-light', size: WIDE, theme: 'light', show: showPlan },
  { name: 'plan-narrow', size: NARROW, theme: 'dark', show: showPlan },
  { name: 'graph-dark', size: WIDE, theme: 'dark', show: showGraph },
  { name: 'targets-light', size: WIDE, theme: 'light', show: showTargets },
  { name: 'plan-high-contrast', size: WIDE, theme: 'high-contrast', show: showWhatIf },
  { name: 'editor-light', size: WIDE, theme: 'light', show: showEditor },
  { name: 'explain-light', size: WIDE, theme: 'light', show: showExplanation },
  { name: 'log-dark', size: WIDE, theme: 'dark', show: showLog },
  { name: 'run-high-contrast', size: WIDE, theme: 'high-contrast', show: showRun },
];

mkdirSync(folder, { recursive: true });
for (const { name, size, theme, show } of pictures) {
  if (only !== undefined && !name.includes(only)) continue;
  const server = await startServer({
    workspace: workspace(),
    theme,
    vsix: [packagedExtension()],
    settings: { 'editor.minimap.enabled': false },
  });
  const window = await openWindow(server, { size });
  const file = join(folder, `${name}.png`);
  try {
    await show(window);
    await settle(window);
    await window.screenshot(file);
  } finally {
    await window.close();
    await server.stop();
  }
  squeeze(file);
  console.log(file);
}
process.exit(0);

/** The jobs of the tests and of the gallery, with photos that are real enough for a plan. */
function workspace(): string {
  const copy = freshWorkspace();
  cpSync(join(root, 'test/editor/gallery'), copy, { recursive: true });
  for (const name of ['broken', 'failing', 'hosts']) rmSync(join(copy, `${name}.morsel`));
  mkdirSync(join(copy, 'photos'));
  for (let photo = 1; photo <= 300; photo++) {
    writeFileSync(join(copy, `photos/${String(photo).padStart(3, '0')}.jpg`), 'x'.repeat(photo * 40));
  }
  return copy;
}

/** Text with hints and lenses, and a mistake. */
async function showEditor(window: EditorWindow): Promise<void> {
  await open(window, 'gallery.morsel');
  await misspell(window);
  await window.page.locator('.squiggly-error').first().waitFor();
  await window.runCommand('Problems: Focus on Problems View');
  await window.page.locator('.markers-panel .monaco-list-row').nth(1).waitFor();
}

/** Takes a letter from the name of a column. */
async function misspell({ page }: EditorWindow): Promise<void> {
  await page.keyboard.press('Control+G');
  await page.locator('.quick-input-widget input').first().fill(':17:32');
  await page.keyboard.press('Enter');
  await page.locator('.monaco-editor.focused').waitFor();
  await page.keyboard.press('Backspace');
}

/** Has a run of half a minute in progress, open in the Runs view. */
async function beginSlowRun(window: EditorWindow): Promise<void> {
  await open(window, 'slow.morsel');
  await window.openRunsView();
  await window.runCommand('Morsel: Run Job');
  const running = runRow(window, 'slow', /running.*of 400 items/);
  await running.waitFor();
  await expand(running);
}

/** A run in progress in the Runs view, and its picture: predicted and actual. */
async function showRun(window: EditorWindow): Promise<void> {
  await beginSlowRun(window);
  await window.runCommand('Morsel: Show Run');
  await drawn(window.webview());
  await expand(rowBelow(window, 'Fragments'));
  await rowBelow(window, 'Fragment 6').waitFor();
}

/** The picture of a run, and why one of its fragments is as it is. */
async function showExplanation(window: EditorWindow): Promise<void> {
  await open(window, 'words.morsel');
  await window.openRunsView();
  await window.runCommand('Morsel: Run Job');
  const done = runRow(window, 'words', 'done');
  await done.waitFor();
  await done.click();
  await window.runCommand('Morsel: Show Run');
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
  const panel = window.webview();
  await panel.locator('#timeline .window').focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await window.page.keyboard.press(key);
  await panel.locator('#explanation').waitFor();
}

/** What the items of a run printed. */
async function showLog(window: EditorWindow): Promise<void> {
  await beginSlowRun(window);
  const task = rowBelow(window, 'wait');
  await task.hover();
  await task.getByRole('button', { name: 'Show Log of Items' }).click();
  await window.waitForText('Morsel Log', '.statusbar');
}

async function showPlan(window: EditorWindow): Promise<void> {
  await open(window, 'plan.morsel');
  if (window.page.viewportSize()!.width < WIDE.width)
    await window.runCommand('View: Toggle Primary Side Bar Visibility');
  await window.runCommand('Morsel: Preview Fragment Plan');
  await drawn(window.webview());
}

async function showGraph(window: EditorWindow): Promise<void> {
  await showPlan(window);
  await window.webview().getByRole('tab', { name: 'Graph' }).click();
}

async function showTargets(window: EditorWindow): Promise<void> {
  await showPlan(window);
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
  await window.webview().getByRole('tab', { name: 'Targets' }).click();
  await window.webview().getByRole('table', { name: 'Targets compared' }).waitFor();
}

async function showWhatIf(window: EditorWindow): Promise<void> {
  await showPlan(window);
  await window.webview().getByRole('spinbutton', { name: 'Instances' }).fill('6');
  await window.webview().locator('.facts .was').first().waitFor();
}

async function drawn(panel: FrameLocator): Promise<void> {
  await panel.locator('body[data-drawn]').waitFor();
}

/** With hints and lenses: VS Code asks for no lenses while an editor is without the focus. */
async function open(window: EditorWindow, file: string): Promise<void> {
  await window.openFile(file);
  await window.waitForText('finishes in', '.monaco-editor');
  await window.waitForText('Run on…', '.monaco-editor');
}

/** No tooltip stands in the way. */
async function settle({ page }: EditorWindow): Promise<void> {
  await page.mouse.move(0, 0);
  await page.locator('.workbench-hover').first().waitFor({ state: 'hidden' });
}

/** Where pngquant is installed; a larger picture will do too. */
function squeeze(file: string): void {
  try {
    execFileSync('pngquant', ['--force', '--skip-if-larger', '--output', file, '128', file], { stdio: 'ignore' });
  } catch {
    console.log(`${file} was not squeezed: pngquant is not installed, or saves nothing`);
  }
}
