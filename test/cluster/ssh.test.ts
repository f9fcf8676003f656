/** `morsel run` on hosts that are reached with `ssh`, each with a network of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Hosts } from './hosts.ts';
import { USER } from './machine.ts';
import { isDone, outputs, succeeded } from './outcome.ts';
import { Site, until } from './site.ts';

let site: Site;
let hosts: Hosts;
beforeAll(() => {
  site = new Site();
  hosts = new Hosts(site.folder, 3);
});
afterAll(() => {
  hosts?.close();
  site?.close();
});

interface Wanted {
  names: string[];
  items: number;
  seconds: number;
  more?: string;
}

const jobOf = ({ names, items, seconds, more = '' }: Wanted): string => `
target lab ssh {
  hosts ${JSON.stringify(names)}
  arguments ["-F", "${hosts.config}"]
  node "${join(site.folder, 'app/node')}"
  lifespan 5 min ${more}
}
job j on lab {
  input numbers = 1..${items}
  task t for n in numbers {
    run "sleep ${seconds}; echo {n} $(hostname) > {out}"
    output "out/{n}"
  }
}
`;

const places = (folder: string): string[] => [...new Set(outputs(folder).map(([, where]) => where))].toSorted();

it('a job runs on all hosts, whatever their shells print, and leaves nothing but the worker behind', async () => {
  const folder = site.job(
    jobOf({ names: hosts.names, items: 30, seconds: 0.3, more: 'setup "echo welcome; echo {not} a frame"' }),
  );
  const run = site.morsel(folder, 'run', '--json', 'job.morsel');
  await isDone(folder, 30, run);
  expect(places(folder)).toEqual(hosts.names);
  expect(
    run
      .of('instance-started')
      .map(({ where }) => where.split(' ')[0]!)
      .toSorted(),
  ).toEqual(hosts.names);
  expect(
    readdirSync('/home/morsel-test/.cache/morsel').every((name) => /^(worker-[0-9a-f]{16}\.mjs|jobs)$/.test(name)),
  ).toBe(true);
});

it('a host that is cut off gives its work back, and is used again when it is back', async () => {
  const folder = site.job(jobOf({ names: hosts.names.slice(0, 2), items: 120, seconds: 1 }));
  const run = site.morsel(folder, 'run', '--json', 'job.morsel');
  await until('both hosts are at it', () => run.of('instance-started').length === 2 && run.committed() > 4);
  hosts.cable('host1', 'down');
  try {
    await until('it is noticed', () => run.reasons().length > 0, 60);
    expect(run.reasons()[0]).toMatch(/connection broke|nothing was heard/);
    expect(run.of('run-finished')).toEqual([]);
  } finally {
    hosts.cable('host1', 'up');
  }
  await until(
    'it is used again',
    () => run.of('instance-started').filter(({ where }) => where.startsWith('host1')).length === 2,
  );
  await isDone(folder, 120, run);
});

it('a host that is not there is told of once, and others do its work', async () => {
  const folder = site.job(jobOf({ names: ['nowhere.invalid', 'host2'], items: 10, seconds: 0.2, more: 'instances 2' }));
  const run = site.morsel(folder, 'run', '--json', 'job.morsel');
  await isDone(folder, 10, run);
  expect(run.warnings().filter((text) => /host nowhere.invalid: .*resolve/.test(text)).length).toBeGreaterThan(0);
  expect(places(folder)).toEqual(['host2']);
});

it.each([
  [
    'Node',
    'host host3: there is no Node.js 22.13 or newer on host3 .*/no/such/node',
    ['host3'],
    'node "/no/such/node"',
  ],
  ['host', 'host nowhere.invalid: .*resolve.*; host alsonot.invalid: ', ['nowhere.invalid', 'alsonot.invalid'], ''],
])('says before anything is begun that there is no %s', async (_, message, names, node) => {
  const ownNode = `node "${join(site.folder, 'app/node')}"`;
  const folder = site.job(jobOf({ names, items: 1, seconds: 0 }).replace(ownNode, node));
  const run = site.morsel(folder, 'run', 'job.morsel');
  expect(await run.ended).not.toBe(0);
  expect(run.stderr.trim()).toMatch(new RegExp(`^error: target lab: ${message}`));
  expect(run.stderr.trim().split('\n')).toHaveLength(1);
  expect(existsSync(join(folder, '.morsel/runs'))).toBe(false);
});

it('says that the folder is not there', async () => {
  const folder = site.job(jobOf({ names: ['host3'], items: 1, seconds: 0 }));
  const hidden = `${folder}-hidden`;
  // What its setup does on the host: over there the folder has another name.
  const job = readFileSync(join(folder, 'job.morsel'), 'utf8');
  writeFileSync(
    join(folder, 'job.morsel'),
    job.replace('lifespan', `setup "cd() { command cd '${hidden}'; }" lifespan`),
  );
  const run = site.morsel(folder, 'run', '--json', 'job.morsel');
  const says = /host host3: the folder .* is not on host3: share it, or .* stage/;
  await until('it is said', () => run.warnings().some((text) => says.test(text)), 60);
  expect(run.warnings().join('\n')).toMatch(says);
  run.kill('SIGINT');
  await run.ended;
});

describe('hosts that do not share the folder', () => {
  it('get what items, programs and later tasks read, and outputs come back', async () => {
    const text = `
target lab ssh {
  hosts ${JSON.stringify(hosts.names.slice(0, 2))}
  arguments ["-F", "${hosts.config}"]
  node "${join(site.folder, 'app/node')}"
  lifespan 5 min
  stage ["tools/**"]
}
job j on lab {
  input texts = files "texts/*.txt"
  task count for text in texts {
    run "sleep 0.2; sh tools/count.sh {text.path} > {out}; echo $(hostname) $PWD >> {out}"
    output "counts/{text.stem}"
  }
  task twice for text in count { run "cat {count.out} {count.out} > {out}"  output "twice/{text.stem}" }
  task all after twice { run "cat twice/* counts/* | wc -l > {out}"  output "all" }
}
`;
    const folder = site.job(text);
    const write = (name: string, content: string): void => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    };
    write('tools/count.sh', 'wc -c < "$1"');
    const names = Array.from({ length: 12 }, (_, index) => `it's "${index}"`);
    for (const [index, name] of names.entries()) write(`texts/${name}.txt`, 'x'.repeat(index));
    execFileSync('chown', ['-R', `${USER}:`, folder]);
    const run = site.morsel(folder, 'run', '--json', 'job.morsel');
    await succeeded(run);
    const read = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trim().split('\n');
    const origins = names.map((name, index) => {
      const [size, place] = read(`counts/${name}`);
      expect(Number(size)).toBe(index);
      return place!.split(' ');
    });
    expect(new Set(origins.map(([host]) => host))).toEqual(new Set(['host1', 'host2']));
    expect(origins.every(([, where]) => where!.includes('/.cache/morsel/jobs/'))).toBe(true);
    expect(read('all')).toEqual([String(12 * (4 + 2))]);
    // Nothing waits over there, and what has changed is brought anew.
    const [, where] = origins[0]!;
    expect(readdirSync(join(where!, '.morsel/staging'))).toEqual([]);
    write(`texts/${names[3]!}.txt`, 'x'.repeat(33));
    const again = site.morsel(folder, 'run', '--json', 'job.morsel');
    await succeeded(again);
    expect(read(`counts/${names[3]!}`)[0]).toBe('33');
    rmSync(where!, { recursive: true });
  });
});
