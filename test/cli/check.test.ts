import { describe, expect, test } from 'vitest';
import { folderWith, morsel, quickJob } from './morsel.ts';

const broken = `job sums on her {
  input numbers = 1..200
\ttask sum for n in numbers { run "echo {m}" }
}
target here local { instances 2  lifespan 6 s }
`;

describe('morsel check', () => {
  test('prints places as LSP counts them', async () => {
    const cwd = folderWith({ 'broken.morsel': broken });
    const { code, stdout, stderr } = await morsel(['check', '--json', 'broken.morsel'], { cwd });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { files } = JSON.parse(stdout);
    expect(files).toHaveLength(1);
    expect(files[0].file).toBe('broken.morsel');
    expect(files[0].diagnostics[0]).toEqual({
      severity: 'error',
      code: 'unknown-name',
      message: expect.stringContaining('her'),
      range: { start: { line: 0, character: 12 }, end: { line: 0, character: 15 } },
    });
    expect(files[0].diagnostics[1]).toMatchObject({
      code: 'unknown-placeholder',
      range: { start: { line: 2, character: 40 } },
    });
  });

  test('says of a file that is none of ours that it is none', async () => {
    const cwd = folderWith({ 'notes.txt': 'hello' });
    for (const command of ['check', 'plan', 'run']) {
      const { code, stderr } = await morsel([command, 'notes.txt'], { cwd });
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('notes.txt is no job file') });
    }
  });

  test('shows people the source line with a marker under what is wrong', async () => {
    const cwd = folderWith({ 'broken.morsel': broken });
    const { code, stdout, stderr } = await morsel(['check', 'broken.morsel'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toBe('1 file: 2 errors\n');
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      '  ┌─ broken.morsel:1:13',
      '1 │ job sums on her {',
      '  │             ^^^',
    ]);
    expect(stdout.split('\n').slice(6, 9)).toEqual([
      '  ┌─ broken.morsel:3:41',
      '3 │   task sum for n in numbers { run "echo {m}" }',
      `  │ ${' '.repeat(41)}^`,
    ]);
  });

  test('takes several files and folders, with any characters in their names, and each file once', async () => {
    const cwd = folderWith({
      'a b\'s "jobs"/one.morsel': quickJob(),
      'a b\'s "jobs"/deep/two.morsel': broken,
      'a b\'s "jobs"/.hidden/three.morsel': broken,
      'four.morsel': quickJob(),
    });
    const { code, stdout } = await morsel(['check', '--json', '.', 'four.morsel'], { cwd });
    expect(code).toBe(1);
    const files = JSON.parse(stdout).files.map(({ file }: { file: string }) => file);
    expect(files).toEqual(['a b\'s "jobs"/deep/two.morsel', 'a b\'s "jobs"/one.morsel', 'four.morsel']);
  });

  test('ends well where there is no error, and says which file is not there', async () => {
    const cwd = folderWith({ 'good.morsel': quickJob() });
    const [good, missing] = await Promise.all([
      morsel(['check', 'good.morsel'], { cwd }),
      morsel(['check', 'good.morsel', 'no.morsel'], { cwd }),
    ]);
    expect(good).toEqual({ code: 0, stdout: '', stderr: '1 file: no mistakes found\n' });
    expect(missing).toEqual({ code: 2, stdout: '', stderr: 'error: There is no file or folder no.morsel.\n' });
  });
});

test('what is wrong with an imported file is told, and keeps the job from being run', async () => {
  const cwd = folderWith({
    'jobs/main.morsel': `import "../targets.morsel"\n${quickJob().split('target')[0]}`,
    'targets.morsel': 'target virtual simulated { instances 2  lifespan 60 MB }\n',
  });
  const check = await morsel(['check', '--json', 'jobs/main.morsel'], { cwd });
  expect(check.code).toBe(1);
  expect(JSON.parse(check.stdout).files).toMatchObject([
    { file: 'jobs/main.morsel', diagnostics: [] },
    { file: 'targets.morsel', diagnostics: [{ severity: 'error' }] },
  ]);
  const run = await morsel(['run', 'jobs/main.morsel'], { cwd });
  expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('targets.morsel:1:') });
});

describe('morsel fmt', () => {
  const untidy = 'job   j on t { task a { run "x" } }\ntarget t local { instances 1 lifespan 1 min }\n';

  test('formats in place, names what changed, and is content the second time', async () => {
    const cwd = folderWith({ 'a.morsel': untidy });
    expect(await morsel(['fmt', '--check', 'a.morsel'], { cwd })).toEqual({
      code: 1,
      stdout: 'a.morsel\n',
      stderr: '',
    });
    expect(await morsel(['fmt', 'a.morsel'], { cwd })).toEqual({ code: 0, stdout: 'a.morsel\n', stderr: '' });
    expect(await morsel(['fmt', '--check', 'a.morsel'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('formats stdin to stdout, and leaves alone what it cannot parse', async () => {
    const cwd = folderWith({ 'broken.morsel': 'job { ' });
    const piped = await morsel(['fmt', '-'], { cwd, input: untidy });
    expect(piped.code).toBe(0);
    expect(piped.stdout).toMatch(/^job j on t \{/);
    const refused = await morsel(['fmt', 'broken.morsel'], { cwd });
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^broken\.morsel:1: not formatted: /),
    });
  });
});
