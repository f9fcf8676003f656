/** Under an old Node the program is the child of its launcher, and must not outlive it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { LAUNCHER_PIPE } from '../../cli/launched.ts';
import { findRun } from '../../scheduler/run/runs.ts';
import { folderWith, MAIN } from './morsel.ts';

test('a launcher that is killed takes the run with it, which can be resumed', async () => {
  const cwd = folderWith({
    'job.morsel':
      'job j on t { input n = 1..100 task nap for i in n { run "sleep 0.1" } }\ntarget t local { instances 1 }\n',
  });
  const child = spawn(process.execPath, [MAIN, 'run', '--json', 'job.morsel'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, [LAUNCHER_PIPE]: '3' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let told = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (told += text));
  await expect.poll(() => told.includes('"safe-point"'), { timeout: 20_000 }).toBe(true);
  // What the system does with the launcher's end when the launcher is no more.
  child.stdio[3]!.destroy();
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(findRun(`${cwd}/.morsel`, undefined, 'any')).toMatchObject({ live: false, state: 'interrupted' });
});
