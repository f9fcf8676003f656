/** What a plan says of a job, its fixes, and what the user wants it to count as. */
import { join } from 'node:path';
import { type CodeAction, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LspClient, removeWorkspace, workspace } from './lsp-client.ts';

let root: string;
let client: LspClient;

beforeEach(() => {
  root = workspace({});
});
afterEach(async () => {
  await client.shutdown();
  removeWorkspace(root);
});

async function found(
  text: string,
  code: string,
  settings: object = {},
): Promise<{ uri: string; diagnostic: Diagnostic }> {
  client = await LspClient.start({ folders: [root], settings: { morsel: settings } });
  const uri = await client.open(join(root, 'job.morsel'), text);
  const all = await client.diagnostics(uri, (list) => list.some((each) => each.code === code));
  return { uri, diagnostic: all.find((each) => each.code === code)! };
}

/** The text after each fix that is offered there, by its title. */
async function fixed(text: string, uri: string, { range }: Diagnostic): Promise<Record<string, string>> {
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range,
    context: { diagnostics: [] },
  });
  const document = TextDocument.create(uri, 'morsel', 0, text);
  return Object.fromEntries(
    actions.map(({ title, edit }) => [title, TextDocument.applyEdits(document, edit!.changes![uri]!)]),
  );
}

const dear = `job dear on box {
  input n = 1..4000
  task t for i in n {
    run "true"
    estimate 20 ms
    safepoint every 1 items
  }
}
target box local { instances 2  lifespan 10 min }
`;

test('safe points that cost more than they save are pointed out where they stand, and can be left to the scheduler', async () => {
  const { uri, diagnostic } = await found(dear, 'plan/safe-point-costs');
  expect(diagnostic).toMatchObject({ severity: DiagnosticSeverity.Information, source: 'morsel plan' });
  expect(diagnostic.range).toEqual(client.rangeOf(uri, 'safepoint every 1 items'));
  expect(await fixed(dear, uri, diagnostic)).toEqual({
    'Let the scheduler choose: `safepoint auto`': dear.replace('safepoint every 1 items', 'safepoint auto'),
  });
});

test('a stretch that outlasts the lifespan is mended by a safe point or a longer life', async () => {
  const long = `job long on box {
  input n = 1..4
  task t for i in n {
    step first { run "true" }
    step second { run "true" }
    estimate 9 min
  }
}
target box local {
  instances 2
  lifespan 10 min
}
`;
  const { uri, diagnostic } = await found(long, 'plan/outlasts-lifespan');
  const fixes = await fixed(long, uri, diagnostic);
  expect(Object.keys(fixes)).toEqual([
    'Put a safe point between the steps',
    expect.stringMatching(/^Raise `lifespan` to .* (min|h)$/),
  ]);
  expect(Object.values(fixes)[0]).toContain('    safepoint\n    step second {');
  expect(Object.values(fixes)[1]).not.toContain('lifespan 10 min');
});

test('what a problem counts as is the user to say, and can change', async () => {
  const { uri } = await found(dear, 'plan/safe-point-costs', { diagnostics: { 'plan/safe-point-costs': 'error' } });
  const severities = async (wanted: string): Promise<(number | undefined)[]> => {
    const since = client.received.length;
    const settings = { morsel: { diagnostics: { 'plan/safe-point-costs': wanted } } };
    await client.notify('workspace/didChangeConfiguration', { settings });
    const isNow = (list: Diagnostic[]): boolean => list.length === (wanted === 'off' ? 0 : 1);
    return (await client.diagnostics(uri, isNow, 0, since)).map(({ severity }) => severity);
  };
  expect(await severities('off')).toEqual([]);
  expect(await severities('hint')).toEqual([DiagnosticSeverity.Hint]);
});
