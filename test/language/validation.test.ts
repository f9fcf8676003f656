/** What is said about mistakes. That each code exists and is explained is tested with the documentation. */
import { describe, expect, it } from 'vitest';
import type { InputProbe } from '../../language/index.ts';
import { build, check, findings, fixed } from './morsel.ts';

const messages = async (text: string): Promise<string[]> => (await check(text)).map(({ message }) => message);

describe('a file with many mistakes', () => {
  it('has each of them at its place', async () => {
    const found = await check(`
      job a on laptpo {
        param width = 320
        input photos = files "*.jpg"
        input numbers = 5..1
        task one for photo in fotos { run "x {photo}" }
        task two for photo in photos after thre {
          run "convert {photo.pth} {wdth} {photo.}"
          timeout 4 GB
          retry -1
        }
        task three for n in numbers { run "echo {n}" output "x" }
        task four { }
      }
      target laptop local { instances 0 lifspan 10 min }`);
    expect(found.map(({ code, at }) => `${code} ${at}`)).toEqual([
      'unknown-name laptpo',
      'unused-param width',
      'empty-input 5..1',
      'unknown-name fotos',
      'unknown-name thre',
      'unknown-field pth',
      'unknown-placeholder wdth',
      'broken-placeholder }',
      'wrong-unit 4 GB',
      'out-of-range -1',
      'unused-output output "x"',
      'constant-output "x"',
      'missing-work four',
      'out-of-range 0',
      'unknown-option lifspan',
    ]);
  });
});

describe('messages', () => {
  it('name the whole cycle, and what can not start for it', async () => {
    const text =
      'job j { task a after c { run "x" } task b after a { run "x" } task c after b { run "x" } task d after b { run "x" } }';
    const found = await messages(text);
    expect(found[0]).toContain('`a` → `c` → `b` → `a`');
    expect(found.at(-1)).toContain('`d` can never start: it waits for `b`');
    expect(found).toHaveLength(4);
  });

  it('suggest what was meant', async () => {
    expect(await messages('job j { task resize { run "x" } task b after resise { run "x" } }')).toEqual([
      'There is no task `resise` in this job. Did you mean `resize`?',
    ]);
    expect(await messages('job j { task a { ruun "x" } }')).toEqual([
      '`ruun` is no word of the language. Did you mean `run`?',
    ]);
    expect(await messages('target x locl { }')).toEqual(['There is no kind of target `locl`. Did you mean `local`?']);
  });

  it('say which target a task does not fit', async () => {
    const job =
      'job j on t { task a { run "x" needs 4 cpus, 8 GB timeout 1 h estimate 20 min safepoint every 11 min } }';
    const found = await check(`${job} target t local { cpus 2 memory 4 GB lifespan 10 min }`);
    expect(found.map(({ code, at }) => [code, at])).toEqual([
      ['needs-too-much', '4 cpus'],
      ['needs-too-much', '8 GB'],
      ['longer-than-lifespan', '1 h'],
      ['longer-than-lifespan', '20 min'],
      ['longer-than-lifespan', '11 min'],
    ]);
    expect(found[0]!.message).toContain('No instance of `t` has 4 cpus: each has 2.');
    expect(found[1]!.message).toContain('each has 4 GB');
  });

  it('leave an item alone whose stages each fit into a life', async () => {
    const steps = 'step a { run "x" } safepoint step b { run "y" }';
    expect(
      await messages(`job j on t { task a { ${steps} estimate 20 min } } target t local { lifespan 10 min }`),
    ).toEqual([]);
  });
});

describe('checkpoints', () => {
  const inJob = (task: string): string =>
    `job j on t { input n = 1..3 ${task} task z for i in n { run "{i}" } } target t local { lifespan 10 min }`;

  it.each([
    ['task a for i in n { run "x {i} {checkpoint}" checkpoint "s/{i}" signal USR1 within 20 s estimate 2 h }', []],
    ['task a for i in n { run "x {i}" env STATE = "{checkpoint}" checkpoint "s/{i}" }', []],
    ['task a { step b { run "x {checkpoint}" } safepoint step c { run "y" } checkpoint "s" }', []],
    ['task a for checkpoint in n { run "x {checkpoint}" }', []],
    ['task a for i in n { run "x {i} {checkpoint}" }', ['missing-checkpoint {checkpoint}']],
    ['task a for i in n { run "x {i}" checkpoint "s/{i}" }', ['unused-checkpoint checkpoint "s/{i}"']],
    ['task a for i in n { run "x {i} {checkpoint}" checkpoint "s" }', ['constant-output "s"']],
    ['task a for i in n { run "x {checkpoint.a}" checkpoint "s/{i}" }', ['unknown-field .a']],
    ['task a for i in n { run "x {checkpoint} {out}" output "./s/{i}" checkpoint "s/{i}" }', ['same-output "s/{i}"']],
    ['task a { run "x {checkpoint}" checkpoint "{checkpoint}" }', ['misplaced-placeholder {checkpoint}']],
    ['task a { run "x {checkpoint}" checkpoint "s" signal KILL }', ['unknown-signal KILL']],
    ['task a { run "x {checkpoint}" checkpoint "s" within 20 }', ['wrong-unit 20']],
    ['task a { run "x {checkpoint}" checkpoint "s" within 20 min }', ['longer-than-lifespan 20 min']],
    ['task a { run "x {checkpoint}" checkpoint "s" checkpoint "t" }', ['repeated-statement checkpoint "t"']],
    ['task a { stream "x" checkpoint "s" }', ['misplaced-checkpoint checkpoint "s"']],
    ['task a { module "./x.mjs" checkpoint "s" }', ['misplaced-checkpoint checkpoint "s"']],
  ])('%s', async (task, expected) => {
    expect((await check(inJob(task))).map(({ code, at }) => `${code} ${at}`)).toEqual(expected);
  });
});

describe('fixes', () => {
  it.each([
    ['unknown-name', 'job j { task ab { run "x" } task c after ac { run "x" } }', 'after ab {'],
    ['unknown-unit', 'job j { task a { run "x" timeout 2 minutes } }', 'timeout 2 min }'],
    ['unknown-unit', 'target t local { lifespan 2 hours }', 'lifespan 2 h }'],
    ['syntax', 'job j { tsk a { run "x" } }', 'job j { task a {'],
    ['unknown-target-kind', 'target t slrum { }', 'target t slurm {'],
    ['unknown-option', 'target t slurm { partitoin "x" }', '{ partition "x" }'],
    ['whole-minutes', 'target t slurm { lifespan 90 s }', 'lifespan 2 min }'],
    ['empty-input', 'job j { input n = 3..1 task a for i in n { run "{i}" } }', 'n = 1..3 '],
    ['missing-target', 'job j { task a { run "x" } } target t local { } target u local { }', 'job j on t {'],
    [
      'missing-safepoint',
      'job j { task a { step b { run "x > {out}" output "b" } step c { run "y > {out}" output "c" } } }',
      'safepoint\n    step c',
    ],
    ['unknown-signal', 'job j { task a { run "{checkpoint}" checkpoint "s" signal SIGUSR1 } }', 'signal USR1 }'],
    ['wrong-unit', 'job j { task a { run "x" retry 2 s } }', 'retry 2 }'],
    ['unknown-field', 'job j { input n = files "*" task a for f in n { run "{f}" cost f.name } }', 'cost f.size }'],
  ])('of %s: %s', async (code, text, expected) => {
    expect(await fixed(text, code)).toContain(expected);
  });
});

describe('what may look like a mistake and is none', () => {
  it.each([
    'job j on local { task a { run "x" } }',
    'job j { task a { run "x {out}" output "a" } task b after a { run "y" } task c after b { run "z {a.out}" } }',
    'job j { input n = 1..3 task a for i in n { run "x {i} {out}" output "{i}.a" } task b for k in a { run "y {k} {a.out} {out}" output "{k}.b" } }',
    'job j { input n = 1..3 task a for i in n { run "x" env OUT = "{out}" output "{i}" } }',
    'job j { input n = 1..3 task a for i in n { stream "x" output "{i}" } }',
    'job j { input n = json "x" task a for i in n { run "{i.a.b} {i[\\"c d\\"]}" cost i.size } }',
    'param shared = 1 input rows = 1..2',
  ])('%s', async (text) => expect(await check(text)).toEqual([]));
});

describe('what the file system says', () => {
  const probe: InputProbe = {
    files: async (patterns) => (patterns[0] === 'a/*' ? 3 : 0),
    columns: async () => ['name', 'first name', 'bytes'],
    exists: async (path) => path === 'people.csv',
  };
  const at = async (text: string): Promise<string[]> =>
    findings(await build(text, probe)).map((found) => `${found.code} ${found.at}`);

  it('about files and modules that are not there', async () => {
    expect(await at('job j { input a = files "a/*" task t for x in a { run "{x}" } }')).toEqual([]);
    expect(await at('job j { input a = files "b/*" task t for x in a { run "{x}" } }')).toEqual([
      'empty-input files "b/*"',
    ]);
    expect(await at('job j { input a = lines "gone" task t for x in a { run "{x}" } }')).toEqual([
      'missing-input "gone"',
    ]);
    expect(await at('job j { task t { module "./gone.mjs" } }')).toEqual(['missing-file "./gone.mjs"']);
    expect(await at('param p = "b" input a = files "{p}/*"')).toEqual([]);
  });

  it('about columns, in placeholders and costs', async () => {
    const job = (rest: string): string => `job j { input rows = csv "people.csv" task t for row in rows { ${rest} } }`;
    expect(await at(job('run "{row.name} {row[\\"first name\\"]} {row.nam}"'))).toEqual(['unknown-field nam']);
    expect(await at(job('run "{row}" cost row.bytes'))).toEqual([]);
    expect(await at(job('run "{row}" cost row["byte"]'))).toEqual(['unknown-field "byte"']);
  });
});
