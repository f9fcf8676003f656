import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { RunEvent } from '../../scheduler/run/events.ts';
import { ended, folderWith, jsonLines, morsel, start } from './morsel.ts';

/** Each item of the first task waits for a file `go`; the second has nothing to do with it, the third waits for it. */
const job = `job slow on here {
  input numbers = 1..6
  task wait for n in numbers {
    run "echo {n} >> ran.log; until [ -e go ]; do sleep 0.05; done; echo {n} > {out}"
    output "wait/{n}.txt"
    safepoint every 1 items
  }
  task other for n in numbers {
    run "echo {n} > {out}"
    output "other/{n}.txt"
  }
  task sum after wait {
    run "cat wait/*.txt > {out}"
    output "sum.txt"
  }
}
target here local { instances 1  lifespan 5 min }
`;

test('one task of a run is cancelled: what is under way ends, what waits for it is skipped, the rest goes on', async () => {
  const cwd = folderWith({ 'a.morsel': job });
  const child = start(['run', '--json', 'a.morsel'], { cwd });
  const run = ended(child);
  await vi.waitUntil(() => existsSync(join(cwd, 'ran.log')), { timeout: 20_000 });
  const unknown = await morsel(['stop', '--task', 'nothing'], { cwd });
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('the job has no task nothing') });
  const cancelled = await morsel(['stop', '--task', 'wait'], { cwd });
  expect(cancelled).toMatchObject({ code: 0, stderr: expect.stringContaining('Cancelled wait') });
  writeFileSync(join(cwd, 'go'), '');
  const { stdout, code } = await run;
  expect(code).toBe(1);
  const began = readFileSync(join(cwd, 'ran.log'), 'utf8').trim().split('\n').length;
  const events = jsonLines<RunEvent>(stdout);
  expect(events.at(-1)).toMatchObject({
    type: 'run-finished',
    state: 'failed',
    items: { committed: 6 + began, failed: 6 - began, skipped: 1, pending: 0 },
  });
  const reasons = events.flatMap((event) => (event.type === 'item-failed' ? [event.message] : []));
  expect(new Set(reasons)).toEqual(new Set(['its task was cancelled']));
  const again = await morsel(['resume', '--json'], { cwd });
  expect(jsonLines<RunEvent>(again.stdout).at(-1)).toMatchObject({
    state: 'done',
    items: { committed: 13, failed: 0 },
  });
});
