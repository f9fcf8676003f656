/**
 * `npm run bench:overhead [ROUNDS]`: what an item costs that does nothing, in whole processes: `morsel run` with everything
 * that belongs to it (start, queue, prediction, dispatch, execution, commit, journal), beside whoever else runs many commands.
 * All take turns, so that what else the machine does troubles all of them alike; the figures are medians.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { duration, median, printTable, timed, type Usage } from './processes.ts';

const RUN_ITEMS = 5000;
/** GNU parallel takes so much longer for each. */
const PARALLEL_ITEMS = 500;
const LIGHT_ITEMS = 1_000_000;

interface Contender {
  name: string;
  items: number;
  command: string[];
  /** The program that has to be installed. */
  needs?: string;
}

const morsel = [process.execPath, resolve('dist/cli.js'), 'run'];
const shell = (script: string): string[] => ['/bin/sh', '-c', script];

/** A program for a `stream` as people write them: a line of JSON in, a line of JSON out. */
const ECHO = `import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) process.stdout.write(line + '\\n');
`;

/** Answers whatever is there in one go. */
const BATCHES = `let rest = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\\n');
  rest = lines.pop();
  process.stdout.write(lines.map((line) => JSON.stringify({ id: JSON.parse(line).id }) + '\\n').join(''));
});
`;

const job = (items: number, work: string): string => `job noop on here {
  input numbers = 1..${items}
  task t for n in numbers { ${work} }
}
target here local { instances 2 }
`;

const processes: Contender[] = [
  { name: 'a loop in sh, one at a time', items: RUN_ITEMS, command: shell(loop(RUN_ITEMS)) },
  {
    name: 'xargs -P2 -n1 sh -c',
    items: RUN_ITEMS,
    command: shell(`seq ${RUN_ITEMS} | xargs -P2 -n1 sh -c /bin/true`),
  },
  { name: 'make -j2', items: RUN_ITEMS, command: ['make', '-s', '-j2', '-f', 'Makefile'], needs: 'make' },
  {
    name: 'GNU parallel -j2',
    items: PARALLEL_ITEMS,
    command: shell(`seq ${PARALLEL_ITEMS} | parallel -j2 /bin/true {}`),
    needs: 'parallel',
  },
  { name: 'morsel, `run`', items: RUN_ITEMS, command: [...morsel, 'run.morsel'] },
];

const light: Contender[] = [
  {
    name: 'the same program behind a bare pipe',
    items: LIGHT_ITEMS,
    command: shell(`seq -f '{"id":%.0f}' ${LIGHT_ITEMS} | "${process.execPath}" echo.mjs`),
  },
  { name: 'morsel, `stream`, readline', items: LIGHT_ITEMS, command: [...morsel, 'stream.morsel'] },
  { name: 'morsel, `stream`, in batches', items: LIGHT_ITEMS, command: [...morsel, 'batches.morsel'] },
  { name: 'morsel, `module`', items: LIGHT_ITEMS, command: [...morsel, 'module.morsel'] },
];

function loop(items: number): string {
  return `i=0; while [ $i -lt ${items} ]; do sh -c /bin/true; i=$((i+1)); done`;
}

function write(folder: string): void {
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const targets = Array.from({ length: RUN_ITEMS }, (_, index) => `t${index}`).join(' ');
  put('Makefile', `all: ${targets}\n.PHONY: all ${targets}\n${targets}:\n\t@sh -c /bin/true\n`);
  put('echo.mjs', ECHO);
  put('batches.mjs', BATCHES);
  put('nothing.mjs', 'export default async () => undefined;\n');
  put('run.morsel', job(RUN_ITEMS, 'run "/bin/true"'));
  put('stream.morsel', job(LIGHT_ITEMS, `stream "'${process.execPath}' echo.mjs"`));
  put('batches.morsel', job(LIGHT_ITEMS, `stream "'${process.execPath}' batches.mjs"`));
  put('module.morsel', job(LIGHT_ITEMS, 'module "nothing.mjs"'));
}

const isInstalled = ({ needs }: Contender): boolean =>
  needs === undefined || spawnSync(needs, ['--version'], { stdio: 'ignore' }).status === 0;

async function compare(contenders: readonly Contender[], rounds: number, folder: string): Promise<void> {
  const present = contenders.filter(isInstalled);
  const usages = new Map<Contender, Usage[]>(present.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of present) {
      usages.get(contender)!.push(await timed(contender.command, folder));
      rmSync(join(folder, '.morsel'), { recursive: true, force: true });
    }
  }
  const row = (contender: Contender): string[] => {
    const { name, items } = contender;
    if (!present.includes(contender)) return [name, '', 'not installed', '', ''];
    const of = (pick: (usage: Usage) => number): number => median(usages.get(contender)!.map(pick));
    const seconds = of((usage) => usage.seconds);
    const memory = `${Math.round(of(({ megabytes }) => megabytes))} MB`;
    return [name, items.toLocaleString('en'), duration(seconds), duration(seconds / items), memory];
  };
  printTable([['what', 'items', 'in all', 'an item', 'memory'], ...contenders.map(row)]);
}

const folder = mkdtempSync(join(tmpdir(), 'morsel-overhead-'));
try {
  write(folder);
  const rounds = Number(process.argv[2] ?? 3);
  await compare(processes, rounds, folder);
  await compare(light, rounds, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
