/** What if: a job on other targets and under other conditions, and how that is written into its text. */
import { join } from 'node:path';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CompareResult, PlanParams, PlanResult, Problem, WhatIfEditResult } from '../../server/protocol.ts';
import { targets, thumbnails, workspaceFiles } from './fixtures.ts';
import { LspClient, removeWorkspace, workspace, writeFiles } from './lsp-client.ts';

let client: LspClient;
let root: string;
let tests = 0;

beforeAll(async () => {
  root = workspace({});
  client = await LspClient.start({ folders: [root] });
});
afterAll(async () => {
  await client.shutdown();
  removeWorkspace(root);
});

/** A job file in a folder of its own. */
async function opened(text: string): Promise<string> {
  const folder = join(root, `test ${++tests}`);
  writeFiles(folder, workspaceFiles());
  return client.open(join(folder, 'thumbnails.morsel'), text);
}

const job = (target: string, body = 'target box local { instances 2 }'): string =>
  `job one${target} { input n = 1..30  task t for i in n { run "true"  estimate 2 s } }\n${body}\n`;

/** The text after the edit that writes the what-if; and whether the plan of it is the one that was tried. */
async function written(text: string, params: Omit<PlanParams, 'uri'>): Promise<string> {
  const uri = await opened(text);
  const answer = await client.request<WhatIfEditResult | Problem>('morsel/whatIfEdit', { uri, ...params });
  if ('problem' in answer) throw new Error(answer.problem);
  const changed = TextDocument.applyEdits(TextDocument.create(uri, 'morsel', 0, text), answer.edit.changes[uri] ?? []);
  const tried = await client.request<PlanResult>('morsel/plan', { uri, ...params });
  const applied = await client.request<PlanResult>('morsel/plan', { uri: await opened(changed) });
  expect(applied.plan.target).toEqual(tried.plan.target);
  return changed;
}

test('every target is planned, and says what keeps it from a plan', async () => {
  const uri = await opened(`${job(' on box')}target gone slurm { instances 3  lifespan 1 s }\n`);
  const { targets: rows } = await client.request<CompareResult>('morsel/compareTargets', { uri });
  expect(rows.map(({ name, kind, isOwn }) => ({ name, kind, isOwn }))).toEqual([
    { name: 'box', kind: 'local', isOwn: true },
    { name: 'gone', kind: 'slurm', isOwn: false },
    { name: 'local', kind: 'local', isOwn: false },
  ]);
  expect(rows[0]!.plan).toMatchObject({ target: { instances: { max: 2 } }, fragments: expect.any(Number) });
  expect(rows[1]!.plan!.problems).toMatchObject([{ code: 'plan/outlasts-lifespan' }]);
  const broken = await opened('job one {{{');
  expect(await client.request('morsel/compareTargets', { uri: broken })).toMatchObject({
    problem: expect.stringContaining('line 1'),
  });
});

test('instances and lifespan are written where they stand', async () => {
  const whatIf = { instances: 5, lifespanSeconds: 450 };
  expect(
    await written(job(' on box', 'target box local {\n  instances 0..8\n  lifespan 1 h\n}'), { whatIf }),
  ).toContain('target box local {\n  instances 0..5\n  lifespan 7.5 min\n}');
  expect(await written(job(' on box'), { whatIf: { instances: 3 } })).toContain('{ instances 3 }');
});

test('what is not written yet is added as the others stand', async () => {
  const whatIf = { lifespanSeconds: 100 };
  expect(await written(job(' on box', 'target box local {\n    instances 2\n}'), { whatIf })).toContain(
    '    instances 2\n    lifespan 100 s\n}',
  );
  expect(await written(job(' on box'), { whatIf })).toContain('{ instances 2  lifespan 100 s }');
  expect(await written(job(' on box', 'target box local {}'), { whatIf })).toContain('{\n  lifespan 100 s\n}');
});

test('a life without an end has no lifespan', async () => {
  const text = job(' on box', 'target box local {\n  instances 2\n  lifespan 1 h\n}');
  expect(await written(text, { whatIf: { lifespanSeconds: null } })).toContain('target box local {\n  instances 2\n}');
});

test('another target is named, and one that is not declared gets a declaration', async () => {
  const two = 'target box local { instances 2 }\ntarget other local { instances 7 }';
  expect(await written(job(' on box', two), { target: 'other' })).toContain('job one on other {');
  expect(await written(job('', two.split('\n')[1]), { target: 'local' })).toContain('job one on local {');
  const declared = await written(job('', ''), { whatIf: { instances: 3, lifespanSeconds: 60 } });
  expect(declared).toContain('target local local {\n  instances 3\n  lifespan 1 min\n}\n');
});

test('a target in another file is changed there', async () => {
  const uri = await opened(thumbnails);
  const { edit } = await client.request<WhatIfEditResult>('morsel/whatIfEdit', { uri, whatIf: { instances: 9 } });
  const file = uri.replace('thumbnails.morsel', 'targets.morsel');
  expect(Object.keys(edit.changes)).toEqual([file]);
  expect(TextDocument.applyEdits(TextDocument.create(file, 'morsel', 0, targets), edit.changes[file]!)).toBe(
    targets.replace('instances 2', 'instances 9'),
  );
});
