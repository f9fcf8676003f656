/** Names across files. */
import { DocumentState, type LangiumDocument, URI } from 'langium';
import { VirtualFileSystemProvider } from 'langium/test';
import { describe, expect, it } from 'vitest';
import { createMorselServices } from '../../language/index.ts';
import { check, findings } from './morsel.ts';

const codes = async (files: Record<string, string>): Promise<string[]> => (await check(files)).map(({ code }) => code);

describe('imports', () => {
  const uses = 'job j on lab { task t for row in rows { run "x {row} {n}" } }';
  const common = 'param n = 1 input rows = 1..3 target lab local { instances 1 }';

  it('show targets, inputs and params of the file', async () => {
    expect(await codes({ 'a.morsel': `import "b.morsel" ${uses}`, 'b.morsel': common })).toEqual([]);
    expect(await codes({ 'x/a.morsel': `import "../b.morsel" ${uses}`, 'b.morsel': common })).toEqual([]);
  });

  it('do not show what that file imports, nor the jobs in it', async () => {
    const files = { 'a.morsel': `import "b.morsel" ${uses}`, 'b.morsel': 'import "c.morsel"', 'c.morsel': common };
    expect(await codes(files)).toEqual(['unknown-name', 'unknown-name', 'unknown-placeholder']);
  });

  it('may go round in a circle', async () => {
    const files = {
      'a.morsel': `import "b.morsel" import "a.morsel" ${uses}`,
      'b.morsel': `import "a.morsel" ${common}`,
    };
    expect(await codes(files)).toEqual([]);
  });

  it('come after what a file or job declares itself', async () => {
    const own =
      'import "b.morsel" param n = "own" job j on lab { param n = "nearest" input rows = ["a"] task t for row in rows { run "x {row} {n}" } }';
    expect(await codes({ 'a.morsel': own, 'b.morsel': common })).toEqual([]);
  });

  it('that name one target twice are told', async () => {
    const files = {
      'a.morsel': `import "b.morsel" import "c.morsel" ${uses}`,
      'b.morsel': common,
      'c.morsel': 'target lab local { }',
    };
    expect(await codes(files)).toEqual(['duplicate-name']);
  });
});

describe('a change of an imported file', () => {
  it('is seen in the files that import it, also where only a placeholder names something of it', async () => {
    const fileSystem = new VirtualFileSystemProvider();
    const uri = URI.file('/project/b.morsel');
    fileSystem.insert(uri, 'param n = 1');
    fileSystem.insert(URI.file('/project/a.morsel'), 'import "b.morsel" job j { task t { run "x {n}" } }');
    const { shared } = createMorselServices({ fileSystemProvider: () => fileSystem });
    const { DocumentBuilder, LangiumDocuments } = shared.workspace;
    DocumentBuilder.updateBuildOptions = { validation: true };
    const document: LangiumDocument = await LangiumDocuments.getOrCreateDocument(URI.file('/project/a.morsel'));
    await DocumentBuilder.build([document], { validation: true });
    expect(findings(document)).toEqual([]);

    fileSystem.delete(uri);
    fileSystem.insert(uri, 'param m = 1');
    await DocumentBuilder.update([uri], []);
    expect(document.state).toBe(DocumentState.Validated);
    expect(findings(document).map(({ code }) => code)).toEqual(['unknown-placeholder']);

    fileSystem.delete(uri);
    await DocumentBuilder.update([], [uri]);
    expect(findings(document).map(({ code }) => code)).toContain('import-not-found');
  });
});

describe('large files', () => {
  it('of thousands of tasks in a chain are checked without a stack or a square', async () => {
    const chain = Array.from(
      { length: 4000 },
      (_, index) => `task t${index} for x in ${index === 0 ? 'rows' : `t${index - 1}`} { run "x {x}" }`,
    );
    expect(await check(`job j { input rows = 1..3 ${chain.join('\n')} }`)).toEqual([]);
  });
});
