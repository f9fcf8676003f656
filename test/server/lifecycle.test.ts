/** The server over a whole session: edits, cancellation, files that come and go, broken text, the end. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { DocumentSymbol, RegistrationParams } from 'vscode-languageserver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guarded } from '../../server/guard.ts';
import { targets, thumbnails, workspaceFiles } from './fixtures.ts';
import { LspClient, removeWorkspace, uriOf, workspace } from './lsp-client.ts';

let folder: string;
let client: LspClient;

beforeEach(async () => {
  folder = workspace(workspaceFiles());
  client = await LspClient.start({ folders: [folder] });
});

afterEach(async () => {
  await client.shutdown();
  removeWorkspace(folder);
});

const openMain = () => client.open(join(folder, 'thumbnails.morsel'), thumbnails);
const hasErrors = (found: { severity?: number }[]) => found.some(({ severity }) => severity === 1);
const watched = (path: string, type: 1 | 2 | 3) =>
  client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(join(folder, path)), type }] });

test('a session ends as an editor ends it, and nothing was printed', async () => {
  await openMain();
  expect(await client.shutdown()).toBe(0);
  expect(client.stderr).toBe('');
});

test('job files alone are watched', async () => {
  const isWatch = ({ registrations }: RegistrationParams) =>
    registrations.some(({ method }) => method === 'workspace/didChangeWatchedFiles');
  const { registrations } = await client.message<RegistrationParams>('client/registerCapability', isWatch);
  expect(registrations[0]!.registerOptions).toEqual({ watchers: [{ globPattern: '**/*.morsel' }] });
});

test('many small edits lead to the same as one large one', async () => {
  const uri = await openMain();
  await client.diagnostics(uri);
  for (const letter of 'x y') {
    await client.edit(uri, { start: { line: 9, character: 7 }, end: { line: 9, character: 7 } }, letter);
  }
  await client.edit(uri, { start: { line: 9, character: 7 }, end: { line: 9, character: 10 } }, '');
  await client.replace(uri, 'task greet', 'task hello');
  await client.edit(uri, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, '// a line\n');
  await client.replace(uri, 'cards/', 'letters/');
  const expected = `// a line\n${thumbnails.replace('task greet', 'task hello').replace('cards/', 'letters/')}`;
  expect(client.text(uri)).toBe(expected);
  expect(await client.diagnostics(uri)).toEqual([]);
  const symbolsOf = (of: string) =>
    client.request<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri: of } });
  const edited = await symbolsOf(uri);
  await client.close(uri);
  const copy = await client.open(join(folder, 'copy.morsel'), expected);
  expect(await symbolsOf(copy)).toEqual(edited);
});

describe('a cancelled request', () => {
  const manyTasks = (count: number) =>
    `input n = 1..10\njob j {\n${Array.from({ length: count }, (_, i) => `  task t${i} for x in n { run "echo {x}" }\n`).join('')}}\n`;

  test.each(['textDocument/semanticTokens/full', 'textDocument/documentSymbol', 'morsel/plan'])(
    'is answered with the error of the protocol: %s',
    async (method) => {
      const uri = await client.open(join(folder, 'large.morsel'), manyTasks(1500));
      const cancel = new CancellationTokenSource();
      const answer = client.request(method, { textDocument: { uri }, uri }, cancel.token);
      cancel.cancel();
      await expect(answer).rejects.toMatchObject({ code: -32800 });
      const symbols = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri } });
      expect(symbols.at(-1)!.children).toHaveLength(1500);
    },
  );
});

describe('files', () => {
  test.each([{}, { rootOnly: true as const }])('that nobody has opened are checked too: %j', async (how) => {
    const other = workspace({ 'closed.morsel': 'job j on nowhere { task t { run "true" } }\n' });
    const second = await LspClient.start({ folders: [other], ...how });
    const uri = uriOf(join(other, 'closed.morsel'));
    const found = await second.diagnostics(uri, hasErrors, 0);
    expect(found[0]!.message).toContain('nowhere');
    await second.shutdown();
    removeWorkspace(other);
  });

  test('that are deleted are missed where they were imported, until they are back', async () => {
    const uri = await openMain();
    expect(await client.diagnostics(uri)).toEqual([]);
    let since = client.received.length;
    rmSync(join(folder, 'targets.morsel'));
    await watched('targets.morsel', 3);
    await client.diagnostics(uri, hasErrors, 1, since);
    since = client.received.length;
    writeFileSync(join(folder, 'targets.morsel'), targets);
    await watched('targets.morsel', 1);
    expect(await client.diagnostics(uri, (found) => found.length === 0, 1, since)).toEqual([]);
  });

  test('that change outside the editor are read again', async () => {
    const uri = await openMain();
    await client.diagnostics(uri);
    const since = client.received.length;
    writeFileSync(join(folder, 'targets.morsel'), targets.replace('laptop', 'desktop'));
    await watched('targets.morsel', 2);
    const found = await client.diagnostics(uri, hasErrors, 1, since);
    expect(found[0]!.message).toContain('laptop');
  });

  test('in a renamed folder are known by their new place', async () => {
    mkdirSync(join(folder, 'old'));
    writeFileSync(join(folder, 'old', 'inner.morsel'), 'target inner local { instances 1 }\n');
    await watched('old/inner.morsel', 1);
    const find = () => client.request<{ location: { uri: string } }[]>('workspace/symbol', { query: 'inner' });
    const opened = uriOf(join(folder, 'old', 'inner.morsel'));
    await client.diagnostics(opened, undefined, 0);
    expect(await find()).toMatchObject([{ location: { uri: opened } }]);
    renameSync(join(folder, 'old'), join(folder, 'new'));
    await client.notify('workspace/didRenameFiles', {
      files: [{ oldUri: uriOf(join(folder, 'old')), newUri: uriOf(join(folder, 'new')) }],
    });
    const renamed = uriOf(join(folder, 'new', 'inner.morsel'));
    await client.diagnostics(renamed, undefined, 0);
    expect(await find()).toMatchObject([{ location: { uri: renamed } }]);
  });

  test('of runs are none of the workspace', async () => {
    const inRun = join('.morsel', 'runs', 'x', 'copy.morsel');
    mkdirSync(join(folder, '.morsel', 'runs', 'x'), { recursive: true });
    writeFileSync(join(folder, inRun), 'target hidden local { }\n');
    await watched(inRun, 1);
    const uri = await openMain();
    await client.diagnostics(uri);
    expect(await client.request('workspace/symbol', { query: 'hidden' })).toEqual([]);
  });
});

test('what a feature throws is logged, and the answer is null', async () => {
  const logged: string[] = [];
  const provider = guarded(
    'feature',
    {
      fails: () => {
        throw new Error('broken');
      },
      rejects: () => Promise.reject(new Error('late')),
      works: () => 42,
    },
    (message) => logged.push(message),
  );
  expect(provider.fails()).toBeNull();
  expect(await provider.rejects()).toBeNull();
  expect(provider.works()).toBe(42);
  expect(logged.join()).toMatch(/feature: Error: broken.*feature: Error: late/s);
});

test('there is one copy of the protocol, or cancelled requests would be answered wrongly', () => {
  const installed = JSON.parse(readFileSync(new URL('../../node_modules/.package-lock.json', import.meta.url), 'utf8'));
  for (const name of ['vscode-languageserver-protocol', 'vscode-languageserver-types', 'vscode-jsonrpc']) {
    const copies = Object.keys(installed.packages).filter((path) => path.endsWith(`node_modules/${name}`));
    expect(copies).toEqual([`node_modules/${name}`]);
  }
});
