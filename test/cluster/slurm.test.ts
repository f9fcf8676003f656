/** `morsel run` on a real Slurm, as a user who is not root, with all the trouble that a cluster makes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from './cluster.ts';
import { isDone, outputs, runFolder } from './outcome.ts';
import { until } from './site.ts';

let cluster: Cluster;
beforeAll(() => {
  cluster = new Cluster();
});
afterAll(() => cluster?.close());

const jobOf = (target: string, items: number, seconds: number): string => `
target hpc slurm { ${target} }
job j on hpc {
  input numbers = 1..${items}
  task t for n in numbers {
    run "sleep ${seconds}; echo {n} $SLURM_JOB_ID > {out}"
    output "out/{n}"
  }
}
`;

const allocations = (folder: string): Set<string> => new Set(outputs(folder).map(([, where]) => where));

/** Ids of the processes of a program that another started. */
function childrenOf(pid: number, program: string): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  return children.filter((child) => readFileSync(`/proc/${child}/comm`, 'latin1').trim() === program);
}

/** The allocation that an event tells of. */
const allocationOf = (where: string): string => /allocation (\d+)/.exec(where)![1]!;

describe('on a cluster that is idle', () => {
  it('gives back what nobody needs any more, and all at the end', async () => {
    const job = jobOf('instances 0..3  lifespan 5 min', 3, 8).replace('sleep 8', 'sleep $(({n} * 6))');
    const folder = cluster.site.job(job.replace('run "', 'estimate 2 min\n    run "'));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('some are given back', () => run.reasons().includes('it was stopped'));
    expect(run.of('run-finished')).toEqual([]);
    await isDone(folder, 3, run);
    const ours = new Set(run.of('instance-started').map(({ where }) => allocationOf(where)));
    await until('its allocations are gone', () => cluster.queue().every((id) => !ours.has(id)), 30);
  });

  it('calls off what waits in the queue and is not needed any more', async () => {
    // A partition of one node, which has room for one of them.
    const target = 'instances 0..3  lifespan 5 min  cpus 2  partition "small"';
    const folder = cluster.site.job(
      jobOf(target, 3, 6).replace('run "', 'needs 2 cpus\n    estimate 4 min\n    run "'),
    );
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('all are asked for', () => cluster.queue('small').length === 3);
    await until('only the one at work is left', () => run.committed() > 0 && cluster.queue('small').length === 1);
    expect(run.of('run-finished')).toEqual([]);
    await isDone(folder, 3, run);
  });
});

describe.concurrent('on a cluster that is well', () => {
  it('a job outlives allocations of one minute', async () => {
    const items = 72;
    const folder = cluster.site.job(jobOf('instances 0..2  lifespan 1 min  partition "short"', items, 2));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await isDone(folder, items, run);
    expect(allocations(folder).size).toBeGreaterThan(2);
    const lives = run.of('instance-started').map(({ lifeSeconds }) => lifeSeconds!);
    expect(Math.max(...lives)).toBeLessThanOrEqual(60);
    expect(Math.min(...lives)).toBeGreaterThan(30);
    // Nothing was lost to an end that was known.
    expect(run.of('run-finished')[0]!.lostShare).toBeLessThan(0.05);
  });

  it('an allocation that is cancelled gives its work back, and the report says so', async () => {
    const folder = cluster.site.job(jobOf('instances 2  lifespan 5 min', 40, 1));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('two workers are at it', () => run.of('instance-started').length >= 2 && run.committed() >= 2);
    const { where, instance } = run.of('instance-started')[0]!;
    cluster.slurm('scancel', allocationOf(where));
    await isDone(folder, 40, run);
    const end = run.of('instance-ended').find((each) => each.instance === instance)!;
    expect(end.reason).toMatch(/^allocation \d+: it was cancelled/);
  });

  it('a run whose process was killed takes its allocations over when it is resumed', async () => {
    const folder = cluster.site.job(jobOf('instances 2  lifespan 10 min', 60, 1));
    const first = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('two workers are at it', () => first.of('instance-started').length >= 2 && first.committed() >= 4);
    const before = new Set(first.of('instance-started').map(({ where }) => allocationOf(where)));
    for (const name of ['home.json', 'wire.json', 'pilots'])
      expect(statSync(join(runFolder(folder), name)).mode & 0o077).toBe(0);
    first.kill('SIGKILL');
    await first.ended;
    const second = cluster.site.morsel(folder, 'resume', '--json');
    await isDone(folder, 60, first, second);
    const after = new Set(second.of('instance-started').map(({ where }) => allocationOf(where)));
    expect(after).toEqual(before);
    expect(readdirSync(runFolder(folder))).not.toContain('wire.json');
  });

  it('an allocation whose place another job takes is not begun anew, and the report says so', async () => {
    const folder = cluster.site.job(jobOf('instances 1  lifespan 5 min  cpus 2  partition "spare"', 40, 1));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('a worker is at it', () => run.committed() > 2);
    const { where, instance } = run.of('instance-started')[0]!;
    const node = where.split(',')[0]!;
    const urgent = ['--partition=urgent', `--nodelist=${node}`, '--cpus-per-task=2', '--output=/dev/null'];
    cluster.slurm('sbatch', ...urgent, '--wrap=sleep 2');
    await until('it is told', () => run.of('instance-ended').some((each) => each.instance === instance));
    await isDone(folder, 40, run);
    expect(run.reasons()[0]).toMatch(/^allocation \d+: another job took its place/);
    expect(allocations(folder).size).toBe(2);
  });

  it('an allocation whose end is moved away is used to the new one', async () => {
    const folder = cluster.site.job(jobOf('instances 1  lifespan 1 min', 75, 1));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('a worker is at it', () => run.committed() > 0);
    const id = allocationOf(run.of('instance-started')[0]!.where);
    cluster.slurm('scontrol', 'update', `JobId=${id}`, 'TimeLimit=5');
    await isDone(folder, 75, run);
    expect(allocations(folder)).toEqual(new Set([id]));
  });

  it('srun carries the connections of nodes that can not call, and another takes the place of one that is lost', async () => {
    const folder = cluster.site.job(jobOf('instances 2  lifespan 10 min  address "srun"', 40, 1));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('two workers are at it', () => run.of('instance-started').length >= 2 && run.committed() >= 4);
    const home = JSON.parse(readFileSync(join(runFolder(folder), 'home.json'), 'utf8'));
    expect(home).toMatchObject({ addresses: [], isRelayed: true });
    process.kill(childrenOf(run.pid, 'srun')[0]!, 'SIGKILL');
    await isDone(folder, 40, run);
    // The worker was only out of reach for a moment, and went on where it was.
    expect(run.of('instance-started')).toHaveLength(2);
    expect(run.of('run-finished')[0]!.lostShare).toBe(0);
  });

  it.each([
    ['a partition that is not there', 'partition "nosuch"', /no partition nosuch; there is .*batch/],
    [
      'a lifespan beyond the limit',
      'partition "short"  lifespan 5 min',
      /short allows 1 min at most, and the lifespan is 5 min/,
    ],
    ['a closed partition', 'partition "down"  lifespan 1 min', /partition down is closed/],
    [
      'more memory than any node has',
      'memory 99 GB',
      /Memory specification can not be satisfied|Requested node configuration/,
    ],
  ])('refuses %s before anything is begun', async (_, target, message) => {
    const folder = cluster.site.job(jobOf(target, 1, 0));
    const run = cluster.site.morsel(folder, 'run', 'job.morsel');
    expect(await run.ended).not.toBe(0);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('a check that asks the cluster marks the targets that it would not take', async () => {
    const folder = cluster.site.job(`target good slurm { lifespan 1 min  partition "short" }
target bad slurm { lifespan 1 min  partition "shrot" }
`);
    const check = cluster.site.morsel(folder, 'check', '--live', 'job.morsel');
    expect(await check.ended).toBe(1);
    expect(check.stdout.join('\n')).toMatch(/error\[target-refused\]: .*no partition shrot.*\n.*job.morsel:2:8/);
    expect(check.stderr).toMatch(/1 file: 1 error/);
  });

  it('says what is missing where there is no Node', async () => {
    const folder = cluster.site.job(jobOf('node "/no/such/node"  lifespan 1 min', 1, 0));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    // What ran before may still hold the nodes: then that is said first.
    const says = /there is no Node.js 22.13 or newer on .*\/no\/such\/node/;
    await until('it is said', () => run.warnings().some((text) => says.test(text)), 60);
    expect(run.warnings().join('\n')).toMatch(says);
    run.kill('SIGINT');
    await run.ended;
  });
});

describe('on a cluster in trouble', () => {
  it('a controller that is away is waited for, and a node that fails gives its work back', async () => {
    const folder = cluster.site.job(
      jobOf('instances 4  lifespan 5 min  cpus 2', 100, 2).replace('run "', 'needs 2 cpus\n    run "'),
    );
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    await until('all four nodes are at it', () => run.of('instance-started').length >= 4 && run.committed() > 4);
    // A node that is drained goes on with what it has; one whose daemon died is given up by Slurm, its processes live on.
    cluster.slurm('scontrol', 'update', 'NodeName=n1', 'State=DRAIN', 'Reason=test');
    cluster.signal('slurmctld', 'SIGTERM');
    const victim = run.of('instance-started').find(({ where }) => where.startsWith('n2'))!;
    const [pid] = / process (\d+)/.exec(victim.where)!.slice(1);
    process.kill(Number(pid), 'SIGKILL');
    await until('its absence is told', () => /Unable to contact slurm controller/.test(run.warnings().join('\n')));
    const told = run.committed();
    await until('others go on without it', () => run.committed() > told + 10);
    expect(run.of('run-finished')).toEqual([]);
    cluster.repair();
    cluster.signal('slurmd-n3', 'SIGKILL');
    await isDone(folder, 100, run);
    expect(run.of('instance-ended').find(({ instance }) => instance === victim.instance)).toBeDefined();
    cluster.repair();
    cluster.slurm('scontrol', 'update', 'NodeName=n1', 'State=RESUME');
  });

  it('a submission that timed out and yet was accepted is found again', async () => {
    cluster.signal('slurmctld', 'SIGSTOP');
    const folder = cluster.site.job(jobOf('instances 1  lifespan 5 min', 3, 0.1));
    const run = cluster.site.morsel(folder, 'run', '--json', 'job.morsel');
    try {
      await until('it is told', () => run.warnings().some((text) => /timed out/i.test(text)), 60);
    } finally {
      cluster.signal('slurmctld', 'SIGCONT');
    }
    await isDone(folder, 3, run);
    expect(run.of('instance-started')).toHaveLength(1);
    const pilots = readdirSync(join(runFolder(folder), 'pilots'));
    expect(pilots).toHaveLength(1);
  });
});
