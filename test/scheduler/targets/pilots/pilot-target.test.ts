import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SubmitError } from '../../../../scheduler/targets/pilots/batch-system.ts';
import { homeFileIn } from '../../../../scheduler/targets/pilots/home.ts';
import { createPilotTarget } from '../../../../scheduler/targets/pilots/pilot-target.ts';
import type { Target, TargetListener } from '../../../../scheduler/targets/target.ts';
import { callHome } from '../../../../scheduler/wire/client.ts';
import { readHome } from '../../../../scheduler/wire/credentials.ts';
import { waysTo } from '../../../../scheduler/wire/ways.ts';
import { Assign, Hello, Stop, WORKER_PROTOCOL_VERSION } from '../../../../scheduler/worker/protocol.ts';
import { jobSpec, targetSpec, taskSpec, text } from '../../job-specs.ts';
import { isRunning, temporaryFolder } from '../../worker/harness.ts';
import { testTarget } from '../conformance.ts';
import { fragmentOf, Recorder } from '../recorder.ts';
import { ProcessSystem } from './process-system.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Made {
  target: Target;
  told: Recorder;
  system: ProcessSystem;
  folder: string;
}

interface Wanted {
  command: string;
  lifespanSeconds?: number | null;
  leaseSeconds?: number;
}

const made = (command: string): Made => madeWith({ command });

function madeWith({ command, lifespanSeconds = null, leaseSeconds = 5 }: Wanted, listener?: TargetListener): Made {
  const folder = temporaryFolder();
  const system = new ProcessSystem(folder, lifespanSeconds);
  cleanups.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  cleanups.push(() => system.close());
  const spec = targetSpec({ lifespanSeconds });
  const job = jobSpec({
    directory: folder,
    target: spec,
    tasks: [taskSpec({ work: { kind: 'run', commands: [text(command)] } })],
  });
  const setup = { job, stagingFolder: join(folder, 'staging'), heartbeatSeconds: 0.5, keepOutputBytes: 4096 };
  const told = new Recorder();
  const times = { pingSeconds: 0.2, leaseSeconds };
  const options = { system, runFolder: folder, setup, addresses: ['127.0.0.1'], times };
  const target = createPilotTarget(spec, options, listener ?? told);
  cleanups.push(() => target.close());
  return { target, told, system, folder };
}

const passing = (message: string): SubmitError => new SubmitError(message, true);

describe('a target of pilots', () => {
  testTarget(({ lifespanSeconds, itemSeconds }, listener) =>
    madeWith({ command: `sleep ${itemSeconds}`, lifespanSeconds }, listener),
  );

  it('submits again what an engine in trouble did not take, and finds what it took without saying so', async () => {
    const { target, told, system } = made('true');
    system.troubles.push(
      { error: passing('the engine is away'), accepted: false },
      { error: passing('the engine timed out'), accepted: true },
    );
    target.start('a');
    await told.until(() => told.facts.has('a'));
    expect(system.submissions).toBe(2);
    expect(system.jobs).toHaveLength(1);
    expect(told.notices[0]).toMatch(/the engine is away; it is asked again/);
    expect(told.downs.size).toBe(0);
  });

  it('says at once what an engine will never take', async () => {
    const { target, told, system } = made('true');
    system.troubles.push({ error: new SubmitError('no such partition', false), accepted: false });
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toBe('no such partition');
    expect(system.jobs).toEqual([]);
  });

  it('does not ask again where something is wrong here', async () => {
    const { target, told, system } = made('true');
    system.troubles.push({ error: new Error("EACCES: permission denied, mkdir 'pilots'"), accepted: false });
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(/permission denied/);
    expect(system.submissions).toBe(1);
  });

  it('tells why pilots wait', async () => {
    const { target, told, system } = made('true');
    system.hasRoom = false;
    target.start('a');
    await told.until(() => told.notices.length > 0);
    expect(told.notices).toEqual(['target here: allocation 1 waits: there is no room']);
  });

  it('gives back what waits for an instance that is stopped before it is there', async () => {
    const { target, told, system } = made('true');
    system.hasRoom = false;
    for (const instance of ['a', 'b', 'c']) target.start(instance);
    await expect.poll(() => system.jobs.length, { timeout: 10_000 }).toBe(3);
    target.stop('c', 0);
    target.stop('b', 0);
    await expect.poll(() => system.jobs.map(({ end }) => end)).toEqual([null, 'it was cancelled', 'it was cancelled']);
    expect([...told.downs]).toEqual([
      ['c', 'it was stopped'],
      ['b', 'it was stopped'],
    ]);
    system.hasRoom = true;
    target.start('d');
    await told.until(() => told.facts.size > 0);
    expect([...told.facts.keys()]).toEqual(['a']);
    expect(system.jobs).toHaveLength(4);
  });

  it('says what a pilot complained of that never called', async () => {
    const { target, told, system } = made('true');
    system.node = '/no/such/node';
    target.start('a');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(/^allocation 1: it ended by itself: there is no Node.js .* \/no\/such\/node/);
  });

  it('says how an instance ended, by the word of the engine', async () => {
    const { target, told, system } = made('sleep 100');
    target.start('a');
    await told.until(() => told.facts.has('a'));
    target.assign(fragmentOf(1, 'a', 1, 100));
    system.end(system.jobs[0]!, 'its node failed');
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toBe('allocation 1: its node failed');
  });

  it.each(['exit 0', 'exit 3'])(
    'believes no item that ends with its instance, by a signal to both: %s',
    async (end) => {
      const { target, told, system } = made(`trap '${end}' TERM; echo > started; sleep 100 & wait`);
      target.start('a');
      await told.until(() => told.facts.has('a'));
      target.assign(fragmentOf(1, 'a', 1, 100));
      const job = system.jobs[0]!;
      await expect.poll(() => existsSync(join(system.runFolder, 'started')), { timeout: 10_000 }).toBe(true);
      system.end(job, 'it was cancelled', 'SIGTERM');
      await told.until(() => told.downs.has('a'));
      expect(told.downs.get('a')).toBe('allocation 1: it was cancelled');
      expect(told.reports).toEqual([]);
    },
  );

  it('puts a fresh worker in the place of one that lost its run, for the next instance', async () => {
    const { target, told, system, folder } = made('sleep 1000 & echo $! > pid; kill -STOP $PPID; wait');
    target.start('a');
    await told.until(() => told.facts.has('a'));
    target.assign(fragmentOf(1, 'a', 1, 1));
    // A worker that is stopped for longer than its lease is fenced off; when it goes on it ends what it had begun.
    await told.until(() => told.downs.has('a'));
    expect(told.downs.get('a')).toMatch(/nothing was heard of its worker for 5 s/);
    const worker = Number(told.facts.get('a')!.where.split(' ').at(-1));
    process.kill(worker, 'SIGCONT');
    target.start('b');
    await told.until(() => told.facts.has('b'));
    expect(system.jobs).toHaveLength(1);
    await expect
      .poll(() => isRunning(readFileSync(join(folder, 'pid'), 'utf8').trim()), { timeout: 10_000 })
      .toBe(false);
  });

  it('carries no order for an instance that ended to the next one in its allocation', async () => {
    const { target, told, system, folder } = made('true');
    target.start('a');
    await told.until(() => told.facts.has('a'));
    // While the engine is asked why the first one ended, the next is served.
    system.isUnsure = true;
    const { pilot } = system.jobs[0]!;
    const line = await callHome({
      ways: () => waysTo(readHome(homeFileIn(folder)), pilot),
      pilot,
      place: {},
      patienceSeconds: 5,
    });
    const { connection } = line;
    const heard: string[] = [];
    connection.onNotification(Assign, ({ id }) => void heard.push(`assign ${id}`));
    connection.onNotification(Stop, () => void heard.push('stop'));
    connection.listen();
    target.start('b');
    const hello = { version: WORKER_PROTOCOL_VERSION, pid: 1, hostName: 'here', nodeVersion: process.version };
    await connection.sendRequest(Hello, hello);
    await told.until(() => told.facts.has('b'));
    expect(told.downs.size).toBe(0);
    target.assign(fragmentOf(1, 'a', 1, 1));
    target.stop('a', 0);
    target.assign(fragmentOf(2, 'b', 1, 1));
    await expect.poll(() => heard).toContain('assign 2');
    expect(heard).toEqual(['assign 2']);
    await told.until(() => told.downs.has('a'));
    await line.hangUp('the test is over');
  });

  it('takes in that the engine lets an allocation live longer, and so does its worker', async () => {
    const { target, told, system } = madeWith({ command: 'true', lifespanSeconds: 15 });
    target.start('a');
    await told.until(() => told.facts.has('a'));
    target.assign(fragmentOf(1, 'a', 1, 1));
    system.lifespanSeconds = 1000;
    await told.until(() => told.calls.includes('ending a'));
    target.assign(fragmentOf(2, 'a', 1, 100));
    await told.until(() => told.ends.has(2));
    expect(told.ends.get(2)).toBe('done');
  });

  it('gives the allocation back of a worker that is out of reach when it is stopped', async () => {
    const { target, told, system } = madeWith({ command: 'true', leaseSeconds: 1 });
    target.start('a');
    await told.until(() => told.facts.has('a'));
    process.kill(Number(told.facts.get('a')!.where.split(' ').at(-1)), 'SIGSTOP');
    target.stop('a', 60);
    await told.until(() => told.downs.has('a'));
    await expect.poll(() => system.jobs[0]!.end, { timeout: 15_000 }).toBe('it was cancelled');
  });

  it('ends its workers at once when it is closed while the engine takes its time', async () => {
    const { target, told, system } = made('true');
    target.start('a');
    await told.until(() => told.facts.has('a'));
    const gate = Promise.withResolvers<void>();
    system.gate = gate.promise;
    target.start('b');
    await expect.poll(() => system.submissions).toBe(2);
    const closed = target.close();
    await expect.poll(() => system.jobs[0]!.end, { timeout: 10_000 }).toBe('it ended by itself');
    gate.resolve();
    await closed;
    expect(system.jobs[1]!.end).toBe('it was cancelled');
  });

  it('ends all its pilots when it is closed, and leaves no secret behind', async () => {
    const { target, told, system, folder } = made('sleep 100');
    target.start('a');
    target.start('b');
    await told.until(() => told.facts.size === 2);
    await target.close();
    await expect.poll(() => system.jobs.map(({ end }) => end !== null), { timeout: 10_000 }).toEqual([true, true]);
    expect(existsSync(homeFileIn(folder))).toBe(false);
  });
});
