/**
 * `npm run bench:peers [JOB…]`: real jobs on machines that do not last, beside GNU parallel with `--joblog` and `--resume`, which
 * is told the best chunk size in hindsight: every size is tried, and the fastest counts. Whatever the lifespan, GNU parallel
 * is started anew as soon as its time is up, with no time lost in between. Jobs are `checksums`, `minify` and `lives`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { duration, printTable, timed } from './processes.ts';

interface Job {
  name: string;
  lifespanSeconds: number;
  /** Items of one process of GNU parallel; all are tried. */
  chunks: number[];
  /** Seconds of work in all, on two instances; null where only the wall clock tells. */
  workSeconds: number | null;
  /** Makes the folder ready and answers the job file, from there. */
  prepare: (folder: string) => string;
  /** The shell script that GNU parallel runs for some items, which are its arguments; all items are in `items`. */
  script: string;
}

const node = process.execPath;
/** Whoever takes so many times as long as Morsel is given up. */
const PATIENCE = 4;
/** The exit status that says so. */
const TIME_UP = 124;
const LIVES = 120;
const LIFESPAN_SECONDS = 20;

/** Run times between 0.15 s and 5 s, most of them short: the exponential of what a seeded generator draws. */
function livesSeconds(): number[] {
  let state = 7;
  const uniform = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: LIVES }, () => Math.min(5, Math.max(0.15, 0.6 * Math.exp(0.9 * normal()))));
}

function exampleIn(folder: string, name: string, pattern: string): string {
  cpSync(`examples/${name}`, join(folder, 'examples', name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const files = globSync(`node_modules/${pattern}`).toSorted();
  writeFileSync(join(folder, 'items'), files.map((file) => `${file}\n`).join(''));
  for (const made of new Set(files.map((file) => dirname(join(folder, 'peer', file)))))
    mkdirSync(made, { recursive: true });
  return `examples/${name}/${name}.morsel`;
}

const MINIFY_FILES = `import { readFileSync, writeFileSync } from 'node:fs';
import { transform } from 'esbuild';
for (const path of process.argv.slice(2)) {
  const source = readFileSync(path, 'utf8');
  const result = await transform(source, { minify: true, logLevel: 'silent' }).catch(() => null);
  writeFileSync('peer/' + path, result?.code ?? source);
}
process.exit(0);
`;

const jobs: Job[] = [
  {
    name: 'checksums',
    lifespanSeconds: 10,
    chunks: [1, 10, 50],
    workSeconds: null,
    prepare: (folder) => exampleIn(folder, 'checksums', '**/package.json'),
    script: 'for f; do sha256sum "$f" | cut -d " " -f 1 > "peer/$f"; done',
  },
  {
    name: 'minify',
    lifespanSeconds: 5,
    chunks: [20, 100, 400],
    workSeconds: null,
    prepare: (folder) => {
      writeFileSync(join(folder, 'minify-files.mjs'), MINIFY_FILES);
      return exampleIn(folder, 'minify', '**/*.js');
    },
    script: `exec ${node} minify-files.mjs "$@"`,
  },
  {
    name: 'lives',
    lifespanSeconds: LIFESPAN_SECONDS,
    chunks: [1, 4, 12],
    workSeconds: livesSeconds().reduce((sum, each) => sum + each, 0),
    prepare: (folder) => {
      const items = livesSeconds().map((seconds) => `${seconds.toFixed(3)}\n`);
      writeFileSync(join(folder, 'items'), items.join(''));
      const task = 'task t for n in times { run "sleep {n}" }';
      const target = `target here local { instances 2  lifespan ${LIFESPAN_SECONDS} s }`;
      writeFileSync(
        join(folder, 'lives.morsel'),
        `job lives on here { input times = lines "items"  ${task} }\n${target}\n`,
      );
      return 'lives.morsel';
    },
    script: 'for n; do sleep "$n"; done',
  },
];

/**
 * GNU parallel, started again at the end of each life. Ends with {@link TIME_UP} after so long: a chunk that is longer than a
 * life is never done. A chunk that was killed counts as done unless GNU parallel is told to try again what failed.
 */
function lived({ lifespanSeconds }: Job, chunk: number, limitSeconds: number): string[] {
  const parallel = `parallel -j2 -n${chunk} -a items --joblog log --resume-failed sh work.sh`;
  const script = `end=$(($(date +%s) + ${Math.ceil(limitSeconds)})); while [ $(date +%s) -lt $end ]; do timeout -s KILL ${lifespanSeconds} ${parallel} >/dev/null 2>&1; status=$?; [ $status = 137 ] || exit $status; done; exit ${TIME_UP}`;
  return ['/bin/sh', '-c', script];
}

async function beside(job: Job): Promise<string[][]> {
  const rows: string[][] = [];
  const row = (who: string, seconds: number): void => {
    const share = job.workSeconds === null ? '' : `${((100 * job.workSeconds) / (2 * seconds)).toFixed(0)} %`;
    rows.push([job.name, `${job.lifespanSeconds} s`, who, duration(seconds), share]);
  };
  const inFolder = async (action: (folder: string, file: string) => Promise<number>): Promise<number> => {
    const folder = mkdtempSync(join(tmpdir(), 'morsel-peers-'));
    try {
      return await action(folder, job.prepare(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const own = (): Promise<number> =>
    inFolder(async (folder, file) => (await timed([node, resolve('dist/cli.js'), 'run', file], folder)).seconds);
  const firstSeconds = await own();
  row('morsel, its first run', firstSeconds);
  if (spawnSync('parallel', ['--version'], { stdio: 'ignore' }).status !== 0) {
    rows.push([job.name, '', 'GNU parallel is not installed', '', '']);
    return rows;
  }
  for (const chunk of job.chunks) {
    const limitSeconds = PATIENCE * firstSeconds;
    const who = `GNU parallel -n${chunk}`;
    try {
      const seconds = await inFolder(async (folder) => {
        writeFileSync(join(folder, 'work.sh'), job.script);
        return (await timed(lived(job, chunk, limitSeconds), folder)).seconds;
      });
      row(who, seconds);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes(`ended with ${TIME_UP}`)) throw error;
      rows.push([job.name, `${job.lifespanSeconds} s`, who, `not in ${duration(limitSeconds)}`, '']);
    }
  }
  row('morsel, once more', await own());
  return rows;
}

const wanted = process.argv.slice(2);
const rows: string[][] = [];
for (const job of jobs) if (wanted.length === 0 || wanted.includes(job.name)) rows.push(...(await beside(job)));
printTable([['job', 'lifespan', 'who', 'in all', 'work over life'], ...rows]);
