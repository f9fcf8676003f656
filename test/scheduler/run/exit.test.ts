/** However a run ends, and whatever its workers left behind: its process ends too, and lets go of its output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobSpec } from '../../../scheduler/job-spec.ts';
import type { RunEvent } from '../../../scheduler/run/events.ts';
import { findRun } from '../../../scheduler/run/runs.ts';
import { input, jobSpec, targetSpec, taskSpec, text } from '../job-specs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = temporaryFolder('morsel-exit-');
});
afterEach(() => {
  child?.kill('SIGKILL');
  if (existsSync(join(folder, 'lingering'))) process.kill(Number(readFileSync(join(folder, 'lingering'), 'utf8')));
});

const job = (lifespanSeconds: number | null): JobSpec =>
  jobSpec({
    directory: folder,
    inputs: [input({ kind: 'range', from: 1, to: 40 })],
    tasks: [
      taskSpec({
        input: 'in',
        work: { kind: 'run', commands: [text('sleep 0.02')] },
        safePoint: { kind: 'items', everyItems: 5 },
      }),
    ],
    target: targetSpec({ lifespanSeconds, instances: { min: 0, max: 1 } }),
  });

/**
 * The first worker is of the worst kind: it leaves a process that holds its pipes and that nothing can find, heeds no
 * signal, and is cut off in the middle of a message. The others are real.
 */
function writeBadWorker(): string {
  const file = join(folder, 'worker.mjs');
  writeFileSync(
    file,
    `import { existsSync, writeFileSync } from 'node:fs'; import { spawn } from 'node:child_process';
    const seen = ${JSON.stringify(join(folder, 'lingering'))};
    if (existsSync(seen)) {
      process.argv[1] = ${JSON.stringify(new URL('../../../scheduler/worker/main.ts', import.meta.url).pathname)};
      await import(process.argv[1]);
    } else {
      const { MORSEL_WORKER, ...env } = process.env;
      const lingering = spawn('sleep', ['1000'], { stdio: 'inherit', detached: true, env });
      for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {});
      process.stdout.write('Content-Length: 1000\\r\\n\\r\\n{"jsonrpc":', () => writeFileSync(seen, String(lingering.pid)));
      setInterval(() => {}, 1000);
    }`,
  );
  return file;
}

function start(
  spec: JobSpec,
  ...worker: string[]
): { events: RunEvent[]; closed: Promise<unknown>; stderr: () => string } {
  writeFileSync(join(folder, 'job.json'), JSON.stringify(spec));
  const script = new URL('run-process.ts', import.meta.url).pathname;
  const args = [script, 'start', join(folder, 'job.json'), join(folder, '.morsel'), ...worker];
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const events: RunEvent[] = [];
  let stderr = '';
  createInterface({ input: child.stdout! }).on('line', (line) => events.push(JSON.parse(line)));
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return { events, closed: once(child, 'close'), stderr: () => stderr };
}

test('one that is done', async () => {
  const { events, closed } = start(job(1.5), writeBadWorker());
  expect(await closed).toEqual([0, null]);
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', state: 'done' });
  expect(events.some(({ type }) => type === 'warning')).toBe(true);
});

test('one that is stopped', async () => {
  const { events, closed } = start(job(null), writeBadWorker());
  await expect.poll(() => existsSync(join(folder, 'lingering')), { timeout: 10_000 }).toBe(true);
  child!.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', state: 'stopped' });
});

test('one whose journal can’t be written any more', async () => {
  const { events, closed, stderr } = start(job(60));
  await expect.poll(() => events.some(({ type }) => type === 'safe-point'), { timeout: 10_000 }).toBe(true);
  const file = join(findRun(join(folder, '.morsel'), undefined, 'live').folder, 'journal.sqlite');
  const journal = new DatabaseSync(file, { timeout: 10_000 });
  journal.exec('DROP TABLE outcome');
  journal.close();
  expect(await closed).toEqual([2, null]);
  expect(stderr()).toContain('outcome');
});
