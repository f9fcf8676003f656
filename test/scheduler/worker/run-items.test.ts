import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { TaskSpec } from '../../../scheduler/job-spec.ts';
import { taskSpec, template, text } from '../job-specs.ts';
import { isRunning, startWorker, temporaryFolder, type Harness, type HarnessOptions } from './harness.ts';

let worker: Harness | undefined;
afterEach(() => worker?.dispose());

const start = async (options: HarnessOptions): Promise<Harness> => (worker = await startWorker(options));
const commands = (...lines: string[]): TaskSpec['work'] => ({ kind: 'run', commands: lines.map((line) => text(line)) });
/** A task whose items are commands. */
const anything = (given: Partial<TaskSpec> = {}): TaskSpec =>
  taskSpec({ work: { kind: 'run', commands: [template('{item}', 'raw')] }, ...given });

async function outcomesOf(lines: string[], given: Partial<TaskSpec> = {}, setup = {}): Promise<Harness> {
  const harness = await start({ tasks: [anything(given)], value: (position) => lines[position], setup });
  expect(await harness.run([{ end: lines.length }])).toBe('done');
  return harness;
}

it('runs all items and reports them as one range with their times', async () => {
  const harness = await start({ tasks: [taskSpec()], setup: { cpus: 2 } });
  expect(await harness.run([{ start: 3, end: 40 }])).toBe('done');
  expect(harness.reports).toMatchObject([{ task: 0, start: 3, end: 40, state: 'done' }]);
  expect(harness.reports[0]).toHaveProperty('seconds', expect.any(Number));
});

it('keeps what each item prints to itself, to the byte', async () => {
  const harness = await outcomesOf([
    'printf "no newline"',
    'echo out; echo err >&2',
    `cat <<'EOF'\nit's "here"\nEOF`,
    'true',
    `echo 'a' "b" \\\n  c`,
    'cat',
    "printf '\\0\\1\\n'",
  ]);
  expect(harness.printed()).toEqual({
    0: { stdout: 'no newline', stderr: '' },
    1: { stdout: 'out\n', stderr: 'err\n' },
    2: { stdout: `it's "here"\n`, stderr: '' },
    4: { stdout: 'a b c\n', stderr: '' },
    6: { stdout: '\0\u0001\n', stderr: '' },
  });
});

it('survives whatever a command does to its shell, and knows each exit status', async () => {
  const lines = [
    'exit 3',
    'exec true',
    'set -e; false; echo not reached',
    'if then (',
    'exec >&- 2>&- <&-; exit 4',
    'kill -9 $$',
    "sh -c 'kill -SEGV $$'",
    'nonexistent-command-here',
    'trap "exit 7" EXIT',
    'cd /; x=1; alias ls=rm; echo fine',
    'kill -TERM 0',
    'echo still here',
  ];
  const harness = await outcomesOf(lines);
  const messages = Object.fromEntries(harness.failures().map(({ position, message }) => [position, message]));
  expect(messages).toMatchObject({
    0: 'exited with 3',
    2: 'exited with 1',
    3: expect.stringMatching(/^exited with [12]/),
    4: 'exited with 4',
    6: 'exited with 139, as when killed by SIGSEGV',
    5: 'its shell was killed by SIGKILL',
    7: 'exited with 127',
    8: 'exited with 7',
  });
  expect(harness.done()).toContain(1);
  expect(harness.done()).toContain(9);
  expect(harness.printed()[11]).toEqual({ stdout: 'still here\n', stderr: '' });
  expect(harness.printed()[2]).toBeUndefined();
});

it('keeps the beginning and the end of gigabytes', async () => {
  const harness = await outcomesOf(
    ['echo first; head -c 300000000 /dev/zero | tr "\\0" x; echo last; exit 1', 'echo after'],
    {},
    { keepOutputBytes: 1000 },
  );
  const { stdout } = harness.failures()[0]!;
  expect(stdout.length).toBeLessThan(1100);
  expect(stdout).toMatch(/^first\nxxx[^]*… \d+ bytes are left out here …[^]*xlast\n$/);
  expect(harness.printed()[1]).toEqual({ stdout: 'after\n', stderr: '' });
});

it('does not wait for a process that a command leaves in the background, and ends it with the worker', async () => {
  const harness = await outcomesOf(['sleep 1000 & echo $! > pid', 'setsid sleep 1000 & echo $! > pid2', 'true']);
  const pids = ['pid', 'pid2'].map((name) => readFileSync(join(harness.folder, name), 'utf8').trim());
  harness.child.kill('SIGKILL');
  await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
});

it('runs commands one after the other, and the first that fails is the last', async () => {
  const work = commands('echo one', 'echo two; exit 5', 'echo three');
  const harness = await start({ tasks: [taskSpec({ work })] });
  await harness.run([{ end: 1 }]);
  expect(harness.failures()).toMatchObject([{ message: 'command 2 of 3 exited with 5', stdout: 'one\ntwo\n' }]);
});

it('honours workdir, env and a shell of its own', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "a b'c"));
  const harness = await start({
    folder,
    tasks: [
      taskSpec({
        workdir: text("a b'c"),
        env: [{ name: 'GREETING', value: text('it\'s $HOME "x"') }],
        shell: ['bash', '-eu'],
        work: commands('pwd; [[ -n "$GREETING" ]] && echo "$GREETING"; false; echo not reached'),
      }),
    ],
  });
  await harness.run([{ end: 1 }]);
  expect(harness.failures()).toMatchObject([{ message: 'exited with 1', stdout: `${folder}/a b'c\nit's $HOME "x"\n` }]);
});

it('kills only the item that runs too long, with all that it started', async () => {
  const harness = await outcomesOf(['echo $$; sleep 1000 & sleep 1000', 'echo quick'], { timeoutSeconds: 0.3 });
  expect(harness.failures()).toMatchObject([{ position: 0, message: 'ran longer than 0.3 s' }]);
  expect(harness.printed()[1]).toEqual({ stdout: 'quick\n', stderr: '' });
});

it('tries again as often as declared and reports only the last failure', async () => {
  const lines = ['echo x >> tries; [ $(wc -l < tries) -ge 3 ]', 'echo x >> more; exit 1'];
  const harness = await outcomesOf(lines, { retry: 2 });
  expect(harness.done()).toEqual([0]);
  expect(harness.failures()).toMatchObject([{ position: 1, attempts: 3, message: 'exited with 1' }]);
  expect(readFileSync(join(harness.folder, 'more'), 'utf8')).toBe('x\nx\nx\n');
});

it('stages outputs, and fails an item that wrote none', async () => {
  const work: TaskSpec['work'] = {
    kind: 'run',
    commands: [template('[ {item} = 1 ] && exit 0; echo {item} > {out}')],
  };
  const harness = await start({ tasks: [taskSpec({ work, output: template('out/{item}.txt', 'raw') })] });
  await harness.run([{ end: 3 }]);
  expect(harness.done()).toEqual([0, 2]);
  expect(harness.failures()).toMatchObject([{ position: 1, message: 'wrote no output out/1.txt' }]);
  expect(readdirSync(join(harness.folder, 'staging/1')).toSorted()).toEqual(['0-0-0.txt', '0-2-2.txt']);
});

it('gives values to the shell as data', async () => {
  const nasty = `'; touch hacked; $(touch hacked) \`touch hacked\` "\n\\`;
  const harness = await start({
    tasks: [taskSpec({ work: { kind: 'run', commands: [template('printf %s {item}')] } })],
    value: () => nasty,
  });
  await harness.run([{ end: 1 }]);
  expect(harness.printed()[0]!.stdout).toBe(nasty);
  expect(existsSync(join(harness.folder, 'hacked'))).toBe(false);
});

it('runs as many at once as cpus and memory allow', async () => {
  const line = 'echo + >> log; sleep 0.2; echo - >> log';
  const harness = await start({
    tasks: [anything({ needs: { cpus: 1, memoryBytes: 1e9 } })],
    value: () => line,
    setup: { cpus: 8, memoryBytes: 3e9 },
  });
  await harness.run([{ end: 6 }]);
  let now = 0;
  const most = readFileSync(join(harness.folder, 'log'), 'utf8')
    .trim()
    .split('\n')
    .map((sign) => (now += sign === '+' ? 1 : -1));
  expect(Math.max(...most)).toBe(3);
});

it.runIf(process.platform === 'linux')('keeps a process within the memory of its instance', async () => {
  const hog = `${process.execPath} -e 'Buffer.alloc(2e9, 1)'`;
  const harness = await outcomesOf([hog, `${process.execPath} -e 'Buffer.alloc(2e7, 1)'`], {}, { memoryBytes: 1e9 });
  expect(harness.failures().map(({ position }) => position)).toEqual([0]);
  expect(harness.done()).toEqual([1]);
});
