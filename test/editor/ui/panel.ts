import type { EditorWindow } from '../harness/window.ts';

/** The panel beside the editor, while one types. */
export async function livePlan(window: EditorWindow): Promise<void> {
  const { page } = window;
  await window.openFile('words.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.runCommand('Morsel: Preview Fragment Plan');
  const panel = window.webview();
  await panel.getByRole('heading', { name: 'words on laptop' }).waitFor();
  await panel.locator('svg .fragment').first().waitFor();
  await panel.getByRole('button', { name: 'total' }).waitFor();

  await panel.getByRole('button', { name: 'total' }).click();
  // The task's name is selected now, so what is typed renames it.
  await window.waitForText('(5 selected)', '.statusbar');
  await page.locator('.monaco-editor.focused').waitFor();
  await page.keyboard.type('summary');
  await panel.getByRole('button', { name: 'summary' }).waitFor();

  // Broken: the last good plan stays, and says so.
  await page.keyboard.type(' {{{');
  await panel.getByText('its last good text').waitFor();
  await panel.getByRole('button', { name: 'summary' }).waitFor();
}
