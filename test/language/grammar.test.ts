/** What can be written. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fileIn } from '../../language/ast-places.ts';
import { visibleTargets } from '../../language/index.ts';
import { build, check, lower, onlyJob } from './morsel.ts';
import { MorselGrammar } from '../../language/generated/grammar.ts';
import { AstUtils, GrammarAST } from 'langium';

const keywords = AstUtils.streamAllContents(MorselGrammar())
  .filter(GrammarAST.isKeyword)
  .map(({ value }) => value)
  .filter((word) => /^\w+$/.test(word))
  .distinct()
  .toArray();

describe('the words of the language', () => {
  it('are many', () => expect(keywords.length).toBeGreaterThan(40));

  it.each(keywords)('%s is a name wherever a name can stand', async (word) => {
    const text = `
      target ${word} local { instances 1 }
      param ${word}-p = 1
      job ${word} on ${word} {
        param ${word}q = 1
        input ${word} = 1..3
        input ${word}r = csv "r.csv"
        task ${word}1 for ${word} in ${word} {
          step ${word}s { run "echo {${word}} > {out}" output "{${word}}" }
          safepoint
          step x { run "cat {${word}s.out} {${word}q} {${word}-p}" }
          cost ${word}
          env ${word} = "{${word}}"
        }
        task ${word}2 after ${word}1 { run "true" }
        task ${word}3 for row in ${word}r { run "echo {row.${word}}" cost row.${word} }
      }`;
    expect(await check(text)).toEqual([]);
  });

  it.each(keywords)('%s is a name of tasks and steps', async (word) => {
    const steps = `step ${word} { run "echo > {out}" output "o" } safepoint step x { run "cat {${word}.out}" }`;
    const text = `job j { task ${word} { ${steps} } task x after ${word} { run "true" } input n = 1..2 task y for ${word} in n { run "echo {${word}}" } }`;
    expect(await check(text)).toEqual([]);
  });
});

describe('values', () => {
  it('1..1000 is a range, also with spaces and below 0', async () => {
    for (const range of ['1..1000', '1 .. 1000']) {
      const spec = await lower(`job j { input n = ${range} task t for i in n { run "echo {i}" } }`);
      expect(spec.inputs).toMatchObject([{ kind: 'range', from: 1, to: 1000 }]);
    }
    const spec = await lower('job j { input n = -3..-1 task t for i in n { run "echo {i}" } }');
    expect(spec.inputs).toMatchObject([{ from: -3, to: -1 }]);
  });

  it('a list holds numbers and texts', async () => {
    const spec = await lower(
      String.raw`job j { input n = ["a \"b\" \\ \d", 2, 0.5] task t for i in n { run "echo {i}" } }`,
    );
    expect(spec.inputs).toMatchObject([{ values: [String.raw`a "b" \ \d`, 2, 0.5] }]);
  });

  it('a unit may touch its number', async () => {
    const spec = await lower('job j { task t { run "x" timeout 10min needs 4GB } }');
    expect(spec.tasks[0]).toMatchObject({ timeoutSeconds: 600, needs: { memoryBytes: 4e9 } });
  });
});

describe('a mistake', () => {
  it('in one place leaves the rest of the file understood', async () => {
    const document = await build(
      'job j { task a { run "x" timout 3 s retry 1 } task b { run "y" } } target t local { }',
    );
    expect(onlyJob(document).tasks.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([...visibleTargets(fileIn(document)).all()]).toHaveLength(1);
  });

  it('of a missing quote ends with its line', async () => {
    expect(
      (await check('job j {\n task a { run "x\n }\n task b after a { run "y" }\n}')).map(({ code }) => code),
    ).toEqual(['unclosed-text']);
  });
});

describe('language/generated', () => {
  it('is what the grammar generates', () => {
    const language = fileURLToPath(new URL('../../language/', import.meta.url));
    // Within the project, so that the generator finds nothing but what it would find there.
    const copy = mkdtempSync(join(language, '../.cache-language-'));
    try {
      for (const file of ['morsel.langium', 'langium-config.json']) cpSync(join(language, file), join(copy, file));
      execFileSync(process.execPath, [join(language, '../node_modules/langium-cli/bin/langium.js'), 'generate'], {
        cwd: copy,
      });
      for (const file of readdirSync(join(copy, 'generated'))) {
        expect(readFileSync(join(language, 'generated', file), 'utf8')).toBe(
          readFileSync(join(copy, 'generated', file), 'utf8'),
        );
      }
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

it('an option may follow the number of another on one line', async () => {
  const { target } = await lower(`
    job j on t { input n = 1..3  task one for i in n { run "true" } }
    target t local { instances 2 cpus 4 memory 4 GB lifespan 5 min }`);
  expect(target).toMatchObject({ instances: { max: 2 }, cpus: 4, memoryBytes: 4e9, lifespanSeconds: 300 });
});
