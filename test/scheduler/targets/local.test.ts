import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocalTarget } from '../../../scheduler/targets/local.ts';
import type { Target, TargetListener } from '../../../scheduler/targets/target.ts';
import { jobSpec, targetSpec, taskSpec, text } from '../job-specs.ts';
import { isRunning, temporaryFolder, workerCommand } from '../worker/harness.ts';
import { testTarget } from './conformance.ts';
import { fragmentOf, Recorder } from './recorder.ts';

const folders: string[] = [];
const targets: Target[] = [];
afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function local(command: string, lifespanSeconds: number | null, given?: TargetListener, worker = workerCommand) {
  const directory = temporaryFolder();
  folders.push(directory);
  const spec = targetSpec({ lifespanSeconds });
  const job = jobSpec({
    directory,
    target: spec,
    tasks: [taskSpec({ work: { kind: 'run', commands: [text(command)] } })],
  });
  const setup = { job, stagingFolder: join(directory, 'staging'), heartbeatSeconds: 0.1, keepOutputBytes: 4096 };
  const told = new Recorder();
  const target = createLocalTarget(spec, { workerCommand: worker, setup }, given ?? told);
  targets.push(target);
  return { target, told, directory };
}

const pidIn = (directory: string, name: string): string => readFileSync(join(directory, name), 'utf8').trim();
/** Leaves a process in its group and one that left it. */
const LINGER = 'setsid sleep 1000 & echo $! > away; sleep 1000 & echo $! > near; sleep 1000';

describe('a local target', () => {
  testTarget(({ itemSeconds, lifespanSeconds }, listener) => {
    const { target } = local(`sleep ${itemSeconds}`, lifespanSeconds, listener);
    return { target };
  });

  it('sends samples', async () => {
    const { target, told } = local('true', null);
    target.start('a');
    await told.until(() => told.samples > 0);
    expect(told.downs.size).toBe(0);
  });

  it('kills all that an instance started when its lifespan ends', async () => {
    const { target, told, directory } = local(LINGER, 1.5);
    target.start('a');
    await told.until(() => told.facts.has('a'));
    target.assign(fragmentOf(1, 'a', 3, 0.1));
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toBe('its lifespan of 1.5 s ended');
    if (process.platform !== 'linux') return;
    await expect
      .poll(() => ['away', 'near'].filter((name) => isRunning(pidIn(directory, name))), { timeout: 10_000 })
      .toEqual([]);
  });

  it('says how a worker ended that ended by itself', async () => {
    const { target, told } = local('kill -9 $PPID', null);
    target.start('a');
    await told.until(() => told.facts.has('a'));
    target.assign(fragmentOf(1, 'a', 3, 0.1));
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toBe('its worker was killed by SIGKILL');
  });

  it.each([
    [['/no/such/program'], /could not be started: .*ENOENT/],
    [[process.execPath, '-e', 'console.error("no good"); process.exit(3)'], /^its worker exited with 3: no good$/],
  ])('says why a worker did not come up', async (command, reason) => {
    const { target, told } = local('true', null, undefined, command);
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(reason);
    expect(told.facts.size).toBe(0);
  });

  it('refuses a worker of another version', async () => {
    const directory = temporaryFolder();
    folders.push(directory);
    const content = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'morsel/hello',
      params: { version: 99, pid: 1, hostName: 'far', nodeVersion: 'v1' },
    });
    const file = join(directory, 'old.mjs');
    writeFileSync(
      file,
      `process.stdout.write(${JSON.stringify(`Content-Length: ${content.length}\r\n\r\n${content}`)}); process.stdin.resume()`,
    );
    const { target, told } = local('true', null, undefined, [process.execPath, file]);
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(/on far speaks version 99 .* use the same Morsel for both/);
  });

  it.runIf(process.platform === 'linux')('leaves nothing behind when its own process is killed', async () => {
    const directory = temporaryFolder();
    folders.push(directory);
    const here = (path: string): string => JSON.stringify(resolve(import.meta.dirname, path));
    const script = join(directory, 'run.mjs');
    writeFileSync(
      script,
      `import { createLocalTarget } from ${here('../../../scheduler/targets/local.ts')};
      import { jobSpec, targetSpec, taskSpec, text } from ${here('../job-specs.ts')};
      import { fragmentOf, Recorder } from ${here('recorder.ts')};
      const directory = ${JSON.stringify(directory)};
      const job = jobSpec({ directory, tasks: [taskSpec({ work: { kind: 'run', commands: [text(${JSON.stringify(LINGER)})] } })] });
      const told = new Recorder();
      const target = createLocalTarget(targetSpec(), { workerCommand: ${JSON.stringify(workerCommand)},
        setup: { job, stagingFolder: directory + '/staging', heartbeatSeconds: 0, keepOutputBytes: 100 } }, told);
      target.start('a'); await told.until(() => told.facts.has('a')); target.assign(fragmentOf(1, 'a', 1, 1));
      console.log(told.facts.get('a').where.split(' ').at(-1)); setInterval(() => {}, 1000);`,
    );
    const run = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let worker = '';
    run.stdout.on('data', (chunk: Buffer) => (worker += chunk));
    await expect.poll(() => existsSync(join(directory, 'near')) && worker !== '', { timeout: 10_000 }).toBe(true);
    run.kill('SIGKILL');
    const pids = [worker.trim(), pidIn(directory, 'away'), pidIn(directory, 'near')];
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  });
});
