import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { diagnosticsOf, open, until } from './until.ts';

suite('tasks', () => {
  test('each job of the workspace is a task, which runs it in a terminal', async () => {
    await open('words.morsel');
    const tasks = await vscode.tasks.fetchTasks({ type: 'morsel' });
    const words = tasks.find(({ definition }) => definition['job'] === 'words');
    assert.ok(words, `no task among ${tasks.map(({ name }) => name).join(', ')}`);
    assert.equal(words.detail, 'words.morsel');
    const { promise: ended, resolve: end } = Promise.withResolvers<number | undefined>();
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name === words.name) end(exitCode);
    });
    await vscode.tasks.executeTask(words);
    assert.equal(await ended, 0);
    listener.dispose();
  });

  test('Test Targets asks what is behind a target, and what it says against it is a problem on its name', async () => {
    const { document } = await open('hosts.morsel');
    const lenses = await until(async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
        10,
      );
      return found.length > 0 ? found : undefined;
    });
    const lens = lenses.find(({ command }) => command?.title === 'Test');
    assert.ok(lens?.command);
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
    const [problem] = await until(() => {
      const found = diagnosticsOf(document.uri, 'target-refused');
      return found.length > 0 ? found : undefined;
    });
    assert.match(problem!.message, /rack/);
    assert.equal(document.lineAt(problem!.range.start.line).text, 'target rack ssh {');
  });
});
