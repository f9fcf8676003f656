import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandList } from '../../cli/command-list.ts';
import { ExitCode } from '../../cli/exit-codes.ts';
import { folderWith, morsel } from './morsel.ts';

const page = readFileSync('docs/cli.md', 'utf8');

/** The part of the page from a heading to the next of its kind. */
const section = (heading: string): string =>
  page.split(/^(?=## )/m).find((part) => part.startsWith(`${heading}\n`)) ?? '';

const asBlock = (help: string): string => `\`\`\`text\n${help.trimEnd()}\n\`\`\``;

describe('docs/cli.md', () => {
  test('holds the help of the program', async () => {
    const { stdout } = await morsel(['--help'], { cwd: folderWith() });
    expect(page).toContain(asBlock(stdout));
  });

  test.each(commandList)('holds the help of morsel $name as it is, which has an example', async ({ name }) => {
    const { code, stdout } = await morsel([name, '--help'], { cwd: folderWith() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?.*:\n {2}/);
    expect(stdout).toContain('Exit codes: ');
    expect(section(`## morsel ${name}`)).toContain(asBlock(stdout));
  });

  test('explains every exit code, and the JSON of every command that prints some', async () => {
    for (const code of Object.values(ExitCode)) expect(page).toContain(`| ${code} |`);
    for (const { name, load } of commandList) {
      const command = (await load()).default;
      if (command.options.some(({ long }) => long === '--json'))
        expect(section(`## morsel ${name}`)).toMatch(/`--json`|same events/);
    }
  });
});
