import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { attach, NotAtWork } from '../../../scheduler/run/attach.ts';
import { RUN_FILE_VERSION, writeRunFile } from '../../../scheduler/run/run-folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('a run that resets the connection as it ends is over for who was just about to watch it', async () => {
  // A port in place of a path: only there one side can reset a connection at will.
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const folder = temporaryFolder();
  const startedAt = new Date().toISOString();
  const common = { job: 'j', file: 'j.morsel', target: 'here', startedAt, pid: 1, summary: null };
  writeRunFile(folder, { version: RUN_FILE_VERSION, id: 'ending', ...common, socket: String(port) });
  const attached = attach(folder);
  await expect(attached).rejects.toBeInstanceOf(NotAtWork);
  await expect(attached).rejects.toThrow('run ending is not at work any more');
});
