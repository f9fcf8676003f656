/** Text as it is while somebody types it. */
import { CstUtils, EmptyFileSystem, URI } from 'langium';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { createMorselServices, findJobs, formatted, type InputProbe, lowerJob } from '../../language/index.ts';

const inputProbe: InputProbe = { files: async () => 0, columns: async () => ['a'], exists: async () => false };
const { shared } = createMorselServices(EmptyFileSystem, { inputProbe });
const { DocumentBuilder, LangiumDocumentFactory, LangiumDocuments } = shared.workspace;

const whole = `import "t.morsel" param p = 1 input shared = lines "{p}"
job j on t {
  param q = "x"
  input ps = files "{q}/*" except "z" input rows = csv "r.csv" input n = 1..3 input l = ["a", 2]
  task a for p2 in ps after b, c { run "x {p2.path} {out} {q}" output "{p2.stem}" cost p2.size needs 1 cpu, 2 GB retry 1 timeout 2 s estimate 1 s }
  task b for row in rows { step s { run "{row[\\"a b\\"]}" output "{row.a}" } safepoint step u { run "{s.out}" } env E = "{row.a}" workdir "w" shell "bash" }
  task c for i in a { stream "y {p}" safepoint every 3 items cost i.size }
  task d for k in l { module "m.mjs" export "f" safepoint auto cost row["x"] }
}
target t slurm { instances 1..2 lifespan 1 h price 1 per hour arguments ["x"] partition "p" }
target h ssh { hosts ["a"] }`;

const tokens = CstUtils.flattenCst(
  LangiumDocumentFactory.fromString(whole, URI.file('/project/whole.morsel')).parseResult.value.$cstNode!,
)
  .map(({ text }) => text)
  .toArray();

afterEach(() => vi.restoreAllMocks());

/** Langium answers an exception in a check with a line on the console and with diagnostics that are missing. */
it('is checked, lowered and laid out without a fault, whatever is missing or out of place', async () => {
  const logged = vi.spyOn(console, 'error');
  let number = 0;
  const edits = fc.array(
    fc.record({
      at: fc.nat(tokens.length),
      remove: fc.nat(4),
      insert: fc.array(fc.constantFrom(...tokens, '"', '"{', '1'), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(edits, fc.nat(tokens.length), async (changes, end) => {
      const broken = [...tokens];
      for (const { at, remove, insert } of changes) broken.splice(at, remove, ...insert);
      const text = broken.slice(0, end + 1).join(' ');
      const document = LangiumDocumentFactory.fromString(text, URI.file(`/project/${number++}.morsel`));
      LangiumDocuments.addDocument(document);
      await DocumentBuilder.build([document], { validation: true });
      for (const job of findJobs(document)) lowerJob(job);
      formatted(document);
      for (const { range } of document.diagnostics!) expect(Number.isInteger(range.start.line)).toBe(true);
      LangiumDocuments.deleteDocument(document.uri);
      expect(logged.mock.calls).toEqual([]);
    }),
    { numRuns: 400 },
  );
}, 60_000);
