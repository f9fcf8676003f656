/** A real worker process that calls home, and a run that answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { linkConnection } from '../../../scheduler/targets/worker-link.ts';
import { credentialsIn, writePrivately } from '../../../scheduler/wire/credentials.ts';
import type { RemoteWorker } from '../../../scheduler/wire/remote-worker.ts';
import { listenForWorkers } from '../../../scheduler/wire/server.ts';
import { jobSpec, taskSpec, text } from '../job-specs.ts';
import { fragmentOf, Recorder } from '../targets/recorder.ts';
import { isRunning, workerCommand } from '../worker/harness.ts';
import { proxyTo } from './proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function called(command: string, times = { pingSeconds: 0.1, leaseSeconds: 10 }) {
  const folder = mkdtempSync(join(tmpdir(), 'morsel-wire-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const credentials = await credentialsIn(join(folder, 'wire.json'));
  const told = new Recorder();
  const arrived = Promise.withResolvers<RemoteWorker>();
  const server = await listenForWorkers(
    credentials,
    { port: 0, times },
    { admit: () => null, arrived: (worker) => arrived.resolve(worker) },
  );
  cleanups.push(() => server.close());
  const proxy = await proxyTo(server.port);
  cleanups.push(() => proxy.close());
  const home = join(folder, 'home.json');
  const { certificate, secret } = credentials;
  writePrivately(home, { addresses: ['127.0.0.1'], port: proxy.port, certificate, secret });
  const [program, ...args] = workerCommand;
  const child = spawn(program!, [...args, 'home', home, 'p1'], { stdio: ['ignore', 'inherit', 'pipe'] });
  cleanups.push(() => child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk));
  const gone = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const worker = await arrived.promise;
  worker.onEnd = ({ why }) => told.down('a', why);
  const job = jobSpec({
    directory: folder,
    tasks: [taskSpec({ work: { kind: 'run', commands: [text(command)] } })],
  });
  const link = linkConnection('a', worker.connection(), told, {
    hello: () => {
      setImmediate(() => told.up('a', { type: 't', cpus: 1, memoryBytes: null, lifeSeconds: null, where: 'here' }));
      return {
        job,
        instance: 'a',
        stagingFolder: join(folder, 'staging'),
        cpus: 1,
        memoryBytes: null,
        lifeSeconds: null,
        heartbeatSeconds: 0.1,
        keepOutputBytes: 4096,
      };
    },
    refused: () => expect.unreachable(),
  });
  await told.until(() => told.facts.has('a'));
  return { told, link, child, gone, proxy, folder, worker, complaint: () => complaint, secret };
}

const commandLine = ({ pid }: ChildProcess): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1');
const environment = ({ pid }: ChildProcess): string => readFileSync(`/proc/${pid}/environ`, 'latin1');

it('runs fragments over a network that breaks again and again, each item once, and says goodbye', async () => {
  const { told, link, gone, proxy } = await called('sleep 0.02');
  link.assign(fragmentOf(1, 'a', 100, 0.02));
  for (let count = 10; count < 100; count += 20) {
    await told.until(() => told.done().length >= count);
    proxy.cut();
  }
  await told.until(() => told.ends.has(1));
  expect(told.done()).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(proxy.connections()).toBeGreaterThan(3);
  link.stop(1);
  expect(await gone).toBe(0);
  await told.until(() => told.downs.has('a'));
  expect(told.downs.get('a')).toBe('it was stopped');
});

it('ends all that it started when its lease is over, and asks for another in its place', async () => {
  const { told, link, gone, proxy, folder, complaint } = await called('sleep 1000 & echo $! > pid; wait', {
    pingSeconds: 0.1,
    leaseSeconds: 1,
  });
  link.assign(fragmentOf(1, 'a', 1, 1));
  await expect.poll(() => pidIn(folder), { timeout: 10_000 }).not.toBe('');
  proxy.freeze();
  expect(await gone).toBe(75);
  expect(complaint()).toMatch(/nothing was heard of the run until the lease was over/);
  await expect.poll(() => isRunning(pidIn(folder)), { timeout: 10_000 }).toBe(false);
  await told.until(() => told.downs.has('a'));
});

it.runIf(process.platform === 'linux')('has the secret on no command line and in no environment', async () => {
  const { child, secret } = await called('true');
  expect(commandLine(child) + environment(child)).not.toContain(secret);
});

it('is done when the run dismisses it', async () => {
  const { worker, gone } = await called('true');
  worker.dismiss('the run ended');
  expect(await gone).toBe(0);
});

function pidIn(folder: string): string {
  try {
    return readFileSync(join(folder, 'pid'), 'utf8').trim();
  } catch {
    return '';
  }
}
