/** A job file runs commands of whoever wrote it, so nothing is run where the user has not said that it is trusted. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { isVirtual } from '../server/client-options.ts';

/** No process can be started from a browser, whatever its workspace is. */
const IN_BROWSER = typeof process === 'undefined';

/** False where nothing may be run here; the user has then been told why, and what to do. */
export async function mayRun(): Promise<boolean> {
  if (isVirtual() || IN_BROWSER) {
    void vscode.window.showWarningMessage(
      t('Jobs run on files, and this workspace is virtual. Open a folder of this machine to run them.'),
    );
    return false;
  }
  if (vscode.workspace.isTrusted) return true;
  const manage = t('Manage Workspace Trust');
  const text = t(
    'Morsel runs no jobs in Restricted Mode, because a job file can run any command. The plan can be previewed.',
  );
  const choice = await vscode.window.showWarningMessage(text, manage);
  if (choice === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return vscode.workspace.isTrusted;
}
