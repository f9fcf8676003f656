/**
 * `npm run bench:safe-points [ROUNDS]`: what it costs that work outlasts a crash. First the journal alone, beside a bare
 * transaction of SQLite with as many rows and the same durability; then whole runs, whose items do nothing, with safe points
 * of different spacing; then items with an output each, beside a program that writes, syncs and renames as many files.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Journal } from '../scheduler/store/journal.ts';
import type { ItemReport } from '../scheduler/worker/protocol.ts';
import { jobSpec } from '../test/scheduler/job-specs.ts';
import { duration, median, printTable, timed } from './processes.ts';

const COMMITS = 300;
const ITEMS_OF_A_SAFE_POINT = 100;
/** Items of whole runs. */
const ITEMS = 200_000;
const OUTPUTS = 4000;

/** Seconds of each call. */
function times(count: number, action: (index: number) => void): number {
  const all: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    action(index);
    all.push((performance.now() - start) / 1000);
  }
  return median(all);
}

function bareDatabase(folder: string): (rows: number, index: number) => void {
  const database = new DatabaseSync(join(folder, 'bare.sqlite'));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE outcome (task INTEGER, start INTEGER, end INTEGER, state TEXT, fragment INTEGER, seconds REAL,
      squared_seconds REAL, at REAL, why TEXT)`);
  const insert = database.prepare('INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return (rows, index) => {
    database.exec('BEGIN IMMEDIATE');
    for (let row = 0; row < rows; row++) insert.run(0, row, row + 100, 'committed', index, 1, 1, index, null);
    database.exec('COMMIT');
  };
}

function journalled(folder: string): (safePoints: number, index: number) => void {
  const journal = Journal.open(join(folder, 'run'));
  journal.begin('bench', jobSpec({ directory: folder }), { tasks: [] });
  return (safePoints, index) => {
    const arrived = Array.from({ length: safePoints }, (_, at) => ({ fragment: index, reports: [reportOf(at)] }));
    journal.commit(arrived, index);
  };
}

function reportOf(safePoint: number): ItemReport {
  const start = safePoint * ITEMS_OF_A_SAFE_POINT;
  return { task: 0, start, end: start + ITEMS_OF_A_SAFE_POINT, state: 'done', seconds: 1, squaredSeconds: 1 };
}

function compareCommits(folder: string): void {
  const bare = bareDatabase(folder);
  const journal = journalled(folder);
  const rows = [1, 10, 100].map((together) => {
    const floor: number[] = [];
    const own: number[] = [];
    // In turn, since the disk is not always equally fast.
    for (let turn = 0; turn < 6; turn++) {
      floor.push(times(COMMITS / 6, (index) => bare(together, index)));
      own.push(times(COMMITS / 6, (index) => journal(together, index)));
    }
    const [floorSeconds, seconds] = [median(floor), median(own)];
    const items = together * ITEMS_OF_A_SAFE_POINT;
    const ratio = (seconds / floorSeconds).toFixed(2);
    return [
      together,
      duration(floorSeconds),
      duration(seconds),
      ratio,
      duration(seconds / together),
      duration(seconds / items),
    ];
  });
  printTable([
    [
      'safe points in one commit',
      'bare transaction',
      'journal',
      'ratio',
      'a safe point',
      `an item, ${ITEMS_OF_A_SAFE_POINT} each`,
    ],
    ...rows,
  ]);
}

const NOTHING = 'export default async () => undefined;\n';
const WRITE = `import { writeFileSync } from 'node:fs';
export default async (item, { out }) => writeFileSync(out, 'x');
`;
const FLOOR = `import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
mkdirSync('staged'); mkdirSync('floor');
for (let n = 0; n < ${OUTPUTS}; n++) {
  const file = openSync('staged/' + n, 'w');
  writeSync(file, 'x'); fsyncSync(file); closeSync(file);
  renameSync('staged/' + n, 'floor/' + n);
}
`;

const job = (items: number, module: string, rest: string): string => `job noop on here {
  input numbers = 1..${items}
  task t for n in numbers { module "${module}" ${rest} }
}
target here local { instances 2 }
`;

async function compareRuns(folder: string, rounds: number): Promise<void> {
  const spacings = ['safepoint auto', 'safepoint every 100 items', 'safepoint every 1 items'];
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  put('nothing.mjs', NOTHING);
  put('write.mjs', WRITE);
  put('floor.mjs', FLOOR);
  for (const [index, spacing] of spacings.entries()) put(`${index}.morsel`, job(ITEMS, 'nothing.mjs', spacing));
  put('outputs.morsel', job(OUTPUTS, 'write.mjs', 'output "out/{n}"'));
  const run = (file: string): string[] => [process.execPath, resolve('dist/cli.js'), 'run', file];
  const commands = [
    ...spacings.map((spacing, index) => ({ name: spacing, items: ITEMS, command: run(`${index}.morsel`) })),
    { name: 'with an output each', items: OUTPUTS, command: run('outputs.morsel') },
    {
      name: 'floor: written, synced, renamed, one at a time',
      items: OUTPUTS,
      command: [process.execPath, 'floor.mjs'],
    },
  ];
  const all = commands.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { command }] of commands.entries()) {
      all[index]!.push((await timed(command, folder)).seconds);
      for (const made of ['.morsel', 'out', 'staged', 'floor'])
        rmSync(join(folder, made), { recursive: true, force: true });
    }
  }
  const rows = commands.map(({ name, items }, index) => {
    const seconds = median(all[index]!);
    return [name, items.toLocaleString('en'), duration(seconds), duration(seconds / items)];
  });
  printTable([['whole run, two instances', 'items', 'in all', 'an item'], ...rows]);
}

const folder = mkdtempSync(join(tmpdir(), 'morsel-safe-points-'));
try {
  mkdirSync(join(folder, 'run'));
  compareCommits(folder);
  await compareRuns(folder, Number(process.argv[2] ?? 3));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
