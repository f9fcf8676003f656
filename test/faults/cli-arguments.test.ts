/** Every command with arguments that make no sense: a sentence and an exit code that says whose fault it is, never a fault of Morsel. */
import { expect, test } from 'vitest';
import { commandList } from '../../cli/command-list.ts';
import { folderWith, morsel, quickJob, type Result } from '../cli/morsel.ts';

const NONSENSE = ['', 'nonsense\n$(x)', '-1e999'];
const AT_ONCE = 4;

test('whatever a command is given, it says what is wrong with it', { timeout: 240_000 }, async () => {
  const folder = folderWith({ 'job.morsel': quickJob(5) });
  await morsel(['run', 'job.morsel'], { cwd: folder });
  const lines = (await Promise.all(commandList.map(linesFor))).flat();
  const wrong: object[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
        const result = await morsel(line, { cwd: folder });
        if (!isSaid(result)) wrong.push({ line, ...result });
      }
    }),
  );
  expect(wrong).toEqual([]);
});

async function linesFor({ name, load }: (typeof commandList)[number]): Promise<string[][]> {
  const { default: command } = await load();
  const values = command.options.flatMap(({ long, required, optional }) =>
    required || optional ? NONSENSE.map((value) => [name, `${long}=${value}`, 'job.morsel']) : [[name, `${long}=1`]],
  );
  const others = [
    ['--nonsense'],
    ['--', '-x'],
    ['\0'.replace('\0', '\u0001'), 'b', 'c', 'd'],
    [''],
    ['/nowhere/x.morsel'],
  ];
  return [...values, ...others.map((rest) => [name, ...rest])];
}

/** Codes above 3 are faults of Morsel; a stack trace has lines that begin with `at`. */
const isSaid = ({ code, stdout, stderr }: Result): boolean =>
  code !== null && code <= 3 && !/^\s+at /m.test(stderr) && (code === 0 || (stderr + stdout).trim() !== '');
