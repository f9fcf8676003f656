import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { open, until } from './until.ts';

const webviewTabs = (): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview);

suite('panels', () => {
  test('Preview Fragment Plan opens one panel beside the editor, and the second time the same', async () => {
    await open('words.morsel');
    await vscode.commands.executeCommand('morsel.previewPlan');
    const tab = await until(() => webviewTabs().find(({ label }) => label === 'Plan: words'));
    assert.equal(tab.group.viewColumn, vscode.ViewColumn.Two);
    await open('words.morsel');
    await vscode.commands.executeCommand('morsel.previewPlan');
    assert.equal(webviewTabs().length, 1);
  });
});

suite('Restart Language Server', () => {
  test('brings the language features back', async () => {
    const { document } = await open('words.morsel');
    await vscode.commands.executeCommand('morsel.restartServer');
    await until(async () => {
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider',
        document.uri,
      );
      return symbols?.some(({ name }) => name === 'words') === true ? symbols : undefined;
    });
  });
});
