/** What every editor asks a language server for, with exact places, in two files of which one imports the other. */
import { join } from 'node:path';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  LocationLink,
  Range,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
  WorkspaceSymbol,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targets, thumbnails, workspaceFiles } from './fixtures.ts';
import { LspClient, removeWorkspace, uriOf, workspace } from './lsp-client.ts';

let folder: string;
let client: LspClient;
let uri: string;
let targetsUri: string;

beforeAll(async () => {
  folder = workspace(workspaceFiles());
  client = await LspClient.start({ folders: [folder] });
  uri = await client.open(join(folder, 'thumbnails.morsel'), thumbnails);
  targetsUri = uriOf(join(folder, 'targets.morsel'));
  await client.diagnostics(uri);
});

afterAll(async () => {
  await client.shutdown();
  removeWorkspace(folder);
});

const targetsDocument = TextDocument.create('file:///targets.morsel', 'morsel', 1, targets);
const rangeInTargets = (find: string): Range => {
  const offset = targets.indexOf(find);
  return { start: targetsDocument.positionAt(offset), end: targetsDocument.positionAt(offset + find.length) };
};

/** The range of a part of a longer text that occurs once. */
function within(text: string, part: string): Range {
  const plus = text.indexOf(part);
  const start = client.positionOf(uri, text, plus);
  return { start, end: { line: start.line, character: start.character + part.length } };
}

async function labelsAt(find: string, plus: number): Promise<string[]> {
  const list = await client.request<CompletionList>('textDocument/completion', client.at(uri, find, plus));
  return list.items.map(({ label }) => label);
}

/** Completion in a file of its own, at the `|`. */
async function completed(text: string): Promise<CompletionItem[]> {
  const path = join(folder, 'completing.morsel');
  const offset = text.indexOf('|');
  const own = await client.open(path, text.replace('|', ''));
  const position = client.document(own).positionAt(offset);
  const list = await client.request<CompletionList>('textDocument/completion', {
    textDocument: { uri: own },
    position,
  });
  await client.close(own);
  return list.items;
}

const fileFields = ['path', 'name', 'stem', 'ext', 'dir', 'below', 'size'];

const labels = (items: CompletionItem[]): string[] => items.map(({ label }) => label);

async function hoverText(find: string, plus = 0): Promise<{ text: string; range: Range | undefined }> {
  const hover = await client.request<Hover | null>('textDocument/hover', client.at(uri, find, plus));
  const contents = hover?.contents;
  const text = typeof contents === 'object' && 'value' in contents ? contents.value : '';
  return { text, range: hover?.range };
}

describe('a valid file', () => {
  test('has no problems', async () => {
    expect(await client.diagnostics(uri)).toEqual([]);
  });
});

describe('definition', () => {
  const definition = (find: string, plus = 0) =>
    client.request<LocationLink[]>('textDocument/definition', client.at(uri, find, plus));

  test('of a target in an imported file', async () => {
    expect(await definition('on laptop', 3)).toEqual([
      {
        originSelectionRange: within('on laptop', 'laptop'),
        targetUri: targetsUri,
        targetRange: rangeInTargets(targets.slice(targets.indexOf('target'), targets.indexOf('}') + 1)),
        targetSelectionRange: rangeInTargets('laptop'),
      },
    ]);
  });

  test('of a param that a placeholder names', async () => {
    expect(await definition('{quality}', 3)).toMatchObject([
      {
        originSelectionRange: within('{quality}', 'quality'),
        targetUri: targetsUri,
        targetSelectionRange: rangeInTargets('quality'),
      },
    ]);
  });

  test('of an item that a placeholder names', async () => {
    expect(await definition('{photo.stem}', 2)).toMatchObject([
      { originSelectionRange: within('{photo.stem}', 'photo'), targetSelectionRange: within('for photo in', 'photo') },
    ]);
  });

  test('of an import is the file', async () => {
    const start = { line: 0, character: 0 };
    expect(await definition('targets.morsel')).toMatchObject([
      { targetUri: targetsUri, targetSelectionRange: { start, end: start } },
    ]);
  });

  test('of a word of the language is none', async () => {
    expect(await definition('timeout')).toEqual([]);
  });
});

describe('references', () => {
  const references = (find: string, includeDeclaration: boolean, plus = 0) =>
    client.request<Location[]>('textDocument/references', {
      ...client.at(uri, find, plus),
      context: { includeDeclaration },
    });

  test('of an item are in the text and in strings', async () => {
    const uses = [within('{photo.path}', 'photo'), within('{photo.stem}', 'photo'), within('cost photo.size', 'photo')];
    expect(await references('for photo', false, 4)).toEqual(uses.map((range) => ({ uri, range })));
  });

  test('cross files, with the declaration if it is asked for', async () => {
    expect(await references('{quality}', true, 1)).toEqual([
      { uri: targetsUri, range: rangeInTargets('quality') },
      { uri, range: within('{quality}', 'quality') },
    ]);
  });

  test('of a task', async () => {
    expect(await references('task resize', false, 5)).toEqual([{ uri, range: within('after resize', 'resize') }]);
  });
});

test('highlights are those of this file', async () => {
  const found = await client.request<DocumentHighlight[]>(
    'textDocument/documentHighlight',
    client.at(uri, '{width}', 1),
  );
  expect(found).toEqual([
    { range: within('param width', 'width'), kind: 3 },
    { range: within('{width}', 'width'), kind: 2 },
  ]);
});

describe('rename', () => {
  const rename = (find: string, newName: string, plus = 0) =>
    client.request<WorkspaceEdit | null>('textDocument/rename', { ...client.at(uri, find, plus), newName });

  test('is prepared with the exact range, inside a placeholder too', async () => {
    const prepare = (find: string, plus: number) =>
      client.request<Range | null>('textDocument/prepareRename', client.at(uri, find, plus));
    expect(await prepare('{photo.path}', 3)).toEqual(within('{photo.path}', 'photo'));
    expect(await prepare('task resize', 6)).toEqual(within('task resize', 'resize'));
    expect(await prepare('{photo.path}', 8)).toBeNull();
    expect(await prepare('safepoint', 2)).toBeNull();
    expect(await prepare('targets.morsel', 2)).toBeNull();
  });

  test('changes the name everywhere, in all files', async () => {
    expect(await rename('{quality}', 'q', 1)).toEqual({
      changes: {
        [targetsUri]: [{ range: rangeInTargets('quality'), newText: 'q' }],
        [uri]: [{ range: within('{quality}', 'quality'), newText: 'q' }],
      },
    });
  });

  test('of an item leaves fields alone', async () => {
    const edit = await rename('for photo', 'picture', 4);
    const document = client.document(uri);
    const text = TextDocument.applyEdits(document, edit!.changes![uri]!);
    expect(text).toBe(thumbnails.replaceAll(/\bphoto\b/g, 'picture'));
  });

  test('refuses what is no name, and a name that is taken', async () => {
    await expect(rename('{width}', '1st', 1)).rejects.toThrow('"1st" is no name');
    await expect(rename('{width}', 'two words', 1)).rejects.toThrow('is no name');
    await expect(rename('task resize', 'greet', 5)).rejects.toThrow('There is already a task "greet" here.');
    await expect(rename('task resize', 'people', 5)).rejects.toThrow('There is already an input "people" here.');
  });

  test('takes words of the language', async () => {
    expect(await rename('task resize', 'run', 5)).toMatchObject({ changes: { [uri]: [{}, {}] } });
  });
});

describe('hover', () => {
  test('shows the declaration and its doc comment', async () => {
    const { text, range } = await hoverText('on laptop', 3);
    expect(text).toContain('target laptop local');
    expect(text).toContain('The machine on the desk.');
    expect(range).toEqual(within('on laptop', 'laptop'));
    expect((await hoverText('task resize', 5)).text).toContain('Scales one picture.');
  });

  test('explains placeholders', async () => {
    expect((await hoverText('{photo.path}', 2)).text).toContain('`stem`');
    expect((await hoverText('{person.name}', 2)).text).toContain('`first name`');
    const field = await hoverText('{photo.stem}', 8);
    expect(field.text).toContain('file name without its ending');
    expect(field.range).toEqual(within('{photo.stem}', 'stem'));
    expect((await hoverText('{out}', 1)).text).toContain('published at the next safe point');
    expect((await hoverText('{width}', 1)).text).toContain('param width = 320');
  });

  test('explains words and units', async () => {
    expect((await hoverText('safepoint every', 2)).text).toContain('may be cut');
    expect((await hoverText('5 min', 3)).text).toBe('minutes');
  });
});

describe('completion', () => {
  test('of fields in a string whose closing quote is still to be typed', async () => {
    const text = 'job j { input rows = csv "people.csv"\ntask t for row in rows { run "echo {row.na\n} }';
    const typing = await client.open(join(folder, 'typing.morsel'), text);
    const at = client.at(typing, '{row.na', '{row.na'.length);
    const { items } = await client.request<CompletionList>('textDocument/completion', at);
    expect(items.map(({ label }) => label)).toEqual(['name', 'first name']);
    await client.close(typing);
  });

  test('offers what can stand in a task', async () => {
    const offered = await labelsAt('cost photo', 0);
    expect(offered).toEqual(expect.arrayContaining(['run', 'output', 'safepoint', 'needs', 'retry']));
    expect(offered).not.toContain('job');
    expect(offered).not.toContain('min');
  });

  test('offers what can stand in a file', async () => {
    const offered = labels(await completed('|'));
    expect(offered).toEqual(expect.arrayContaining(['import', 'job', 'target', 'input', 'param']));
    expect(offered).not.toContain('run');
  });

  test('offers names by place', async () => {
    expect(await labelsAt('on laptop', 3)).toEqual(['laptop']);
    expect(await labelsAt('in photos', 3)).toEqual(expect.arrayContaining(['photos', 'people', 'shared', 'greet']));
    expect(await labelsAt('after resize', 6)).not.toContain('photos');
  });

  test('offers kinds and options of targets', async () => {
    expect(labels(await completed('target t |'))).toEqual(expect.arrayContaining(['local', 'slurm', 'ssh']));
    expect(labels(await completed('target t slurm { instances 2 | }'))).toEqual(
      expect.arrayContaining(['lifespan', 'partition', 'memory']),
    );
    expect(labels(await completed('target t local { | }'))).not.toContain('partition');
    expect(labels(await completed('target t local { life| }'))).toEqual(['lifespan']);
  });

  test('offers the units that make sense', async () => {
    const job = (statement: string) => `job j { task t { run "x" ${statement} } }`;
    expect(labels(await completed(job('timeout 5 |')))).toEqual(expect.arrayContaining(['s', 'min', 'h']));
    expect(labels(await completed(job('timeout 5 |')))).not.toContain('MB');
    expect(labels(await completed(job('needs 512 |')))).toEqual(expect.arrayContaining(['MB', 'cpus']));
    expect(labels(await completed(job('safepoint every 25 |')))).toEqual(expect.arrayContaining(['items', 's']));
    expect(labels(await completed('target t local { lifespan 10 | }'))).toContain('min');
  });

  test('offers what a checkpoint can have', async () => {
    const task = (run: string, rest: string) => `job j { task t { run "${run}" checkpoint "s" ${rest} } }`;
    expect(labels(await completed(task('x', 'signal |')))).toEqual(['TERM', 'INT', 'HUP', 'USR1', 'USR2']);
    expect(labels(await completed(task('x', 'within 20 |')))).toEqual(expect.arrayContaining(['s', 'min']));
    expect(labels(await completed(task('x', 'within 20 |')))).not.toContain('MB');
    expect(labels(await completed(task('{check|}', '')))).toContain('checkpoint');
  });

  test('offers names in placeholders', async () => {
    expect(await labelsAt('{photo.path}', 1)).toEqual(expect.arrayContaining(['photo', 'out', 'width', 'quality']));
    expect(await labelsAt('{photo.path}', 7)).toEqual(fileFields);
    expect(await labelsAt('cost photo.size', 'cost photo.'.length)).toEqual(fileFields);
  });

  test('offers columns of a csv, in brackets where they are no names', async () => {
    const list = await client.request<CompletionList>(
      'textDocument/completion',
      client.at(uri, '{person.name} >', '{person.'.length),
    );
    const [name, firstName] = list.items;
    expect(name?.label).toBe('name');
    const edit = firstName!.textEdit!;
    const edits = ['range' in edit ? [edit] : [], firstName!.additionalTextEdits!].flat();
    const text = TextDocument.applyEdits(client.document(uri), edits);
    expect(text).toContain(String.raw`{person[\"first name\"]name}`);
  });

  test('offers files where a string names some', async () => {
    expect(labels(await completed('import "|"'))).toEqual(expect.arrayContaining(['targets.morsel', 'photos']));
    expect(labels(await completed('import "|"'))).not.toContain('people.csv');
    expect(labels(await completed('input i = csv "peo|"'))).toContain('people.csv');
    expect(labels(await completed('input i = files "photos/|"'))).toContain('p0.jpg');
    expect(labels(await completed('job j { task t { run "|" } }'))).toEqual([]);
  });
});

test('the outline', async () => {
  const symbols = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri } });
  const [job] = symbols;
  expect(symbols).toHaveLength(1);
  expect(job).toMatchObject({ name: 'thumbnails', detail: 'on laptop' });
  expect(job!.selectionRange).toEqual(within('job thumbnails', 'thumbnails'));
  const children = job!.children!.map(({ name, detail }) => `${detail}: ${name}`);
  expect(children).toEqual([
    'param: width',
    'input: photos',
    'input: people',
    'for photo in photos: resize',
    'for person in people: greet',
    'after resize: sheet',
  ]);
});

test('names of all files are found', async () => {
  const find = async (query: string) => {
    const found = await client.request<WorkspaceSymbol[]>('workspace/symbol', { query });
    return found.map(({ name, containerName, location }) => ({ name, containerName, uri: location.uri }));
  };
  expect(await find('lap')).toEqual([{ name: 'laptop', containerName: undefined, uri: targetsUri }]);
  expect(await find('resize')).toEqual([{ name: 'resize', containerName: 'thumbnails', uri }]);
});

test('folding', async () => {
  const found = await client.request<FoldingRange[]>('textDocument/foldingRange', { textDocument: { uri } });
  const line = (find: string) => client.positionOf(uri, find).line;
  const starts = found.map(({ startLine }) => startLine);
  expect(starts).toEqual(['job thumb', 'task resize', 'task greet', 'task sheet'].map(line));
});

test('links lead to imports and inputs', async () => {
  const links = await client.request<DocumentLink[]>('textDocument/documentLink', { textDocument: { uri } });
  expect(links).toEqual([
    { range: within('"targets.morsel"', 'targets.morsel'), target: targetsUri },
    { range: within('"people.csv"', 'people.csv'), target: uriOf(join(folder, 'people.csv')) },
  ]);
});

test('semantic tokens name kinds, units and what is in strings', async () => {
  const legend = client.initializeResult.capabilities.semanticTokensProvider!.legend;
  const { data } = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument: { uri } });
  const tokens: string[] = [];
  let line = 0;
  let character = 0;
  for (let i = 0; i < data.length; i += 5) {
    character = data[i] === 0 ? character + data[i + 1]! : data[i + 1]!;
    line += data[i]!;
    const start = { line, character };
    const text = client.document(uri).getText({ start, end: { line, character: character + data[i + 2]! } });
    tokens.push(`${text}: ${legend.tokenTypes[data[i + 3]!]}`);
  }
  expect(tokens).toEqual(
    expect.arrayContaining([
      'thumbnails: class',
      'laptop: namespace',
      'photos: variable',
      'resize: function',
      'photo: parameter',
      'path: property',
      'out: macro',
      'width: typeParameter',
      '5: number',
      'min: keyword',
    ]),
  );
});

test('formatting changes the layout and nothing else', async () => {
  const own = await client.open(join(folder, 'untidy.morsel'), thumbnails.replaceAll(/^ +/gm, '      '));
  const options = { tabSize: 2, insertSpaces: true };
  const edits = await client.request<TextEdit[]>('textDocument/formatting', { textDocument: { uri: own }, options });
  expect(TextDocument.applyEdits(client.document(own), edits)).toBe(thumbnails);
  await client.close(own);
});

describe('quick fixes', () => {
  test('mend a misspelt name', async () => {
    const path = join(folder, 'broken.morsel');
    const own = await client.open(
      path,
      'input numbers = 1..3\njob j {\n  task t for n in nubmers { run "echo {n}" }\n}\n',
    );
    const [problem] = await client.diagnostics(own, (found) => found.some(({ code }) => code === 'unknown-name'));
    expect(problem).toMatchObject({ severity: 1, range: client.rangeOf(own, 'nubmers') });
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: own },
      range: client.rangeOf(own, 'nubmers'),
      context: { diagnostics: [problem] },
    });
    expect(actions[0]).toMatchObject({ title: 'Change to `numbers`', kind: 'quickfix', isPreferred: true });
    expect(actions[0]!.edit!.changes![own]).toEqual([{ range: client.rangeOf(own, 'nubmers'), newText: 'numbers' }]);
    const others = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: own },
      range: client.rangeOf(own, 'nubmers'),
      context: { diagnostics: [], only: ['refactor'] },
    });
    expect(others).toEqual([]);
    await client.close(own);
  });
});
