/**
 * Files that no editor would write: whatever is in them, they are read to their end, and what is said of them stands in
 * them. Large ones are among them, so that whatever takes the square of their size runs into the time limit.
 */
import { globSync, readFileSync } from 'node:fs';
import { EmptyFileSystem, URI } from 'langium';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findingsOf } from '../../cli/diagnostics.ts';
import { renderFindings } from '../../cli/render-findings.ts';
import { createMorselServices, findJobs, formatted, lowerJob } from '../../language/index.ts';

const { shared } = createMorselServices(EmptyFileSystem);
const { DocumentBuilder, LangiumDocumentFactory, LangiumDocuments } = shared.workspace;
const examples = globSync('examples/**/*.morsel').map((file) => readFileSync(file, 'utf8'));
let number = 0;

afterEach(() => vi.restoreAllMocks());

/** Reads, checks, lowers, lays out and shows a text; answers what is wrong with it. */
async function readThrough(text: string) {
  const logged = vi.spyOn(console, 'error');
  const document = LangiumDocumentFactory.fromString(text, URI.file(`/project/${number++}.morsel`));
  LangiumDocuments.addDocument(document);
  await DocumentBuilder.build([document], { validation: true });
  for (const job of findJobs(document)) lowerJob(job);
  formatted(document);
  const findings = findingsOf(document);
  const lines = document.textDocument.lineCount;
  for (const { range } of findings) {
    const { start, end } = range;
    expect(start.line >= 0 && end.line < lines && start.character >= 0 && end.character >= 0).toBe(true);
    expect(document.textDocument.offsetAt(start)).toBeLessThanOrEqual(document.textDocument.offsetAt(end));
  }
  const shown = renderFindings({ file: 'job.morsel', text, findings }, (_, part) => part).join('\n');
  expect(shown.length).toBeLessThan(1_000_000);
  LangiumDocuments.deleteDocument(document.uri);
  expect(logged.mock.calls).toEqual([]);
  return findings;
}

test('any bytes', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      await expect(readThrough(new TextDecoder().decode(bytes))).resolves.toBeDefined();
    }),
    { numRuns: 300 },
  );
});

test('real files, truncated and mutated', { timeout: 60_000 }, async () => {
  const edit = fc.record({ at: fc.nat(), remove: fc.nat(20), insert: fc.string({ unit: 'binary', maxLength: 6 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...examples),
      fc.array(edit, { maxLength: 4 }),
      fc.nat(),
      async (text, edits, end) => {
        let broken = text;
        for (const { at, remove, insert } of edits) {
          const from = at % (broken.length + 1);
          broken = broken.slice(0, from) + insert + broken.slice(from + remove);
        }
        await expect(readThrough(broken.slice(0, end % (2 * broken.length + 1)))).resolves.toBeDefined();
      },
    ),
    { numRuns: 400 },
  );
});

test('line ends and a byte order mark make no difference', async () => {
  for (const text of examples) {
    const plain = await readThrough(text);
    const said = ({ code, range }: (typeof plain)[number]): object => ({ code, line: range.start.line });
    expect((await readThrough(text.replaceAll('\n', '\r\n'))).map(said)).toEqual(plain.map(said));
    expect((await readThrough(`\uFEFF${text}`)).map(said)).toEqual(plain.map(said));
  }
});

const inJob = (text: string): string =>
  `job j on t {\n  input ps = 1..10\n${text}\n}\ntarget t local { instances 2 }\n`;
const inCommand = (text: string): string => inJob(`  task a for p in ps { run "${text}" }`);
const tasks = (count: number, of: (index: number) => string): string =>
  inJob(Array.from({ length: count }, (_, i) => of(i)).join('\n'));

describe('of unusual size', { timeout: 60_000 }, () => {
  test.each<[string, string]>([
    ['10,000 levels of braces', '{'.repeat(10_000) + '}'.repeat(10_000)],
    ['10,000 levels of steps', inJob(`task a { ${'step s { '.repeat(10_000)}${'}'.repeat(10_000)} }`)],
    ['10,000 levels of lists', inJob(`input l = ${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
    ['10,000 levels of substitutions in a command', inCommand(`${'$('.repeat(10_000)}${')'.repeat(10_000)} {p}`)],
    ['10,000 levels of quotes in a command', inCommand(`${String.raw`\"$(`.repeat(10_000)} {p}`)],
    ['100,000 placeholders in one command', inCommand('x {p} '.repeat(100_000))],
    ['10,000 fields in one placeholder', inCommand(`{p${'.a'.repeat(10_000)}}`)],
    ['300,000 comments in a row', `${'// x\n'.repeat(300_000)}job j { task t { run "x" } }`],
    ['5 MB of a string', inCommand('x'.repeat(5_000_000))],
    ['5 MB of a string that never ends', `"${'\\'.repeat(5_000_000)}`],
    ['5 MB of one comment', `/*${'x'.repeat(5_000_000)}`],
    ['5 MB of names', 'a '.repeat(2_500_000)],
    ['5 MB of a number', '1'.repeat(5_000_000)],
    ['100,000 zeros', '\0'.repeat(100_000)],
    ['20,000 tasks', tasks(20_000, (i) => `task t${i} for p in ps { run "echo {p} ${i}" }`)],
    ['a chain of 5,000 tasks', tasks(5000, (i) => `task t${i} ${i > 0 ? `after t${i - 1}` : ''} { run "x" }`)],
    ['a circle of 5,000 tasks', tasks(5000, (i) => `task t${i} after t${(i + 1) % 5000} { run "x" }`)],
  ])('%s', async (_, text) => {
    await expect(readThrough(text)).resolves.toBeDefined();
  });
});
