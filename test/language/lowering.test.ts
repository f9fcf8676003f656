/** Jobs become JobSpecs. */
import { describe, expect, it } from 'vitest';
import { findTask } from '../../language/index.ts';
import type { TaskSpec, Template } from '../../scheduler/job-spec.ts';
import { build, lower, onlyJob, problemOf } from './morsel.ts';

/** A template on one line: holes as `<quote:what>`. */
const show = (template: Template): string =>
  template
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const { hole } = part;
      const what =
        hole.kind === 'item'
          ? ['item', ...hole.path].join('.')
          : hole.kind === 'output-of'
            ? `output-of ${hole.task}`
            : hole.kind;
      return `<${part.quote}:${what}>`;
    })
    .join('');

const commandsOf = ({ work }: TaskSpec): string[] => (work.kind === 'run' ? work.commands.map(show) : []);

const photos = 'input photos = files "a/*.jpg", "b/*.jpg" except "a/x/**"';
const job = (members: string): string => `job j {\n${photos}\n${members}\n}`;

describe('a job', () => {
  it('is plain JSON', async () => {
    const spec = await lower(
      job('task t for p in photos { run "ls {p.path}" cost p.size needs 2 cpus, 1 GB retry 1 }'),
    );
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  it('names its file, its folder and where its tasks stand', async () => {
    const spec = await lower(job('task t for p in photos { run "ls {p.path}" }'));
    expect(spec).toMatchObject({ version: 1, job: 'j', file: '/project/job.morsel', directory: '/project' });
    expect(spec.tasks[0]!.source).toEqual({
      file: '/project/job.morsel',
      start: { line: 2, character: 0 },
      end: { line: 2, character: 44 },
    });
  });

  it('has the inputs that its tasks go over, and no others', async () => {
    const spec = await lower(
      job('input rows = csv "r.csv" task t for p in photos { run "x {p}" } task u for p in t { run "y {p}" }'),
    );
    expect(spec.inputs).toMatchObject([
      { name: 'photos', kind: 'files', patterns: ['a/*.jpg', 'b/*.jpg'], exclude: ['a/x/**'] },
    ]);
  });

  it('has its tasks in an order in which they can run', async () => {
    const spec = await lower('job j { task c after b { run "c" } task b after a { run "b" } task a { run "a" } }');
    expect(spec.tasks.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('says in one sentence why it can not run', async () => {
    expect(await problemOf('job j { task a after b { run "a" } task b after a { run "b" } }')).toBe(
      'Tasks wait for each other in a circle: `a` → `b` → `a`.',
    );
    expect(await problemOf('job j { task a { run "x {y}" } }')).toContain('`y`');
    expect(await problemOf('job j { task a { rum "x" } }')).toContain('job.morsel has errors');
    const keeps = 'checkpoint "c/{n}" run "x {checkpoint}"';
    expect(
      await problemOf(
        `target h ssh { hosts ["a"] stage [] } job j on h { input all = 1..2 task a for n in all { ${keeps} } }`,
      ),
    ).toContain('The task `a` has a checkpoint, and `stage` carries no states');
    expect(await problemOf('job j { }')).toBe('The job `j` has no task.');
    expect(await problemOf('import "gone.morsel" job j { task a { run "x" } }')).toContain('gone.morsel');
  });
});

describe('tasks', () => {
  it('have what was said of them, in seconds and bytes, and defaults for the rest', async () => {
    const spec = await lower(
      job(`task t for p in photos {
        run "x {p.path}" cost p["size"] needs 0.5 cpu, 512 MB safepoint every 30 s
        retry 3 timeout 1.5 min estimate 250 ms workdir "w/{p.stem}" env A = "b {p.name}" shell "bash -eu"
      }
      task u { module "./m.mjs" }`),
    );
    expect(spec.tasks[0]).toMatchObject({
      name: 't',
      task: 't',
      stage: { index: 1, of: 1 },
      input: 'photos',
      dependsOn: [],
      cost: { kind: 'field', path: ['size'] },
      needs: { cpus: 0.5, memoryBytes: 512_000_000 },
      safePoint: { kind: 'time', everySeconds: 30 },
      retry: 3,
      timeoutSeconds: 90,
      estimateSeconds: 0.25,
      shell: ['bash', '-eu'],
    });
    expect(show(spec.tasks[0]!.workdir)).toBe('w/<raw:item.stem>');
    expect(spec.tasks[0]!.env.map(({ name, value }) => [name, show(value)])).toEqual([['A', 'b <raw:item.name>']]);
    expect(spec.tasks[1]).toMatchObject({
      input: null,
      work: { kind: 'module', path: './m.mjs', export: 'default' },
      output: null,
      cost: null,
      needs: { cpus: 1, memoryBytes: 0 },
      safePoint: { kind: 'auto' },
      retry: 0,
      timeoutSeconds: null,
      estimateSeconds: null,
      shell: null,
    });
  });

  it('wait for single items of a task that they go over, and for all of one that they come after', async () => {
    const spec = await lower(
      job('task a for p in photos { run "a {p}" } task b for q in a { run "b {q}" } task c after b { run "c" }'),
    );
    expect(spec.tasks.map(({ name, input, dependsOn }) => ({ name, input, dependsOn }))).toEqual([
      { name: 'a', input: 'photos', dependsOn: [] },
      { name: 'b', input: 'photos', dependsOn: [{ task: 'a', on: 'item' }] },
      { name: 'c', input: null, dependsOn: [{ task: 'b', on: 'all' }] },
    ]);
  });

  it('become chains of stages where safe points stand between their steps', async () => {
    const spec = await lower(
      job(`task t for p in photos {
        step a { run "a {p.path} > {out}" output "{p.stem}.a" }
        step b { run "b {a.out}" }
        safepoint
        step c { run "c {a.out} > {out}" }
        output "{p.stem}.c"
        estimate 4 s
      }
      task after-t after t { run "x" }
      task per-item for p in t { run "y {t.out}" }`),
    );
    expect(
      spec.tasks.map(({ name, task, stage, dependsOn, estimateSeconds }) => ({
        name,
        task,
        stage,
        dependsOn,
        estimateSeconds,
      })),
    ).toEqual([
      { name: 't', task: 't', stage: { index: 1, of: 2 }, dependsOn: [], estimateSeconds: 2 },
      {
        name: 't#2',
        task: 't',
        stage: { index: 2, of: 2 },
        dependsOn: [{ task: 't', on: 'item' }],
        estimateSeconds: 2,
      },
      {
        name: 'after-t',
        task: 'after-t',
        stage: { index: 1, of: 1 },
        dependsOn: [{ task: 't#2', on: 'all' }],
        estimateSeconds: null,
      },
      {
        name: 'per-item',
        task: 'per-item',
        stage: { index: 1, of: 1 },
        dependsOn: [{ task: 't#2', on: 'item' }],
        estimateSeconds: null,
      },
    ]);
    expect(spec.tasks.map(commandsOf)).toEqual([
      ['a <none:item.path> > <none:out>', 'b <none:out>'],
      ['c <none:output-of t> > <none:out>'],
      ['x'],
      ['y <none:output-of t#2>'],
    ]);
    expect(spec.tasks.map(({ output }) => output && show(output))).toEqual([
      '<raw:item.stem>.a',
      '<raw:item.stem>.c',
      null,
      null,
    ]);
  });

  it('are found again by the name of any of their stages', async () => {
    const found = onlyJob(
      await build(job('task t for p in photos { step a { run "a" } safepoint step b { run "b" } }')),
    );
    expect(findTask(found, 't')).toBe(found.tasks[0]);
    expect(findTask(found, 't#2')).toBe(found.tasks[0]);
    expect(findTask(found, 'u')).toBeUndefined();
  });
});

describe('commands', () => {
  it('know the quotes that each value stands in', async () => {
    const spec = await lower(
      job(`task t for p in photos { run """a {p} '{p.stem}' "{p.dir} $(b {p} '{p}')" {!p.path}""" }`),
    );
    expect(commandsOf(spec.tasks[0]!)).toEqual([
      `a <none:item> '<single:item.stem>' "<double:item.dir> $(b <none:item> '<single:item>')" <raw:item.path>`,
    ]);
  });

  it('keep everything that is no placeholder', async () => {
    const command = String.raw`x {a,b} {1..9} {a..z} {} { } {print $1} \${HOME} {"a":{"b":1}} {{p}} {{{p.stem}}}`;
    const spec = await lower(job(`task t for p in photos { run """${command.replace('\\$', '$')}""" }`));
    expect(commandsOf(spec.tasks[0]!)).toEqual([
      'x {a,b} {1..9} {a..z} {} { } {print $1} ${HOME} {"a":{"b":1}} {p} {<none:item.stem>}',
    ]);
  });

  it('lose the indentation of a text in three quotes, and nothing else', async () => {
    const spec = await lower('job j { task t {\n    run """\n      if x; then\n        y \\\n      fi\n    """ } }');
    expect(commandsOf(spec.tasks[0]!)).toEqual(['if x; then\n  y \\\nfi']);
  });
});

describe('params', () => {
  const text = 'param n = 1 param s = "a b" job j { param own = 2 task t { run "{n} \'{s}\' {own}" env S = "{s}" } }';

  it('are filled in, quoted like values', async () => {
    const spec = await lower(text);
    expect(commandsOf(spec.tasks[0]!)).toEqual([`'1' 'a b' '2'`]);
    expect(show(spec.tasks[0]!.env[0]!.value)).toBe('a b');
    expect(spec.params).toEqual({ n: 1, s: 'a b', own: 2 });
  });

  it('take values from outside', async () => {
    const spec = await lower(text, { params: { n: '2.5', s: "it's" } });
    expect(commandsOf(spec.tasks[0]!)).toEqual([String.raw`'2.5' 'it'\''s' '2'`]);
    expect(spec.params).toEqual({ n: 2.5, s: "it's", own: 2 });
  });

  it('refuse what they can not be', async () => {
    expect(await problemOf(text, { params: { n: 'many' } })).toBe('The param `n` is a number, and "many" is none.');
    expect(await problemOf(text, { params: { onw: '1' } })).toBe('The job `j` has no param `onw`. Did you mean `own`?');
  });
});

describe('targets', () => {
  const task = 'task t { run "true" }';

  it('are lowered with their options', async () => {
    const spec = await lower(
      `job j on c { ${task} } target c slurm { instances 1..8 lifespan 2 h cpus 4 memory 8 GB startup 30 s price 0.6 per minute partition "p" arguments ["-a", "b"] }`,
    );
    expect(spec.target).toMatchObject({
      name: 'c',
      kind: 'slurm',
      instances: { min: 1, max: 8 },
      lifespanSeconds: 7200,
      cpus: 4,
      memoryBytes: 8e9,
      startupSeconds: 30,
      options: { partition: 'p', arguments: ['-a', 'b'] },
    });
    expect(spec.target.pricePerHour).toBeCloseTo(36);
  });

  it('are chosen: asked for, named, the only one, the built-in one', async () => {
    const two = `job j on a { ${task} } target a local { } target b local { }`;
    expect((await lower(two)).target.name).toBe('a');
    expect((await lower(two, { target: 'b' })).target.name).toBe('b');
    expect((await lower(two, { target: 'local' })).target.name).toBe('local');
    expect((await lower(`job j { ${task} } target a local { }`)).target.name).toBe('a');
    expect((await lower(`job j { ${task} }`)).target).toMatchObject({
      name: 'local',
      kind: 'local',
      lifespanSeconds: null,
      cpus: 1,
    });
    expect(await problemOf(`job j { ${task} } target aa local { } target bb local { }`)).toContain(
      'choose one of `aa`, `bb`',
    );
    expect(await problemOf(two, { target: 'laptop' })).toContain('There is no target `laptop`.');
  });
});

describe('a checkpoint', () => {
  it('is of the stages whose commands name it, and has a signal and a grace', async () => {
    const steps = 'step b { run "x {checkpoint}" } safepoint step c { run "y" }';
    const [first, second] = (await lower(job(`task a { ${steps} checkpoint "s/a b" signal USR1 within 1 min }`))).tasks;
    expect(first!.checkpoint).toMatchObject({ signal: 'USR1', graceSeconds: 60 });
    expect(show(first!.checkpoint!.path)).toBe('s/a b');
    expect(commandsOf(first!)).toEqual(['x <none:checkpoint>']);
    expect(second).not.toHaveProperty('checkpoint');
  });

  it('asks with TERM where nothing is said', async () => {
    const spec = await lower(job('task a { run "x \'{checkpoint}\'" checkpoint "s" }'));
    expect(spec.tasks[0]!.checkpoint).toMatchObject({ signal: 'TERM', graceSeconds: null });
    expect(commandsOf(spec.tasks[0]!)).toEqual(["x '<single:checkpoint>'"]);
  });
});

describe('imports', () => {
  it('give params, inputs and targets, whose paths start from their own folder', async () => {
    const spec = await lower({
      'jobs/job.morsel': 'import "../lab/common.morsel" job j on lab { task t for row in rows { run "x {row} {n}" } }',
      'lab/common.morsel': 'param n = 3 input rows = csv "rows.csv" target lab local { instances 3 }',
    });
    expect(spec).toMatchObject({ directory: '/project/jobs', params: { n: 3 }, target: { name: 'lab' } });
    expect(spec.inputs).toMatchObject([
      { kind: 'csv', path: '../lab/rows.csv', source: { file: '/project/lab/common.morsel' } },
    ]);
  });
});
