/**
 * `npm run bench:start-up [ROUNDS]`: how long people wait for the command line: from the command to its end, and from
 * `morsel run` to the beginning of the first item. All take turns with a Node that does nothing, which is the floor.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, printTable, timed } from './processes.ts';

const FILE = `job small on here {
  input numbers = 1..2
  task first for n in numbers { run "echo {n} > {out}"  output "out/{n}"  retry 2 }
}
target here local { instances 2 }
`;

const node = process.execPath;
const morsel = [node, resolve('dist/cli.js')];

interface Wait {
  what: string;
  /** In milliseconds. */
  most: number | null;
  wait: (folder: string) => Promise<number>;
}

const untilEnd =
  (...command: string[]) =>
  async (folder: string): Promise<number> =>
    (await timed(command, folder)).seconds * 1000;

async function untilFirstItem(folder: string): Promise<number> {
  const startedMs = Date.now();
  await timed([...morsel, 'run', 'run.morsel'], folder);
  const nanoseconds = readFileSync(join(folder, 'first'), 'utf8');
  return Number(BigInt(nanoseconds.trim()) / 1000n) / 1000 - startedMs;
}

const waits: Wait[] = [
  { what: 'node -e 0, the floor', most: null, wait: untilEnd(node, '-e', '0') },
  { what: 'morsel --help', most: 100, wait: untilEnd(...morsel, '--help') },
  { what: 'morsel check', most: 300, wait: untilEnd(...morsel, 'check', 'small.morsel') },
  { what: 'morsel plan', most: null, wait: untilEnd(...morsel, 'plan', 'small.morsel') },
  { what: 'morsel run, until its first item begins', most: 500, wait: untilFirstItem },
];

const folder = mkdtempSync(join(tmpdir(), 'morsel-start-up-'));
try {
  writeFileSync(join(folder, 'small.morsel'), FILE);
  writeFileSync(
    join(folder, 'run.morsel'),
    'job one on here { task first { run "date +%s%N > first" } } target here local { instances 2 }\n',
  );
  const found = waits.map((): number[] => []);
  const rounds = Number(process.argv[2] ?? 15);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { wait }] of waits.entries()) found[index]!.push(await wait(folder));
    rmSync(join(folder, '.morsel'), { recursive: true, force: true });
  }
  const rows = waits.map(({ what, most }, index) => {
    const all = found[index]!.toSorted((a, b) => a - b);
    const ms = (value: number): string => `${Math.round(value)} ms`;
    return [what, ms(all[0]!), ms(median(all)), ms(all.at(-1)!), most === null ? '' : ms(most)];
  });
  printTable([['what', 'least', 'median', 'most', 'wanted'], ...rows]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
