import type { EditorWindow } from '../harness/window.ts';
import { runRow } from './runs-view.ts';

/** A fragment in the picture of a run explains itself, by mouse and by keyboard; its task says how it fared. */
export async function explained(window: EditorWindow): Promise<void> {
  const { page } = window;
  await window.openFile('words.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.openRunsView();
  await window.runCommand('Morsel: Run Job');
  const done = runRow(window, 'words', 'done');
  await done.waitFor();
  await done.click();
  await window.runCommand('Morsel: Show Run');
  const panel = window.webview();
  // By keyboard in the drawing, …
  const timeline = panel.locator('#timeline .window');
  await timeline.focus();
  await page.keyboard.press('ArrowRight');
  await panel
    .locator('#said')
    .getByText(/^Fragment \d+ on laptop-\d+/)
    .waitFor();
  await page.keyboard.press('Enter');
  await panel.getByRole('heading', { name: /^Fragment \d+ on laptop-\d+$/ }).waitFor();
  const explanation = panel.locator('#explanation');
  await explanation.getByText('Why this size', { exact: true }).waitFor();
  await explanation.getByText('as the job file says').first().waitFor();
  await panel.getByRole('button', { name: 'Close' }).click();
  await explanation.waitFor({ state: 'hidden' });

  // … and in the table.
  await panel.getByRole('tab', { name: 'Tables' }).click();
  await panel.locator('button[data-fragment="1"]').focus();
  await page.keyboard.press('Enter');
  await panel.getByRole('heading', { name: /^Fragment 1 on/ }).waitFor();

  await hoverTask(window, 'count');
  await window.waitForText('Last run', '.monaco-hover');
  await window.waitForText('was expected', '.monaco-hover');
}

/** Rests on the name of a task in the text. */
export async function hoverTask({ page }: EditorWindow, task: string): Promise<void> {
  const name = page.locator('.view-line').filter({ hasText: `task` }).getByText(task, { exact: true }).first();
  await name.hover();
  await page.locator('.monaco-hover:not(.hidden)').first().waitFor();
}
