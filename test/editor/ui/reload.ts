import type { EditorWindow } from '../harness/window.ts';
import { runRow } from './runs-view.ts';

/** The window goes and comes while a run lives; the run is then stopped by its button and resumed. */
export async function reload(window: EditorWindow): Promise<void> {
  await window.openFile('slow.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.openRunsView();
  await window.runCommand('Morsel: Run Job');
  await runRow(window, 'slow', 'running').waitFor();
  await window.waitForText('of 400 items', '.notifications-toasts');
  // Also behind the task's own name.
  await window.waitForDecoration('▶ ');
  await window.reload();
  await window.openRunsView();
  const running = runRow(window, 'slow', /running.*of 400 items/);
  await running.waitFor();
  await window.waitForText(/slow \d+ %/, '.statusbar');
  await running.hover();
  await running.getByRole('button', { name: 'Stop Run' }).click();
  const stopped = runRow(window, 'slow', 'stopped');
  await stopped.waitFor();
  await stopped.hover();
  await stopped.getByRole('button', { name: 'Resume Run' }).click();
  await runRow(window, 'slow', /running.*of 400 items/).waitFor();
  await window.runCommand('Morsel: Stop Run');
  await runRow(window, 'slow', 'stopped').waitFor();
}
