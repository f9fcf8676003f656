/** No value of an item can break out of a command, in any place that a placeholder is allowed in. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForShell as quoteParam, ShellContext } from '../../language/placeholders/shell-context.ts';
import { quoteForShell, renderTemplate } from '../../scheduler/items/template.ts';
import { check, lower } from './morsel.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const HOLE = '\0';
const folder = temporaryFolder('morsel-quoting-');

/** The command with the value in its holes; null where a placeholder may not stand in one of them. */
function render(command: string, value: string): string | null {
  const shell = new ShellContext();
  let rendered = '';
  for (const [index, text] of command.split(HOLE).entries()) {
    if (index > 0) {
      const place = shell.place();
      if ('refusal' in place) return null;
      shell.value();
      rendered += quoteForShell(value, place.quotes);
    }
    shell.read(text);
    rendered += text;
  }
  return rendered;
}

/** Whether a shell ran what is in the value. Only builtins can be found; what reads standard input finds none. */
function isRun(shell: string, command: string): boolean {
  const mark = join(folder, 'ran');
  rmSync(mark, { force: true });
  spawnSync(shell, ['-c', command], { cwd: folder, env: { PATH: '/nowhere' }, input: '', timeout: 5000 });
  return existsSync(mark);
}

const signs = `' " \` \\ $( ) ( # ; a $ { } && | $(( )) [ ] $' \${x:- \${x} x= 1`.split(' ');
const breaks = [' ', '\n', '\\\n', '<<E\n', '<<-E ', "<<'E'\n", '\nE\n', 'E\n'];
const pieces = [...signs, ...breaks, 'echo ', 'case x in x) ', ';; esac '];
const commands = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.constant(HOLE) }), {
    maxLength: 14,
  })
  .map((parts) => parts.join(''))
  .filter((command) => command.includes(HOLE));
const values = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      '\n',
      '$(',
      ')',
      ';',
      '&',
      '#',
      '}',
      '>ran',
      ': >ran',
      ' ',
      'E\n',
      '(',
      '$(: >ran)',
      '`: >ran`',
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));

describe('values in shell commands', () => {
  it.each(['dash', 'bash'])(
    'never run in %s',
    (shell) => {
      fc.assert(
        fc.property(commands, values, (command, value) => {
          const rendered = render(command, value);
          fc.pre(rendered !== null);
          // A command that does so without the value is not the value's doing.
          expect(isRun(`/bin/${shell}`, rendered)).toBe(false);
        }),
        { numRuns: 700, maxSkipsPerRun: 100 },
      );
    },
    120_000,
  );

  it('arrive as one word, unchanged, wherever they stand', () => {
    const places = [
      `printf %s ${HOLE}`,
      `printf %s '${HOLE}'`,
      `printf %s "${HOLE}"`,
      `printf %s "$(printf %s ${HOLE})"`,
      `x="a$(printf %s "$(printf %s '${HOLE}')")"; printf %s "\${x#a}"`,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.string({ unit: 'binary' }), (command, text) => {
        // Command substitution takes line breaks from the end, and no command line can carry a NUL or half a character.
        const value = text.replaceAll('\0', '').replace(/\n+$/, '').toWellFormed();
        const { stdout } = spawnSync('/bin/sh', ['-c', render(command, value)!], { encoding: 'utf8' });
        expect(stdout).toBe(value);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

it('items and params are quoted alike', () => {
  fc.assert(
    fc.property(values, fc.constantFrom('none', 'single', 'double', 'raw'), (value, quotes) => {
      expect(quoteParam(value, quotes)).toBe(quoteForShell(value, quotes));
    }),
  );
});

describe('numbers in arithmetic', () => {
  const commandIn = async (command: string, source: string, params: Record<string, string> = {}): Promise<string> => {
    const text = `param k = 3 job j { input all = ${source} task t for n in all { run "${command}" } }`;
    const { work } = (await lower(text, { params })).tasks[0]!;
    return work.kind === 'run' ? renderTemplate(work.commands[0]!, { item: -7, out: null, outputOf: () => null }) : '';
  };
  const printed = (shell: string, command: string): string =>
    spawnSync(`/bin/${shell}`, ['-c', command], { encoding: 'utf8' }).stdout.trim();

  it.each(['dash', 'bash'])('are what they are in %s', async (shell) => {
    expect(printed(shell, await commandIn('echo $(({n} * {n} + {k}))', '-7..7'))).toBe('52');
    expect(printed(shell, await commandIn(String.raw`echo \"is $(( ({k} - {n}) % 4 ))\"`, '[-7, 7]'))).toBe('is 2');
    expect(printed(shell, await commandIn('echo $((1 + {k})) {n}', '-7..7', { k: '40' }))).toBe('41 -7');
  });

  it('are whole numbers, whatever the command line says', async () => {
    const command = 'echo $((1 + {k})) {n}';
    await expect(commandIn(command, '1..2', { k: '2.5' })).rejects.toThrow(
      'The param `k` stands in arithmetic of a shell, so it must be a whole number: 2.5 is none.',
    );
    await expect(commandIn(command, '1..2', { k: 'a[$(id)]' })).rejects.toThrow('is a number');
  });

  it.each([
    ['lines "numbers.txt"', 'echo $(({n} + 1))'],
    ['csv "rows.csv"', 'echo $(({n.count} + 1))'],
    ['[1, "2"]', 'echo $(({n} + 1))'],
    ['[1, 2.5]', 'echo $(({n} + 1))'],
    ['1..9', "echo $(('{n}' + 1))"],
    ['1..9', 'echo `echo $(({n} + 1))`'],
  ])('are no items of %s in %s', async (source, command) => {
    const found = await check(`job j { input all = ${source} task t for n in all { run "${command}" } }`);
    expect(found.map(({ code }) => code)).toContain('unsafe-placeholder');
  });
});

describe('places where no value is safe', () => {
  it.each([
    ['backticks', 'echo `x \0`'],
    ['here-document', 'cat <<EOF\n\0\nEOF'],
    ['here-document', 'cat <<\0'],
    ['comment', 'echo # \0'],
    ['arithmetic', 'echo $((1 + \0))'],
    ['expansion', 'echo ${x:-\0'],
    ['ansi-quotes', "echo $'\0'"],
    ['after-backslash', 'echo \\\0'],
    ['after-dollar', 'echo $\0'],
    ['unclear', 'echo "$(case x in x) echo \0;; esac)"'],
  ])('%s: %j', (refusal, command) => {
    const shell = new ShellContext();
    shell.read(command.slice(0, command.indexOf(HOLE)));
    expect(shell.place()).toEqual({ refusal });
  });

  it('are left again', () => {
    for (const before of [
      'echo `x` ',
      'cat <<EOF\nx\nEOF\n',
      '# x\n',
      'echo $((1 + (2))) ',
      'echo ${x} ',
      'echo a#',
      "echo $'x' ",
    ]) {
      const shell = new ShellContext();
      shell.read(before);
      expect([before, shell.place()]).toEqual([before, { quotes: 'none' }]);
    }
  });
});
