/** Holds docs/events.md and docs/job-spec.md to what the code says. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outputPathOf } from '../../../scheduler/items/output-path.ts';
import { prepareWorkload } from '../../../scheduler/items/prepare.ts';
import type { JobSpec } from '../../../scheduler/job-spec.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const types = read('scheduler/run/events.ts').replaceAll(/\/\*[\s\S]*?\*\//g, '');
const page = read('docs/events.md');

/** The text between two places of the types' source. */
const between = (from: string, to: string): string => types.slice(types.indexOf(from), types.indexOf(to));
const eventNames = [...types.matchAll(/\btype: '([a-z-]+)'/g)].map((match) => match[1]!);

test.for(eventNames)('event %s and its fields are documented', (name) => {
  const section = page.split('### ').find((part) => part.startsWith(`\`${name}\``));
  expect(section).toBeDefined();
  const union = types.slice(types.indexOf(`type: '${name}'`)).split(/\n {2}\|/)[0]!;
  const fields = [...union.matchAll(/\b(\w+):/g)].map((match) => match[1]!).filter((field) => field !== 'type');
  for (const field of fields) expect(section).toContain(`\`${field}\``);
});

test.for([
  ['ItemCounts', between('export interface ItemCounts', 'export interface RunProgress')],
  ['RunProgress', between('export interface RunProgress', 'export type RunState')],
  ['RunSummary', types.slice(types.indexOf('export interface RunSummary'))],
])('the fields of %s are documented', ([, source]) => {
  const fields = [...source!.matchAll(/\b(\w+):/g)].map((match) => match[1]!);
  for (const field of fields) expect(page).toContain(`\`${field}\``);
});

test('every state of a run is documented', () => {
  const states = between('export type RunState', 'export interface RunSummary');
  for (const [, state] of states.matchAll(/'(\w+)'/g)) expect(page).toContain(`\`${state}\``);
});

test('the example in docs/job-spec.md is a JobSpec that can be prepared', async () => {
  const example: JobSpec = JSON.parse(/```json\n([\s\S]*?)```/.exec(read('docs/job-spec.md'))![1]!);
  const directory = temporaryFolder('morsel-docs-');
  mkdirSync(join(directory, 'in'));
  writeFileSync(join(directory, 'in/a b.jpg'), 'x');
  const job = { ...example, directory };
  const { workload, items } = await prepareWorkload(job);
  expect(workload.tasks).toMatchObject([{ name: 'resize', count: 1, cohorts: [{ start: 0, end: 1, cost: 1 }] }]);
  expect(outputPathOf(job, job.tasks[0]!, items.values(0, 0, 1)[0])).toBe(join(directory, 'thumbs/a b.png'));
});
