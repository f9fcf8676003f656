import type { EditorWindow } from '../harness/window.ts';

/** A window in German: manifest, client, the server's hints and the page of the panel speak it. */
export async function german(window: EditorWindow): Promise<void> {
  await window.openFile('words.morsel');
  await window.waitForText('fertig in', '.monaco-editor');
  await window.waitForText('Ausführen auf…', '.monaco-editor');
  await window.runCommand('Morsel: Focus on Läufe View');
  await window.waitForText('In diesem Ordner wurde noch kein Job ausgeführt', '.sidebar');
  await window.runCommand('Morsel: Fragmentplan anzeigen');
  const panel = window.webview();
  await panel.getByRole('heading', { name: 'words auf laptop' }).waitFor();
  await panel.locator('.facts').getByText('Fertig in').waitFor();
  await panel.locator('#timeline-legend').getByText('Sicherungspunkt').waitFor();
  await panel.getByRole('tab', { name: 'Tabellen' }).click();
  await panel.getByRole('columnheader', { name: 'Dauer je Fragment (Median)' }).waitFor();
}
