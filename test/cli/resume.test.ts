/** Which run `morsel resume` goes on with, and which runs are kept apart from each other. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ended, folderWith, morsel, start } from './morsel.ts';

/** Copies the input `word` to an output, once there is a file `go`; with a param, since its values make other runs. */
const copyJob = (name = 'words', output = 'out/{n}.txt'): string => `job ${name} on here {
  param suffix = "a"
  input numbers = 1..2
  task copy for n in numbers {
    run "test ! -e broken && until [ -e go ]; do sleep 0.05; done && cat word > {out} && : {suffix}"
    output "${output}"
  }
}
target here local { instances 1  lifespan 5 min }
`;

interface Home {
  cwd: string;
  file: (name: string) => string;
  /** Runs `morsel …` to its end. */
  of: (...args: string[]) => ReturnType<typeof morsel>;
}

function home(files: Record<string, string> = {}): Home {
  const cwd = folderWith({ 'words.morsel': copyJob(), word: 'old', ...files });
  return { cwd, file: (name) => join(cwd, name), of: (...args) => morsel(args, { cwd }) };
}

/** The id of a run that failed because of a file `broken`, which is gone then. */
async function failedRun({ file, of }: Home, ...args: string[]): Promise<string> {
  writeFileSync(file('broken'), '');
  writeFileSync(file('go'), '');
  expect(await of('run', ...args, 'words.morsel')).toMatchObject({ code: 1 });
  rmSync(file('broken'));
  return newest(of);
}

async function newest(of: Home['of']): Promise<string> {
  return JSON.parse((await of('status', '--json')).stdout).runs[0].id;
}

describe('a run that a newer one of its job has finished after', () => {
  test('is passed over by a bare resume, and refused by its id, so that it overwrites nothing newer', async () => {
    const here = home();
    const { of, file } = here;
    const old = await failedRun(here);
    expect(await of('run', 'words.morsel')).toMatchObject({ code: 0 });
    const fresh = await newest(of);
    const bare = await of('resume');
    expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining('no unfinished run') });
    expect(bare.stderr).toContain(`morsel resume ${old} --anyway`);
    expect(await of('resume', old)).toMatchObject({
      code: 1,
      stderr:
        `error: run ${fresh} of the same job has finished since run ${old} ended, and its outputs would be ` +
        `overwritten: \`morsel resume ${old} --anyway\` does so\n`,
    });
    expect(readFileSync(file('out/1.txt'), 'utf8')).toBe('old');
    writeFileSync(file('word'), 'told to');
    expect(await of('resume', old, '--anyway')).toMatchObject({ code: 0 });
    expect(readFileSync(file('out/1.txt'), 'utf8')).toBe('told to');
    expect(await of('resume', '--anyway')).toMatchObject({ code: 2, stderr: expect.stringContaining('id of a run') });
  });

  test('is passed over for one that may go on, and that is said', async () => {
    const here = home({ 'other.morsel': copyJob('other', 'other/{n}.txt') });
    const { of, file } = here;
    writeFileSync(file('broken'), '');
    writeFileSync(file('go'), '');
    expect(await of('run', 'other.morsel')).toMatchObject({ code: 1 });
    const other = await newest(of);
    const old = await failedRun(here);
    expect(await of('run', 'words.morsel')).toMatchObject({ code: 0 });
    const resumed = await of('resume', '--json');
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain(`"run":"${other}"`);
    expect(resumed.stderr).toContain(`Run ${old} is passed over`);
  });

  test('is gone on with where the newer one had other params, and so was other work', async () => {
    const here = home({ 'words.morsel': copyJob('words', 'out/{suffix}-{n}.txt') });
    const old = await failedRun(here);
    expect(await here.of('run', '--set', 'suffix=b', 'words.morsel')).toMatchObject({ code: 0 });
    const resumed = await here.of('resume', '--json');
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain(`"run":"${old}"`);
  });
});

test('while the newest run is at work, a bare resume says so, and picks no older run of another job', async () => {
  const here = home({ 'other.morsel': copyJob('other', 'other/{n}.txt') });
  await failedRun(here);
  rmSync(here.file('go'));
  const live = (await here.of('run', '--detach', 'other.morsel')).stdout.trim();
  expect(await here.of('resume')).toMatchObject({
    code: 1,
    stderr: `error: run ${live} is at work: \`morsel watch ${live}\` shows it\n`,
  });
  writeFileSync(here.file('go'), '');
  await here.of('watch');
});

test('a run whose job file has changed since says that it goes on as it was begun', async () => {
  const here = home();
  await failedRun(here);
  const same = await here.of('resume', '--json');
  expect(same.stdout).not.toContain('changed since');
  rmSync(here.file('out'), { recursive: true });
  await failedRun(here);
  appendFileSync(here.file('words.morsel'), '\n// another thought\n');
  const resumed = await here.of('resume');
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toContain(
    'words.morsel has changed since; this run goes on as it was begun, `morsel run` takes what is there now',
  );
});

describe('a run that would write what a run at work writes', () => {
  test('is refused, and leaves nothing behind', async () => {
    const { cwd, of, file } = home({ 'other.morsel': copyJob('other', 'other/{n}.txt') });
    const first = start(['run', '--json', 'words.morsel'], { cwd });
    const result = ended(first);
    await vi.waitFor(async () => expect(JSON.parse((await of('status', '--json')).stdout).runs).toHaveLength(1), {
      timeout: 20_000,
    });
    const live = await newest(of);
    expect(await of('run', 'words.morsel')).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        `error: run ${live} is at work and writes the same outputs: \`morsel watch ${live}\` shows it, ` +
        `\`morsel stop ${live}\` stops it\n`,
    });
    expect(JSON.parse((await of('status', '--json')).stdout).runs).toHaveLength(1);
    writeFileSync(file('go'), '');
    expect(await of('run', 'other.morsel')).toMatchObject({ code: 0 });
    expect((await result).code).toBe(0);
  });

  test('of two that begin at the same moment one is refused', async () => {
    const { cwd, file } = home();
    const both = [1, 2].map(() => ended(start(['run', '--json', 'words.morsel'], { cwd })));
    const refused = await Promise.race(both);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('writes the same outputs') });
    writeFileSync(file('go'), '');
    expect((await Promise.all(both)).map(({ code }) => code).toSorted((a, b) => a! - b!)).toEqual([0, 1]);
  });
});
