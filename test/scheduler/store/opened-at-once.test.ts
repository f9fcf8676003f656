import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.ts';

const history = new URL('../../../scheduler/store/history.ts', import.meta.url).href;
/** Opens and closes one new history after the other, each at a moment that the other processes know as well. */
const opener = `
  import { once } from 'node:events';
  import { openHistory } from ${JSON.stringify(history)};
  process.stdout.write('ready');
  const { folders, startMs } = JSON.parse(String((await once(process.stdin, 'data'))[0]));
  for (const [index, folder] of folders.entries()) {
    while (Date.now() < startMs + 25 * index);
    openHistory(folder).close();
  }
  process.exit();
`;

test('processes that make one history at the same moment all get it', async () => {
  const root = temporaryFolder('morsel-at-once-');
  const folders = Array.from({ length: 40 }, (_, i) => join(root, String(i)));
  const processes = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', opener], { stdio: ['pipe', 'pipe', 'pipe'] }),
  );
  const ended = processes.map(async (child) => {
    let problem = '';
    child.stderr.on('data', (text) => (problem += String(text)));
    const [code] = await once(child, 'close');
    return code === 0 ? '' : problem;
  });
  await Promise.all(processes.map(({ stdout }) => once(stdout, 'data')));
  const startMs = Date.now() + 50;
  for (const { stdin } of processes) stdin.write(JSON.stringify({ folders, startMs }));
  expect(await Promise.all(ended)).toEqual(['', '', '', '']);
});
