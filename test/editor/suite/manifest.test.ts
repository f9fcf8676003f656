import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

interface Manifest {
  contributes: { commands: { command: string }[] };
}

suite('the extension', () => {
  const extension = vscode.extensions.getExtension<unknown>('morsel.morsel');

  test('is there, and activates', async () => {
    assert.ok(extension);
    await extension.activate();
    assert.ok(extension.isActive);
  });

  test('has every command that its manifest names, and no other', async () => {
    const manifest: Manifest = extension!.packageJSON;
    const named = manifest.contributes.commands.map(({ command }) => command).toSorted();
    // What VS Code itself adds for a view, such as `morsel.runs.focus`.
    const registered = (await vscode.commands.getCommands(true))
      .filter((name) => /^morsel\.\w+$/.test(name))
      .toSorted();
    assert.deepEqual(registered, named);
  });
});
