import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshWorkspace } from '../harness/paths.ts';
import { startServer } from '../harness/server.ts';
import { type EditorWindow, openWindow } from '../harness/window.ts';

/** Of what the page said, so much is told when it fails. */
const MOST_LINES = 60;

/** The extension in the extension host of a browser, with its server in a worker: what vscode.dev runs. */
export async function inBrowser(): Promise<void> {
  const workspace = freshWorkspace();
  writeFileSync(join(workspace, 'shared.morsel'), 'target elsewhere local { instances 3  lifespan 1 h }\n');
  writeFileSync(
    join(workspace, 'written.morsel'),
    'import "shared.morsel"\n\njob written on elsewhere {\n  input seeds = 1..200\n\n  task draw for seed in seeds {\n    run "echo {seed}"\n    estimate 2 s\n  }\n}\n',
  );
  const server = await startServer({ workspace });
  const said: string[] = [];
  const window = await openWindow(server, { web: true, onConsole: (type, text) => said.push(`${type}: ${text}`) });
  try {
    // Its import is read through the client, and its items stand in the text.
    await window.openFile('written.morsel');
    if (!(await isKnown(window))) {
      await window.reload();
      await window.openFile('written.morsel');
    }
    await window.waitForText('finishes in', '.monaco-editor');
    await window.waitForText('on elsewhere', '.monaco-editor');
    assert.equal(await window.page.locator('.squiggly-error').count(), 0);
    await window.waitForText(/^Plan$/, '.codelens-decoration');
    assert.equal(await window.page.locator('.codelens-decoration').getByText('Run').count(), 0);
    await window.runCommand('Morsel: Preview Fragment Plan');
    const panel = window.webview();
    await panel.getByRole('heading', { name: 'written on elsewhere' }).waitFor();
    await panel.locator('body[data-drawn^="Timeline of written on elsewhere"]').waitFor();
    assert.equal(await window.page.locator('.activitybar a[aria-label^="Morsel"]').count(), 0);

    // Inputs in files are not read here, and the plan says so.
    await window.openFile('words.morsel');
    await window.page.locator('.squiggly-warning').first().waitFor();
    await window.runCommand('Problems: Focus on Problems View');
    await window.waitForText('are in files, which cannot be read here', '.markers-panel');

    await window.runCommand('Morsel: Restart Language Server');
    await window.openFile('broken.morsel');
    await window.page.locator('.squiggly-error').first().waitFor();
  } catch (error) {
    const picture = 'test-results/in-browser.png';
    await window.screenshot(picture);
    const last = said.slice(-MOST_LINES).join('\n');
    throw new Error(`${String(error)}\nseen at the end: ${picture}\n--- console\n${last}\n${server.logs()}`, {
      cause: error,
    });
  } finally {
    await window.close();
    await server.stop();
  }
}

/**
 * False if the workbench came up without the extension at all, not even its language: now and then it passes over what it is
 * to fetch from a server, and does not try again until it is loaded anew.
 */
function isKnown({ page }: EditorWindow): Promise<boolean> {
  const mode = page.locator('[id="status.editor.mode"]').getByText('Morsel');
  return mode.waitFor({ timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}
