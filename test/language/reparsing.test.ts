/** A file that is edited again and again, beside the same text read for the first time. */
import { type AstNode, type CstNode, isAstNode, isLeafCstNode, isReference, type LangiumDocument, URI } from 'langium';
import { VirtualFileSystemProvider } from 'langium/test';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMorselServices, findJobs, type InputProbe } from '../../language/index.ts';

const inputProbe: InputProbe = { files: async () => 1, columns: async () => ['a'], exists: async () => true };

const whole = `/** The first. */ param p = 1
input shared = lines "{p}"
job j on t {
  param q = "x" // of j
  input ps = files "{q}/*"
  input rows = csv "r.csv"
  /** Pictures. */
  task a for p2 in ps {
    run "x {p2.path} {out} {q}" /* inside */ output "{p2.stem}"
    cost p2.size needs 1 cpu, 2 GB retry 1
  }
  task b for row in rows { step s { run "{row.a}" output "{row.a}" } safepoint step u { run "{s.out}" } env E = "{row.a}" } task b2 after b { run "b" }
  task c for i in a after b { stream "y {p}" safepoint every 3 items }
  task d for k in c { run """
    several {k.path}
    lines {c.out}
  """ output "d/{k.stem}" }
}
job n on t { input n = 1..3 task a for i in n { run "echo $(({i} + 1)) {out}" output "{i}" cost i } }
job k on t { task a { run "{a.out} {p}" } task e after a { run "e" } }
target t local { instances 1..2 lifespan 1 h }
`;

/** What an edit may put in: halves of pairs above all, since those change what stands far away. */
const signs = ['"', '"""', '/*', '*/', '//', '\n', ' ', '{', '}', ',', '{p}', 'x', '1', '§', ''];
const words = ['job', 'q', 'min', 'run "r"', 'retry 2', 'for p2 in ps', 'after a', 'task z { run "z" }\n'];

const files = new VirtualFileSystemProvider();
const { shared } = createMorselServices({ fileSystemProvider: () => files }, { inputProbe });
const { DocumentBuilder, LangiumDocumentFactory, LangiumDocuments } = shared.workspace;
let opened = 0;

/** A file that no other knows of. */
function openFile(text: string) {
  const uri = URI.file(`/project/${opened++}.morsel`);
  const document = LangiumDocumentFactory.fromString(text, uri);
  LangiumDocuments.addDocument(document);
  const build = async (): Promise<LangiumDocument> => {
    await DocumentBuilder.build([document], { validation: true });
    return document;
  };
  const edit = async (next: string): Promise<LangiumDocument> => {
    files.insert(uri, next);
    await DocumentBuilder.update([uri], []);
    return LangiumDocuments.getDocument(uri)!;
  };
  const close = (): void => void LangiumDocuments.deleteDocument(uri);
  return { build, edit, close };
}

/** What is known of a text that is read for the first time. */
async function factsOfFresh(text: string): Promise<unknown> {
  const file = openFile(text);
  const facts = factsOf(await file.build());
  file.close();
  return facts;
}

/** All of a tree but for the objects themselves. */
function treeOf(node: AstNode, root = node): unknown {
  const value = (each: unknown): unknown => {
    if (isReference(each)) return { text: each.$refText, to: each.ref && placeOf(each.ref), at: each.$refNode?.offset };
    if (isAstNode(each)) return treeOf(each, root);
    return Array.isArray(each) ? each.map(value) : each;
  };
  const own = Object.entries(node).filter(([name]) => !name.startsWith('$'));
  const { $type, $container, $containerProperty, $containerIndex, $cstNode } = node;
  return {
    $type,
    in: [$container?.$type, $containerProperty, $containerIndex],
    range: $cstNode?.range,
    isOwn: $cstNode === undefined || $cstNode.astNode === node,
    isRooted: $cstNode === undefined || $cstNode.root === root.$cstNode,
    properties: Object.fromEntries(own.map(([name, each]) => [name, value(each)])),
  };
}

const placeOf = (node: AstNode): unknown => [node.$type, node.$cstNode?.offset];

function wordsOf(node: CstNode): unknown {
  if ('content' in node && Array.isArray(node.content)) return node.content.map(wordsOf);
  const { offset, length, range, text, hidden } = node;
  const type = isLeafCstNode(node) ? node.tokenType.name : undefined;
  return {
    offset,
    length,
    range,
    text,
    hidden,
    type,
    in: node.container?.astNode.$type,
    of: node.grammarSource?.$type,
  };
}

const factsOf = (document: LangiumDocument): unknown => ({
  tree: treeOf(document.parseResult.value),
  words: wordsOf(document.parseResult.value.$cstNode!),
  lexer: document.parseResult.lexerErrors,
  parser: document.parseResult.parserErrors.map(({ message, token }) => [message, token.startOffset]),
  references: document.references.map(({ $refText, error }) => [$refText, error?.message]),
  diagnostics: document.diagnostics,
});

it('is the same as if it had been read for the first time', async () => {
  const edit = fc.record({ at: fc.nat(whole.length), remove: fc.nat(12), insert: fc.constantFrom(...signs, ...words) });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.boolean(), async (edits, undoes) => {
      const file = openFile(whole);
      await file.build();
      let text = whole;
      for (const { at, remove, insert } of edits) {
        const before = text;
        text = text.slice(0, at) + insert + text.slice(at + remove);
        const edited = factsOf(await file.edit(text));
        expect(edited).toEqual(await factsOfFresh(text));
        if (undoes) await file.edit((text = before));
      }
      file.close();
    }),
    { numRuns: 60 },
  );
}, 120_000);

it('checks a task again that another part of the file has changed the meaning of', async () => {
  const changes = [
    ['n = 1..3', 'n = ["a"]'],
    ['n = 1..3', 'n = files "*"'],
    ['param p = 1\n', ''],
    ['task b for', 'task p for'],
    ['input ps = files', 'input ps = lines'],
    ['output "{p2.stem}"', ''],
    ['local {', 'nowhere {'],
  ] as const;
  for (const [from, to] of changes) {
    const file = openFile(whole);
    await file.build();
    for (const text of [whole.replace(from, to), whole]) {
      expect(factsOf(await file.edit(text))).toEqual(await factsOfFresh(text));
    }
    file.close();
  }
});

it('takes over all tasks but the one that has changed', async () => {
  const file = openFile(whole);
  const { tasks } = jobOf(await file.build());
  const after = jobOf(await file.edit(whole.replace('{p2.stem}', '{p2.name}.png'))).tasks;
  expect(after.map((task, index) => task === tasks[index])).toEqual([false, true, true, true, true]);
});

const jobOf = (document: LangiumDocument) => findJobs(document)[0]!;
