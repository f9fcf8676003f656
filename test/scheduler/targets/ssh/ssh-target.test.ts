/** The target over a stand-in for `ssh` that runs the command here; test/cluster has it over the real one. */
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSshTarget } from '../../../../scheduler/targets/ssh/ssh-target.ts';
import type { Target, TargetListener } from '../../../../scheduler/targets/target.ts';
import { jobSpec, targetSpec, taskSpec, text } from '../../job-specs.ts';
import { temporaryFolder } from '../../worker/harness.ts';
import { testTarget } from '../conformance.ts';
import { fragmentOf, Recorder } from '../recorder.ts';

/** Hosts called `gone…` refuse; others have a shell that prints what nobody asked for. */
const STAND_IN = `#!/bin/sh
echo "$@" >> "$0.log"
while [ "$1" != -- ]; do shift; done
case $2 in gone*) echo "ssh: connect to host $2: Connection refused" >&2; exit 255 ;; esac
echo "Welcome to $2!"; printf 'no new line'
exec /bin/sh -c "$3"
`;

const shared = temporaryFolder();
const workerFile = join(shared, 'worker.js');
const { PATH, XDG_CACHE_HOME } = process.env;
beforeAll(async () => {
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const entryPoints = [new URL('../../../../scheduler/worker/main.ts', import.meta.url).pathname];
  await build({
    entryPoints,
    outfile: workerFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
  });
  mkdirSync(join(shared, 'bin'));
  writeFileSync(join(shared, 'bin/ssh'), STAND_IN);
  chmodSync(join(shared, 'bin/ssh'), 0o755);
  process.env['PATH'] = `${join(shared, 'bin')}${delimiter}${PATH}`;
  process.env['XDG_CACHE_HOME'] = join(shared, 'cache');
});
afterAll(() => {
  process.env['PATH'] = PATH;
  if (XDG_CACHE_HOME === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = XDG_CACHE_HOME;
  rmSync(shared, { recursive: true, force: true });
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Wanted {
  command: string;
  hosts: string[];
  lifespanSeconds?: number | null;
  node?: string;
  patienceSeconds?: number;
}

function made(
  { command, hosts, lifespanSeconds = null, node = process.execPath, patienceSeconds = 30 }: Wanted,
  listener?: TargetListener,
): { target: Target; told: Recorder } {
  const folder = temporaryFolder();
  cleanups.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const instances = { min: 0, max: Math.max(2, hosts.length) };
  const spec = targetSpec({ kind: 'ssh', lifespanSeconds, instances, options: { hosts, node } });
  const tasks = [taskSpec({ work: { kind: 'run', commands: [text(command)] } })];
  const job = jobSpec({ directory: folder, target: spec, tasks });
  const setup = { job, stagingFolder: join(folder, 'staging'), heartbeatSeconds: 0.5, keepOutputBytes: 4096 };
  const told = new Recorder();
  const times = { pingSeconds: 0.2, leaseSeconds: 2 };
  const target = createSshTarget(spec, { workerFile, setup, times, patienceSeconds, counts: [1] }, listener ?? told);
  cleanups.push(() => target.close());
  return { target, told };
}

describe('a target of hosts', () => {
  testTarget(({ itemSeconds, lifespanSeconds }, listener) =>
    made({ command: `sleep ${itemSeconds}`, hosts: ['anna'], lifespanSeconds }, listener),
  );

  it('brings the worker to a host once', async () => {
    const { target, told } = made({ command: 'true', hosts: ['anna', 'ben'] });
    target.start('a');
    target.start('b');
    await told.until(() => told.facts.size === 2);
    expect([...told.facts.values()].map(({ where }) => where.split(' ')[0]!).toSorted()).toEqual(['anna', 'ben']);
    expect(readdirSync(join(shared, 'cache/morsel'))).toHaveLength(1);
  });

  it('passes a host by that refuses, and says so; with no other left the run is told', async () => {
    const { target, told } = made({ command: 'true', hosts: ['gone', 'ben'] });
    target.start('a');
    await told.until(() => told.facts.has('a'));
    expect(told.facts.get('a')!.where).toMatch(/^ben /);
    expect(told.notices).toEqual(['target here: host gone: ssh: connect to host gone: Connection refused']);
    target.start('b');
    await told.until(() => told.downs.has('b') || told.facts.has('b'));
    const lost = made({ command: 'true', hosts: ['gone1', 'gone2'] });
    lost.target.start('c');
    await lost.told.until(() => lost.told.downs.has('c'));
    expect(lost.told.downs.get('c')).toMatch(/^host gone2: .*refused/);
  });

  it('says what is missing on a host', async () => {
    const { target, told } = made({ command: 'true', hosts: ['anna'], node: '/no/such/node' });
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(/^host anna: there is no Node.js 22.13 or newer on .* \/no\/such\/node/);
  });

  it('gives a worker up that starts and never speaks', async () => {
    const node = join(shared, 'mute');
    writeFileSync(node, `#!/bin/sh\ncase $1 in -e) exec ${process.execPath} "$@" ;; esac\nexec sleep 1000\n`);
    chmodSync(node, 0o755);
    const { target, told } = made({ command: 'true', hosts: ['anna'], node, patienceSeconds: 1 });
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toBe('host anna: no worker spoke within 1 s of the login');
  });

  it('says how a worker ended over there', async () => {
    const { target, told } = made({ command: 'kill -9 $PPID', hosts: ['anna'] });
    target.start('a');
    await told.until(() => told.facts.has('a'));
    target.assign(fragmentOf(1, 'a', 1, 1));
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(/killed by SIGKILL/);
  });
});
