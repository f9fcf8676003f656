import type { EditorWindow } from '../harness/window.ts';

/** Restricted Mode, chosen in VS Code's own dialog. */
export async function restricted(window: EditorWindow): Promise<void> {
  await window.waitForText('Do you trust the authors', '.monaco-dialog-box');
  await window.page.getByRole('button', { name: /No, I don't trust/ }).click();
  await window.waitForText('Restricted Mode', '.statusbar');
  await window.openFile('words.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.openRunsView();
  await window.waitForText('nothing is run until you trust it', '.sidebar');
  await window.runCommand('Morsel: Preview Fragment Plan');
  await window.webview().getByText('Finishes in').waitFor();
  await window.runCommand('Morsel: Run Job');
  await window.waitForText('Morsel runs no jobs in Restricted Mode', '.notifications-toasts');
}
