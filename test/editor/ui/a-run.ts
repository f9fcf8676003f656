import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EditorWindow } from '../harness/window.ts';
import { expand, rowBelow, runRow } from './runs-view.ts';

/** A job without and one with a failing item, from the palette to the Runs view and the list of problems. */
export async function runToTheEnd(window: EditorWindow, workspace: string): Promise<void> {
  await window.openFile('words.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.openRunsView();
  await window.waitForText('No job was run in this folder yet', '.sidebar');
  await window.runCommand('Morsel: Run Job');
  const words = runRow(window, 'words', 'done');
  await words.waitFor();
  await expand(words);
  await rowBelow(window, /total.*1 item/).waitFor();
  await expand(rowBelow(window, 'Fragments'));
  await rowBelow(window, 'Fragment 1').waitFor();
  assert.ok(existsSync(join(workspace, 'total.txt')));
  await window.waitForProgressToEnd('words');
  assert.deepEqual(await window.notifications(), [], 'a run that succeeds while one looks on needs no message');
  await expand(words);

  await window.openFile('failing.morsel');
  await window.runCommand('Morsel: Run Job');
  const failing = runRow(window, 'failing', 'failed items');
  await failing.waitFor();
  await window.waitForText('failing ended: 5 of 6 items, 1 failed', '.notifications-toasts');
  await expand(failing);
  await expand(rowBelow(window, /check.*1 failed/));
  await rowBelow(window, 'exited with 3').click();
  await window.waitForText('four is not welcome', '.editor-instance');
  await window.waitForText('Morsel Log', '.statusbar');
  await window.openFile('failing.morsel');
  await window.page.locator('.squiggly-error').first().waitFor();
  // Only what failed is run again.
  writeFileSync(join(workspace, 'four-may-come'), '');
  await failing.hover();
  await failing.getByRole('button', { name: 'Run Failed Items Again' }).click();
  await runRow(window, 'failing', /done.*6 items/).waitFor();
  await window.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
}

export async function newJob(window: EditorWindow): Promise<void> {
  await window.runCommand('Morsel: New Job File');
  const input = window.page.locator('.quick-input-widget input').first();
  await input.fill('first-job');
  await window.page.keyboard.press('Enter');
  await window.page.locator('.tab.active[data-resource-name="first-job.morsel"]').first().waitFor();
  await window.waitForText('finishes in', '.monaco-editor');
  assert.equal(
    await window.page.locator('.squiggly-error, .squiggly-warning').count(),
    0,
    'the new job has no problems',
  );
  await window.openRunsView();
  await window.runCommand('Morsel: Run Job');
  await runRow(window, 'first-job', /done.*4 items/).waitFor();
}
