import { expect, test } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { folderWith, morsel, start } from './morsel.ts';

test('morsel lsp --stdio serves an editor until it says exit', async () => {
  const child = start(['lsp', '--stdio'], { cwd: folderWith() });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  const result = await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  expect(result).toMatchObject({ capabilities: { hoverProvider: true } });
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  expect(await exited).toBe(0);
});

test('morsel lsp says how it is meant to be started', async () => {
  expect(await morsel(['lsp'], { cwd: folderWith() })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--stdio'),
  });
});
