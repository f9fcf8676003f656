import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { diagnosticsOf, open, until, workspaceFile } from './until.ts';

interface Started {
  run: string;
  folder: string;
}

const read = async (file: string): Promise<string | undefined> => {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(workspaceFile(file)));
  } catch {
    return undefined;
  }
};

async function run(file: string): Promise<Started> {
  await open(file);
  const started = await vscode.commands.executeCommand<Started | undefined>('morsel.runJob');
  assert.ok(started, `${file} was not started`);
  return started;
}

suite('runs', () => {
  test('Run Job runs the job of the file to its end', async () => {
    await run('words.morsel');
    const total = await until(() => read('total.txt'));
    assert.equal(
      total
        .trim()
        .split(/\s+/)
        .map(Number)
        .reduce((a, b) => a + b),
      40 * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8),
    );
  });

  test('an item that fails is a problem on its task', async () => {
    const started = await run('failing.morsel');
    const uri = workspaceFile('failing.morsel');
    const [problem] = await until(() => {
      const found = diagnosticsOf(uri, 'run/item-failed');
      return found.length > 0 ? found : undefined;
    });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.match(document.lineAt(problem!.range.start.line).text, /task check/);
    assert.match(problem!.message, /four is not welcome/);
    assert.match(started.run, /-failing$/);
  });

  test('what an item printed can be read', async () => {
    const started = await run('failing.morsel');
    await until(() =>
      diagnosticsOf(workspaceFile('failing.morsel'), 'run/item-failed').length > 0 ? true : undefined,
    );
    const query = JSON.stringify({ run: started.run, folder: started.folder, task: 'check', item: '4' });
    const uri = vscode.Uri.from({ scheme: 'morsel-log', path: '/4.log', query });
    const text = await until(async () => {
      const found = (await vscode.workspace.openTextDocument(uri)).getText();
      return found.includes('four') ? found : undefined;
    });
    assert.match(text, /four is not welcome/);
  });

  test('Stop Run ends a run so that Resume Run can go on', async () => {
    const started = await run('slow.morsel');
    const info = { ...started, job: 'slow' };
    await vscode.commands.executeCommand('morsel.stopRun', info);
    await vscode.commands.executeCommand('morsel.resumeRun', info);
    await vscode.commands.executeCommand('morsel.stopRun', info);
  });

  test('Show Run opens its picture', async () => {
    const started = await run('words.morsel');
    await vscode.commands.executeCommand('morsel.showRun', { ...started, job: 'words' });
    await until(() =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === 'Run: words'),
    );
  });
});
