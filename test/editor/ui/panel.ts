import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import type { EditorWindow } from '../harness/window.ts';

/** Below the axis and the name of the instance, in px. */
const IN_FIRST_BAR = 48;

/** The panel beside the editor, while one types. */
export async function livePlan(window: EditorWindow): Promise<void> {
  const { page } = window;
  const panel = await openPanel(window);

  // A click on a fragment leads to its task.
  const { width } = (await panel.locator('#timeline canvas').boundingBox())!;
  await panel.locator('#timeline canvas').click({ position: { x: width / 6, y: IN_FIRST_BAR } });
  await panel
    .locator('#said')
    .getByText(/^Fragment \d+ on i1: .*count: \d item/)
    .waitFor();
  await panel.locator('body[data-marked="count"]').waitFor();

  await panel.getByRole('button', { name: 'total' }).click();
  // The task's name is selected now, so what is typed renames it.
  await window.waitForText('(5 selected)', '.statusbar');
  await page.locator('.monaco-editor.focused').waitFor();
  // The cursor is in that task, and the drawing points it out.
  await panel.locator('body[data-marked="total"]').waitFor();
  await page.keyboard.type('summary');
  await panel.getByRole('button', { name: 'summary' }).waitFor();

  // Broken: the last good plan stays, and says so.
  await page.keyboard.type(' {{{');
  await panel.getByText('its last good text').waitFor();
  await panel.getByRole('button', { name: 'summary' }).waitFor();
}

/** Both drawings and the tables by keyboard; what is chosen is said, and Enter goes to the text. */
export async function panelByKeyboard(window: EditorWindow): Promise<void> {
  const { page } = window;
  const panel = await openPanel(window);
  await panel.getByRole('tab', { name: 'Timeline' }).focus();
  await page.keyboard.press('ArrowRight');
  await panel.getByRole('tab', { name: 'Graph', selected: true }).waitFor();
  const graph = panel.locator('#graph .window');
  await graph.focus();
  for (const key of ['ArrowRight', 'ArrowRight', '+', '0']) await page.keyboard.press(key);
  await panel
    .locator('#said')
    .getByText(/^total, .*waits for all of count, on the critical path/)
    .waitFor();
  await page.keyboard.press('Enter');
  await window.waitForText('(5 selected)', '.statusbar');

  await panel.getByRole('tab', { name: 'Tables' }).click();
  await panel
    .getByRole('table', { name: 'Fragments' })
    .getByRole('row', { name: /count × \d/ })
    .first()
    .waitFor();
  // What was looked at last is there again after a reload.
  await window.reloadByCommand();
  await window.webview().getByRole('tab', { name: 'Tables', selected: true }).waitFor();
  await window.webview().getByRole('table', { name: 'Tasks' }).waitFor();
}

/** What is tried changes the plan; the file only when it is applied. */
export async function whatIf(window: EditorWindow): Promise<void> {
  const panel = await openPanel(window);
  const form = panel.getByRole('form', { name: 'What if' });
  const apply = form.getByRole('button', { name: 'Apply to File' });
  assert.ok(await apply.isDisabled(), 'there is nothing to apply yet');
  await form.getByRole('spinbutton', { name: 'Instances' }).fill('3');
  await panel.locator('.facts').getByText(/was /).first().waitFor();
  await form.getByLabel('Unit of the lifespan').selectOption('no end');
  await apply.click();
  await window.waitForText('instances 3', '.monaco-editor .view-lines');
  await panel.locator('.facts .was').first().waitFor({ state: 'detached' });
  assert.ok(await apply.isDisabled(), 'what was applied is what the file says');

  await panel.getByRole('tab', { name: 'Targets' }).click();
  const table = panel.getByRole('table', { name: 'Targets compared' });
  await table.getByRole('row', { name: /laptop.*named by the job.* shown/ }).waitFor();
  await table
    .getByRole('row', { name: /^local/ })
    .getByRole('button', { name: 'Show' })
    .click();
  await panel.getByRole('heading', { name: 'words on local' }).waitFor();
  await form.getByRole('button', { name: 'Reset' }).click();
  await panel.getByRole('heading', { name: 'words on laptop' }).waitFor();
}

async function openPanel(window: EditorWindow): Promise<FrameLocator> {
  await window.openFile('words.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.runCommand('Morsel: Preview Fragment Plan');
  const panel = window.webview();
  await panel.getByRole('heading', { name: 'words on laptop' }).waitFor();
  await panel.locator('body[data-drawn^="Timeline of words on laptop"]').waitFor();
  await panel.getByRole('button', { name: 'total' }).first().waitFor();
  return panel;
}
