/**
 * `npm run bench:cluster [WORKERS…]`: what one run process costs when it feeds many workers over real sockets. The run is
 * `morsel run` on a target of kind slurm; sbatch, squeue and scancel are stand-ins of a few lines, and the workers are
 * lightweight ones (bench/cluster/swarm.ts), so that what is measured is the run and not a thousand processes. Items are as
 * long as it takes for the ideal run to last {@link LEAST_IDEAL_SECONDS}, or until all workers are up: with more workers, the
 * same number of items longer ones.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../scheduler/run/events.ts';

const ITEMS = 1_000_000;
/** An ideal run lasts so long for each worker, so that there is work left when the last of them is up. */
const IDEAL_SECONDS_A_WORKER = 0.1;
/** … and so long at least. */
const LEAST_IDEAL_SECONDS = 40;
const TICKS_PER_SECOND = 100;

/** Writes to the spool where the run's home file is; the swarm starts a worker for it. No program but the shell. */
const SBATCH = `#!/bin/sh
for each; do case $each in --job-name=*) name=\${each#*=} ;; --test-only) exit 0 ;; esac; done
while read -r line; do case $line in *" home '"*) home=\${line#*" home '"}; home=\${home%%"'"*} ;; esac; done
echo "$home" > "$SPOOL/$name" && echo 1
`;
const SQUEUE = `#!/bin/sh
cd "$SPOOL" && for each in morsel-*; do [ -e "$each" ] && echo "1|RUNNING|1:00:00|$each|None"; done; :
`;
const NOTHING = '#!/bin/sh\n';

interface Row {
  workers: number;
  upSeconds: number;
  seconds: number;
  fragments: number;
  cpuSeconds: number;
  upCpuSeconds: number;
  mebibytes: number;
}

const fields = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
const cpuSeconds = (pid: number): number => (Number(fields(pid)[11]) + Number(fields(pid)[12])) / TICKS_PER_SECOND;
const peakMebibytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]) / 1024;

const idealSeconds = (workers: number): number => Math.max(LEAST_IDEAL_SECONDS, IDEAL_SECONDS_A_WORKER * workers);

async function measure(workers: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'morsel-bench-'));
  const spool = join(folder, 'spool');
  const bin = join(folder, 'bin');
  mkdirSync(spool);
  mkdirSync(bin);
  for (const [name, text] of Object.entries({ sbatch: SBATCH, squeue: SQUEUE, scancel: NOTHING, sinfo: NOTHING })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  const itemSeconds = (idealSeconds(workers) * workers) / ITEMS;
  writeFileSync(
    join(folder, 'job.morsel'),
    `job scale on hpc {
  input numbers = 1..${ITEMS}
  task t for n in numbers { run "true {n}"  estimate ${itemSeconds.toFixed(6)} s }
}
target hpc slurm { instances ${workers}..${workers}  lifespan 1 h  startup 1 s  address "127.0.0.1" }
`,
  );
  const swarm = spawn(process.execPath, [resolve('bench/cluster/swarm.ts'), spool, String(itemSeconds)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}`, SPOOL: spool };
  const run = spawn(process.execPath, [resolve('cli/main.ts'), 'run', '--json', 'job.morsel'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    return await watch(run, workers);
  } finally {
    run.kill('SIGKILL');
    swarm.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function watch(run: ChildProcess, workers: number): Promise<Row> {
  const begun = performance.now();
  const row: Row = { workers, upSeconds: 0, seconds: 0, fragments: 0, cpuSeconds: 0, upCpuSeconds: 0, mebibytes: 0 };
  let up = 0;
  for await (const line of createInterface({ input: run.stdout! })) {
    const event: RunEvent = JSON.parse(line);
    if (event.type === 'instance-started' && ++up === workers) {
      row.upSeconds = (performance.now() - begun) / 1000;
      row.upCpuSeconds = cpuSeconds(run.pid!);
    }
    if (event.type === 'progress') {
      row.cpuSeconds = cpuSeconds(run.pid!);
      row.mebibytes = peakMebibytes(run.pid!);
    }
    if (event.type === 'warning') console.error(event.message);
    if (event.type !== 'run-finished') continue;
    if (event.items.committed !== ITEMS) throw new Error(`${event.items.committed} of ${ITEMS} items committed`);
    row.seconds = event.makespanSeconds;
    row.fragments = event.fragments;
  }
  return row;
}

const asked = process.argv.slice(2).map(Number);
const columns = [
  'workers',
  'all up s',
  'run s',
  'fragments',
  'run cpu s',
  'us cpu/item',
  'ms cpu/worker up',
  'peak MiB',
  'cpu busy',
];
console.log(columns.map((name) => name.padStart(12)).join(' '));
for (const workers of asked.length > 0 ? asked : [10, 100, 300, 1000, 2000]) {
  const row = await measure(workers);
  // Where some came up only when the work was done, there is nothing to tell apart.
  const itemCpu = row.upSeconds > 0 ? ((row.cpuSeconds - row.upCpuSeconds) / ITEMS) * 1e6 : NaN;
  const cells = [
    String(workers),
    row.upSeconds.toFixed(1),
    row.seconds.toFixed(1),
    String(row.fragments),
    row.cpuSeconds.toFixed(1),
    itemCpu.toFixed(1),
    ((row.upCpuSeconds / workers) * 1000).toFixed(1),
    row.mebibytes.toFixed(0),
    `${((100 * row.cpuSeconds) / row.seconds).toFixed(0)} %`,
  ];
  console.log(cells.map((cell, index) => cell.padStart(Math.max(12, columns[index]!.length))).join(' '));
}
