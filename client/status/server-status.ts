/** What the language server is doing, in the language status of Morsel files; it stands there only for those files. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import { LANGUAGE } from '../server/client-options.ts';

export function showServerStatus(client: BaseLanguageClient): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('morsel.server', { language: LANGUAGE });
  item.name = t('Morsel Language Server');
  const show = (state: State): void => {
    const isDown = state === State.Stopped || state === State.StartFailed;
    item.busy = state === State.Starting;
    item.text = isDown ? t('Morsel is not running') : 'Morsel';
    item.severity = isDown ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.command = isDown
      ? { title: t('Restart'), command: 'morsel.restartServer' }
      : { title: t('Show Log'), command: 'morsel.showLog' };
    void vscode.commands.executeCommand('setContext', 'morsel.serverDown', isDown);
  };
  show(client.state);
  const listener = client.onDidChangeState(({ newState }) => show(newState));
  return vscode.Disposable.from(item, listener);
}
