import { t } from '@vscode/l10n';
import * as vscode from 'vscode';

/** Asks where to, and writes the picture that the page has drawn. `data`: of a PNG in base64. */
export async function savePicture(title: string, format: 'svg' | 'png', data: string): Promise<void> {
  const name = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    title: t('Save Picture'),
    filters: format === 'svg' ? { [t('SVG picture')]: ['svg'] } : { [t('PNG picture')]: ['png'] },
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, `${name}.${format}`) }),
  });
  if (file === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(file, format === 'svg' ? new TextEncoder().encode(data) : bytesOf(data));
  } catch (error) {
    void vscode.window.showErrorMessage(t('The picture could not be saved: {0}', String(error)));
  }
}

/** Of base64; a browser has no `Buffer`. */
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
