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
  await panel.locator('svg .fragment .bar').first().click();
  await panel.getByRole('heading', { name: /^Fragment \d+ on laptop-\d+$/ }).waitFor();
  await panel.getByText('Why this size', { exact: true }).first().waitFor();
  await panel.getByText('as the job file says').first().waitFor();
  await panel.getByRole('button', { name: 'Close' }).click();
  await panel.locator('#explanation').waitFor({ state: 'detached' });

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
