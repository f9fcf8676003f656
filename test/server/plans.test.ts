/** The predicted plan: hints, hovers, requests, refreshes, and what happens to it while one types. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeLens, Hover, InlayHint } from 'vscode-languageserver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobArgument, JobsResult, PlanResult, Problem } from '../../server/protocol.ts';
import { thumbnails, workspaceFiles } from './fixtures.ts';
import { type ClientOptions, LspClient, removeWorkspace, workspace, writeFiles } from './lsp-client.ts';

const ALL = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

/** One server for all tests but those of other clients; each test has a folder of its own. */
let shared: LspClient;
let root: string;
let tests = 0;
let folder: string;
let client: LspClient;
let uri: string;

beforeAll(async () => {
  root = workspace({});
  shared = await LspClient.start({ folders: [root] });
});
afterAll(async () => {
  await shared.shutdown();
  removeWorkspace(root);
});

beforeEach(() => {
  client = shared;
  folder = join(root, `test ${++tests}`);
  writeFiles(folder, workspaceFiles());
});
afterEach(async () => {
  if (client !== shared) await client.shutdown();
});

/** `options`: of a client of its own. */
async function openPlanned(options?: Partial<ClientOptions>): Promise<void> {
  if (options !== undefined) client = await LspClient.start({ folders: [folder], ...options });
  const since = client.received.length;
  uri = await client.open(join(folder, 'thumbnails.morsel'), thumbnails);
  await client.message<JobArgument>('morsel/planChanged', (of) => of.uri === uri, since);
}

const hints = () => client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range: ALL });

async function hintTexts(): Promise<string[]> {
  return (await hints()).map(({ label }) => (typeof label === 'string' ? label : ''));
}

describe('hints', () => {
  test('stand at the job, each task and each safe point', async () => {
    await openPlanned();
    const [job, resize, safePoint, greet, sheet] = await hints();
    expect(job!.position).toEqual(client.rangeOf(uri, 'job thumbnails on laptop {').end);
    expect(job!.label).toMatch(/^finishes in .+ · (under )?\d+(\.\d)? % idle$/);
    expect(resize!.position).toEqual(client.rangeOf(uri, 'task resize for photo in photos {').end);
    expect(resize!.label).toMatch(/^≈ \d+ fragments? of ~?\d+ items? · \S+ m?s( each)? on laptop$/);
    expect(safePoint!.position).toEqual(client.rangeOf(uri, 'every 2 items').end);
    expect(safePoint!.label).toMatch(/^every ~\S+ s, costs .+ %$/);
    expect(greet!.label).toMatch(/ · a guess$/);
    expect(sheet!.label).toMatch(/^≈ 1 fragment of 1 item/);
  });

  test('stand behind the name where more follows on the line', async () => {
    const oneLine =
      'job one on here { input n = 1..3  task t for i in n { run "true" } }\ntarget here local { instances 1 }\n';
    const since = client.received.length;
    uri = await client.open(join(folder, 'one.morsel'), oneLine);
    await client.message<JobArgument>('morsel/planChanged', (of) => of.uri === uri, since);
    expect((await hints())[0]!.position).toEqual(client.rangeOf(uri, 'job one').end);
  });

  test('are limited to the range that is asked for', async () => {
    await openPlanned();
    const line = client.positionOf(uri, 'task greet').line;
    const range = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
    const found = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range });
    expect(found.map(({ position }) => position.line)).toEqual([line]);
  });

  test('stay while the text is broken, and follow their tasks', async () => {
    await openPlanned();
    const before = await hintTexts();
    await client.edit(uri, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, '\n\n');
    await client.replace(uri, 'after resize', 'after resiz');
    await client.diagnostics(uri, (found) => found.some(({ severity }) => severity === 1));
    expect(await hintTexts()).toEqual(before);
    expect((await hints())[1]!.position).toEqual(client.rangeOf(uri, 'task resize for photo in photos {').end);
    const answer = await client.request<PlanResult>('morsel/plan', { uri });
    expect(answer.stale).toBe(true);
  });

  test('can be switched off, each kind for itself, and on again', async () => {
    await openPlanned({ settings: { morsel: { inlayHints: { task: false, safePoint: false } } } });
    expect((await hintTexts()).map((text) => text.split(' ')[0])).toEqual(['finishes']);
    const since = client.received.length;
    await client.notify('workspace/didChangeConfiguration', { settings: { morsel: { inlayHints: { job: false } } } });
    await client.message('workspace/inlayHint/refresh', undefined, since);
    expect(await hintTexts()).toHaveLength(4);
  });
});

describe('a plan is made anew', () => {
  test('after an edit of the job, and the client is asked to draw again', async () => {
    await openPlanned({ initializationOptions: { commands: ['morsel.runJob'] } });
    const [before] = await hintTexts();
    const since = client.received.length;
    await client.replace(uri, 'estimate 2 s', 'estimate 9 s');
    expect(await client.message<JobArgument>('morsel/planChanged', undefined, since)).toEqual({
      uri,
      job: 'thumbnails',
    });
    await client.message('workspace/inlayHint/refresh', undefined, since);
    await client.message('workspace/codeLens/refresh', undefined, since);
    expect((await hintTexts())[0]).not.toBe(before);
  });

  test('but not after an edit of a comment', async () => {
    await openPlanned();
    const since = client.received.length;
    await client.replace(uri, 'Scales one picture.', 'Scales a picture.');
    await client.diagnostics(uri);
    await client.replace(uri, 'estimate 2 s', 'estimate 7 s');
    await client.message('morsel/planChanged', undefined, since);
    const changes = client.received.slice(since).filter(({ method }) => method === 'morsel/planChanged');
    expect(changes).toHaveLength(1);
  });

  test('after a save, since inputs may have come', async () => {
    await openPlanned();
    const since = client.received.length;
    writeFileSync(join(folder, 'photos', 'new.jpg'), 'x');
    await client.notify('textDocument/didSave', { textDocument: { uri } });
    await client.message('morsel/planChanged', undefined, since);
    const { plan } = await client.request<PlanResult>('morsel/plan', { uri });
    expect(plan.tasks[0]).toMatchObject({ task: 'resize', items: 9 });
  });
});

test('a client that cannot refresh is not asked to', async () => {
  await openPlanned({ capabilities: { workspace: {} } });
  await client.request('morsel/plan', { uri });
  await hints();
  const asked = client.received.filter(({ method }) => method.endsWith('/refresh'));
  expect(asked).toEqual([]);
});

describe('code lenses', () => {
  const lenses = () => client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });

  test('stand for the commands that the client has', async () => {
    await openPlanned({
      initializationOptions: { commands: ['morsel.runJob', 'morsel.runJobOn', 'morsel.previewPlan'] },
    });
    const found = await lenses();
    expect(found.map(({ command }) => command?.title)).toEqual(['Run', 'Run on…', 'Plan']);
    expect(found[0]).toMatchObject({
      range: client.rangeOf(uri, 'thumbnails'),
      command: { command: 'morsel.runJob', arguments: [{ uri, job: 'thumbnails' }] },
    });
  });

  test('stand above targets on other machines', async () => {
    await openPlanned({ initializationOptions: { commands: ['morsel.testTargets'] } });
    expect(await lenses()).toEqual([]);
    const other = await client.open(join(folder, 'rack.morsel'), 'target rack ssh { hosts ["anna"]  lifespan 1 h }\n');
    const found = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: other } });
    expect(found.map(({ command }) => [command?.title, command?.arguments])).toEqual([['Test', [{ uri: other }]]]);
  });

  test('are left out for a client without them', async () => {
    await openPlanned();
    expect(await lenses()).toEqual([]);
  });
});

describe('requests', () => {
  test('list jobs and targets with their places', async () => {
    await openPlanned();
    const { jobs, targets } = await client.request<JobsResult>('morsel/jobs', { uri });
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ name: 'thumbnails', target: 'laptop' });
    expect(jobs[0]!.tasks[1]).toMatchObject({ name: 'greet' });
    expect(jobs[0]!.tasks[1]!.nameRange.start).toEqual(client.positionOf(uri, 'greet'));
    expect(targets.map(({ name }) => name)).toEqual(['laptop', 'local']);
  });

  test('plan the text as it stands, on any target, and what if', async () => {
    await openPlanned();
    const plan = (more: object) => client.request<PlanResult & Problem>('morsel/plan', { uri, ...more });
    const base = (await plan({})).plan;
    expect(base.tasks.map(({ task, items }) => [task, items])).toEqual([
      ['resize', 8],
      ['greet', 2],
      ['sheet', 1],
    ]);
    expect((await plan({ target: 'local' })).plan.target.name).toBe('local');
    const more = (await plan({ whatIf: { instances: 8 } })).plan;
    expect(more.makespanSeconds.expected).toBeLessThan(base.makespanSeconds.expected);
    expect((await plan({ target: 'nowhere' })).problem).toContain('nowhere');
    expect((await plan({ job: 'other' })).problem).toContain('no job "other"');
    const gone = await client.request<Problem>('morsel/plan', { uri: `${uri}x` });
    expect(gone.problem).toContain('no job file');
  });
});

test('a hover tells what a task is predicted to do, and from what', async () => {
  await openPlanned();
  const hover = await client.request<Hover>('textDocument/hover', client.at(uri, 'task resize', 5));
  expect(JSON.stringify(hover.contents)).toMatch(/Plan on laptop.*8 items.*your `estimate`/);
});

test('a document that was never saved has no plan, and its inputs are not looked for', async () => {
  uri = await client.open(
    'untitled:Untitled-1',
    'input all = files "**/*.js"\njob j { task t for f in all { run "x {f.path}" } }\n',
  );
  expect(await client.diagnostics(uri)).toEqual([]);
  const { problem } = await client.request<Problem>('morsel/plan', { uri });
  expect(problem).toContain('Save the file first');
  expect((await client.request<Problem>('morsel/run', { uri })).problem).toContain('not saved');
  expect(await hints()).toEqual([]);
});

test('a document of another file system has no plan here, and says so', async () => {
  uri = await client.open('vscode-vfs://github/anna/photos/job.morsel', 'job j { task t { run "true" } }\n');
  expect(await client.diagnostics(uri)).toEqual([]);
  const { problem } = await client.request<Problem>('morsel/plan', { uri });
  expect(problem).toContain('not on a disk of this machine');
});

test('inputs that cannot be read are a problem of the job', async () => {
  await openPlanned();
  rmSync(join(folder, 'people.csv'));
  await client.notify('textDocument/didSave', { textDocument: { uri } });
  const found = await client.diagnostics(uri, (all) => all.some(({ code }) => code === 'plan/none'));
  const problem = found.find(({ code }) => code === 'plan/none');
  expect(problem).toMatchObject({ source: 'morsel plan', range: client.rangeOf(uri, 'thumbnails') });
  expect(problem!.message).toContain('people.csv');
});
