import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Morsel } from './site.ts';

/** It ended well; else all that it said is in the complaint. */
export async function succeeded(run: Morsel): Promise<void> {
  const code = await run.ended;
  const told = code === 0 ? [] : [run.stderr, ...run.warnings(), JSON.stringify(run.of('item-failed'))];
  expect({ code, told }).toEqual({ code: 0, told: [] });
}

/** Every item is committed exactly once, over all processes of the run, and its output is in place. */
export async function isDone(folder: string, items: number, ...runs: Morsel[]): Promise<void> {
  const last = runs.at(-1)!;
  await succeeded(last);
  expect(runs.reduce((sum, run) => sum + run.committed(), 0)).toBe(items);
  expect(last.of('run-finished')[0]).toMatchObject({ state: 'done', items: { committed: items, failed: 0 } });
  const written = outputs(folder).map(([item]) => Number(item));
  expect(written.toSorted((a, b) => a - b)).toEqual(Array.from({ length: items }, (_, n) => n + 1));
}

/** What each output of the job says: the item, and where it was run. */
export const outputs = (folder: string): [string, string][] =>
  readdirSync(join(folder, 'out')).map((name) => {
    const [item = '', where = ''] = readFileSync(join(folder, 'out', name), 'utf8')
      .trim()
      .split(' ');
    return [item, where];
  });

/** The folder of the only run of a job. */
export function runFolder(folder: string): string {
  const runs = join(folder, '.morsel/runs');
  return join(runs, readdirSync(runs)[0]!);
}
