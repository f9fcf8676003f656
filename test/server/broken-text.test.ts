/** Text as it is while one types it: every request at every place is answered, and nothing is logged. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LspClient, removeWorkspace, workspace } from './lsp-client.ts';

let folder: string;
let client: LspClient;

beforeAll(async () => {
  folder = workspace({});
  client = await LspClient.start({ folders: [folder] });
});

afterAll(async () => {
  await client.shutdown();
  removeWorkspace(folder);
});

const broken = [
  '',
  'job',
  'job {',
  'job j { task }',
  'job j { task t for x in { run "{x" } }',
  'import',
  'import "',
  'target t slurm { partition',
  'job j { task t { safepoint every } }',
  'input i = csv\njob j { task t for r in i { cost r. run "{r.}" output "{" } }',
  '}}}} "unclosed',
  'job j on { param p = input i = [ task t after { step s { run } } }',
];

test.each(broken)('is survived: %j', async (text) => {
  const since = client.received.length;
  const uri = await client.open(join(folder, 'broken.morsel'), text);
  const textDocument = { uri };
  const end = client.document(uri).positionAt(text.length);
  const range = { start: { line: 0, character: 0 }, end };
  await client.diagnostics(uri);
  for (const method of ['documentSymbol', 'foldingRange', 'semanticTokens/full', 'codeLens', 'documentLink']) {
    await client.request(`textDocument/${method}`, { textDocument });
  }
  await client.request('textDocument/inlayHint', { textDocument, range });
  await client.request('textDocument/codeAction', { textDocument, range, context: { diagnostics: [] } });
  for (let offset = 0; offset <= text.length; offset++) {
    const position = client.document(uri).positionAt(offset);
    await client.request('textDocument/hover', { textDocument, position });
    await client.request('textDocument/completion', { textDocument, position });
    await client.request('textDocument/definition', { textDocument, position });
    await client.request('textDocument/prepareRename', { textDocument, position });
    const context = { includeDeclaration: true };
    await client.request('textDocument/references', { textDocument, position, context });
  }
  await client.request('morsel/jobs', { uri });
  await client.close(uri);
  const logged = client.received.slice(since).filter(({ method }) => method === 'window/logMessage');
  expect(logged).toEqual([]);
});
