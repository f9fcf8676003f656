import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { open } from './until.ts';

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
});
