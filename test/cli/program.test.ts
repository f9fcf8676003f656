import { describe, expect, test } from 'vitest';
import { commandList } from '../../cli/command-list.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { folderWith, morsel } from './morsel.ts';

const preload = (code: string): string[] => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

describe('morsel', () => {
  test('--version', async () => {
    const { code, stdout } = await morsel(['--version'], { cwd: folderWith() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${packageJson.version}\n` });
  });

  test('--help lists every command, and loads nothing that a command would need', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;
    const { code, stdout, stderr } = await morsel(['--help'], { cwd: folderWith(), nodeArguments: preload(hook) });
    expect(code).toBe(0);
    for (const { name, summary } of commandList)
      expect(stdout).toMatch(new RegExp(`${name} .* ${summary}|${name} +${summary}`));
    expect(stderr).toContain('commander');
    expect(stderr).not.toMatch(/langium|chevrotain|sqlite|ml-regression|systeminformation|vscode/);
  });

  test('without a command prints the help and ends as wrong usage', async () => {
    const { code, stdout, stderr } = await morsel([], { cwd: folderWith() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: morsel');
  });

  test('guesses what was meant by an unknown command or option', async () => {
    const cwd = folderWith();
    const [command, option] = await Promise.all([morsel(['chek'], { cwd }), morsel(['clean', '--kep', '3'], { cwd })]);
    expect(command).toMatchObject({ code: 2, stderr: "error: unknown command 'chek'\n(Did you mean check?)\n" });
    expect(option).toMatchObject({ code: 2, stderr: "error: unknown option '--kep'\n(Did you mean --keep?)\n" });
  });

  test('says a fault of its own in one sentence, with the stack only where it was asked for', async () => {
    const nodeArguments = preload("process.cwd = () => { throw new Error('boom'); };");
    const cwd = folderWith();
    const [plain, debug] = await Promise.all([
      morsel(['status'], { cwd, nodeArguments }),
      morsel(['status'], { cwd, nodeArguments, env: { MORSEL_DEBUG: '1' } }),
    ]);
    expect(plain.code).toBe(70);
    expect(plain.stderr).toMatch(/^error: boom\nThis is a fault of Morsel: .*\n$/);
    expect(debug.stderr).toContain('morsel-folder.ts');
  });

  test('says an error that nobody caught in the same way', async () => {
    const late = `process.on('newListener', (name) => {
      if (name === 'uncaughtException') setImmediate(() => { throw new Error('late'); });
    });`;
    const nodeArguments = preload(late);
    const { code, stderr } = await morsel(['status'], { cwd: folderWith(), nodeArguments });
    expect(code).toBe(70);
    expect(stderr).toMatch(/^error: late\nThis is a fault of Morsel: /m);
    expect(stderr).not.toContain('    at ');
  });

  test('hides the warning that node:sqlite is new, and no other', async () => {
    const warn = `setImmediate(() => {
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('something else');
    });`;
    const { stderr } = await morsel(['status'], { cwd: folderWith(), nodeArguments: preload(warn) });
    expect(stderr).not.toContain('SQLite');
    expect(stderr).toContain('something else');
  });
});
