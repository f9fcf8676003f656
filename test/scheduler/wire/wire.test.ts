import { connect as connectTcp } from 'node:net';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { NotificationType } from 'vscode-jsonrpc';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Channel,
  frames,
  MOST_FRAME_BYTES,
  MOST_STRANGER_BYTES,
  WIRE_VERSION,
} from '../../../scheduler/wire/channel.ts';
import { callHome, NotWelcome, type HomeLine } from '../../../scheduler/wire/client.ts';
import { credentialsIn, type Credentials, type Home } from '../../../scheduler/wire/credentials.ts';
import type { RemoteWorker, SessionEnd } from '../../../scheduler/wire/remote-worker.ts';
import { listenForWorkers, type WireServer } from '../../../scheduler/wire/server.ts';
import { waysTo, type Way } from '../../../scheduler/wire/ways.ts';
import { proxyTo } from './proxy.ts';

const Count = new NotificationType<number>('count');
const quick = { pingSeconds: 0.1, leaseSeconds: 1 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Exchange {
  server: WireServer;
  credentials: Credentials;
  workers: RemoteWorker[];
  ends: SessionEnd[];
  home: Home;
}

async function exchange(times = quick): Promise<Exchange> {
  const folder = mkdtempSync(join(tmpdir(), 'morsel-wire-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const credentials = await credentialsIn(join(folder, 'wire.json'));
  expect(statSync(join(folder, 'wire.json')).mode & 0o777).toBe(0o600);
  const workers: RemoteWorker[] = [];
  const ends: SessionEnd[] = [];
  const server = await listenForWorkers(
    credentials,
    { port: 0, times },
    {
      admit: ({ pilot }) => (pilot === 'unknown' ? { why: 'nobody waits for it', anew: false } : null),
      arrived: (worker) => {
        workers.push(worker);
        worker.onEnd = (end) => ends.push(end);
      },
    },
  );
  cleanups.push(() => server.close());
  const { certificate, secret } = credentials;
  const home = { addresses: ['127.0.0.1'], port: server.port, isRelayed: false, certificate, secret };
  return { server, credentials, workers, ends, home };
}

async function call(home: Home, pilot = 'p1', patienceSeconds = 5): Promise<HomeLine> {
  const line = await callHome({ ways: () => waysTo(home, pilot), pilot, place: { node: 'n1' }, patienceSeconds });
  cleanups.push(() => line.hangUp('the test is over'));
  return line;
}

/** A socket that has shown nothing but that it speaks TLS. */
function stranger({ port }: WireServer): Promise<{ socket: TLSSocket; closed: Promise<void>; heard: () => number }> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () =>
      resolve({
        socket,
        heard: () => bytes,
        closed: new Promise((settle) => socket.on('close', () => settle())),
      }),
    );
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.on('error', reject);
  });
}

const greeting = (home: Home, more: object = {}): string =>
  JSON.stringify({
    version: WIRE_VERSION,
    secret: home.secret,
    pilot: 'p1',
    incarnation: 'a',
    received: null,
    place: {},
    ...more,
  });

function frame(kind: number, payload: string, length = Buffer.byteLength(payload)): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 0);
  head[4] = kind;
  return Buffer.concat([head, Buffer.from(payload)]);
}

describe('strangers', () => {
  it.each([
    ['a wrong secret', (home: Home) => frame(frames.hello, greeting({ ...home, secret: 'x'.repeat(64) }))],
    ['no secret', () => frame(frames.hello, '{}')],
    ['a greeting that is no JSON', () => frame(frames.hello, 'hello')],
    ['a list for a greeting', () => frame(frames.hello, '[]')],
    ['a message before the greeting', () => frame(frames.message, '{"jsonrpc":"2.0","method":"exit"}')],
    ['a kind of frame that there is not', () => frame(99, 'x')],
    ['a long greeting', (home: Home) => frame(frames.hello, greeting(home) + ' '.repeat(MOST_STRANGER_BYTES))],
    ['the length of a huge one', () => frame(frames.hello, '', 0xffff_ffff)],
    ['another protocol', () => Buffer.from('GET / HTTP/1.1\r\nHost: morsel\r\n\r\n')],
  ])('with %s are hung up on without a word', async (_, said) => {
    const { server, home, workers } = await exchange();
    const { socket, closed, heard } = await stranger(server);
    socket.write(said(home));
    await closed;
    expect(heard()).toBe(0);
    expect(workers).toEqual([]);
  });

  it('that speak no TLS are hung up on', async () => {
    const { server, workers } = await exchange();
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write('not TLS at all, but long enough to be seen as such');
    socket.resume();
    await closed;
    expect(workers).toEqual([]);
  });

  it('can be many without keeping a worker out', async () => {
    const { server, home } = await exchange();
    const sockets = Array.from({ length: 400 }, () => connectTcp(server.port, '127.0.0.1'));
    cleanups.push(() => sockets.forEach((socket) => socket.destroy()));
    for (const socket of sockets) socket.on('error', () => {});
    await expect
      .poll(() => sockets.filter((socket) => socket.destroyed || socket.readableEnded || socket.closed).length, {
        timeout: 5000,
      })
      .toBeGreaterThan(100);
    sockets.forEach((socket) => socket.destroy());
    await call(home);
  });
});

it('a port that is taken is named', async () => {
  const { server, credentials } = await exchange();
  const hooks = { admit: () => null, arrived: () => {} };
  const second = listenForWorkers(credentials, { port: server.port, times: quick }, hooks);
  await expect(second).rejects.toThrow(`port ${server.port} can't be listened at`);
});

describe('a worker', () => {
  it('does not speak to a run with another certificate', async () => {
    const [one, other] = [await exchange(), await exchange()];
    const home = { ...one.home, certificate: other.home.certificate };
    await expect(call(home, 'p1', 0)).rejects.toThrow(/could not be reached .*(self.signed|unable to verify)/i);
    expect(one.workers).toEqual([]);
  });

  it('tries every address, and says where it tried when none answers', async () => {
    const { home } = await exchange();
    await call({ ...home, addresses: ['127.0.0.1', '127.0.0.1'] });
    const dead = { ...home, addresses: ['127.0.0.2'], port: 1 };
    await expect(call(dead, 'p1', 0)).rejects.toThrow(/127.0.0.2 port 1: .*ECONNREFUSED/);
  });

  it('is told why it is not wanted', async () => {
    const { home } = await exchange();
    await expect(call(home, 'unknown')).rejects.toThrow('nobody waits for it');
  });

  it('of another version is told to use the same', async () => {
    const { server, home } = await exchange();
    const { socket } = await stranger(server);
    const said = new Promise<string>((resolve) => {
      new Channel(socket).onFrame = (_, payload) => resolve(payload.toString());
    });
    socket.write(frame(frames.hello, greeting(home, { version: 99 })));
    expect(await said).toMatch(/speaks version 99 of the wire protocol .* use the same Morsel/);
  });

  it('brings facts of its place, and its goodbye ends the conversation', async () => {
    const { home, workers, ends } = await exchange();
    const line = await call(home);
    expect(workers[0]!.greeting).toMatchObject({ pilot: 'p1', place: { node: 'n1' } });
    await line.hangUp('it was stopped');
    await expect.poll(() => ends).toEqual([{ isOrderly: true, why: 'it was stopped' }]);
  });

  it('is told when the run wants no more of it', async () => {
    const { home, workers } = await exchange();
    const line = await call(home);
    workers[0]!.dismiss('the job is done');
    const end = await line.ended;
    expect(end).toBeInstanceOf(NotWelcome);
    expect(end).toMatchObject({ message: 'the job is done', anew: false });
  });

  it('fences off an older one in its place', async () => {
    const { home, workers, ends } = await exchange();
    const older = await call(home);
    await call(home);
    expect(workers).toHaveLength(2);
    expect(ends).toEqual([{ isOrderly: false, why: 'another worker called in its place' }]);
    await older.ended;
  });
});

describe('a broken network', () => {
  /** Both ends count up, through a proxy; returns what each heard. */
  async function counting(times = quick) {
    const { home, workers, ends } = await exchange(times);
    const proxy = await proxyTo(home.port);
    cleanups.push(() => proxy.close());
    const line = await call({ ...home, port: proxy.port });
    const heard = { run: [] as number[], worker: [] as number[] };
    const run = workers[0]!.connection();
    run.onNotification(Count, (n) => void heard.run.push(n));
    line.connection.onNotification(Count, (n) => void heard.worker.push(n));
    run.listen();
    line.connection.listen();
    const say = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) {
        void run.sendNotification(Count, n);
        void line.connection.sendNotification(Count, n);
        if (n % 50 === 0) await new Promise(setImmediate);
      }
    };
    return { proxy, line, heard, say, ends, workers };
  }

  const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  it('loses no message, doubles none, and changes no order', async () => {
    const { proxy, heard, say, ends } = await counting({ pingSeconds: 0.1, leaseSeconds: 20 });
    for (let round = 0; round < 10; round++) {
      await say(500 * round, 500 * (round + 1));
      proxy.cut();
    }
    await expect.poll(() => [heard.run.length, heard.worker.length], { timeout: 20_000 }).toEqual([5000, 5000]);
    expect(heard.run).toEqual(upTo(5000));
    expect(heard.worker).toEqual(upTo(5000));
    expect(proxy.connections()).toBeGreaterThan(1);
    expect(ends).toEqual([]);
  });

  it('that says nothing ends the lease, at the worker first', async () => {
    const { proxy, line, ends } = await counting();
    proxy.freeze();
    const end = await line.ended;
    expect(end.anew).toBe(true);
    expect(ends).toEqual([]);
    await expect
      .poll(() => ends, { timeout: 10_000 })
      .toEqual([{ isOrderly: false, why: 'nothing was heard of its worker for 1 s' }]);
  });

  it('is outlived by a worker that can not read for a moment where its run is', async () => {
    const { home, workers, ends } = await exchange({ pingSeconds: 0.1, leaseSeconds: 20 });
    const proxy = await proxyTo(home.port);
    cleanups.push(() => proxy.close());
    let reads = 0;
    const ways = (): Way[] => {
      if (++reads > 1 && reads < 4) throw new Error('home.json: stale file handle');
      return waysTo({ ...home, port: proxy.port }, 'p1');
    };
    const line = await callHome({ ways, pilot: 'p1', place: {}, patienceSeconds: 5 });
    cleanups.push(() => line.hangUp('the test is over'));
    proxy.cut();
    await expect.poll(() => proxy.connections(), { timeout: 5000 }).toBe(2);
    await expect.poll(() => workers[0]!.silentSeconds()).toBe(0);
    expect(reads).toBe(4);
    expect(ends).toEqual([]);
  });

  it('is called again once, also where a connection breaks as soon as it is taken', async () => {
    let calls = 0;
    let pings = 0;
    const welcome = frame(frames.welcome, JSON.stringify({ received: 0, pingSeconds: 0.1, leaseSeconds: 20 }));
    const open = async (): Promise<Duplex> => {
      const [near, far] = duplexPair();
      const isFirst = ++calls === 1;
      const run = new Channel(far);
      run.onFrame = (kind, payload) => {
        if (kind === frames.ping) pings++;
        if (kind === frames.ping) run.send(frames.pong, payload);
        if (kind === frames.hello) far.write(isFirst ? Buffer.concat([welcome, frame(99, '')]) : welcome);
      };
      return near;
    };
    const ways = (): Way[] => [{ name: 'a pipe', secret: '', open }];
    const line = await callHome({ ways, pilot: 'p1', place: {}, patienceSeconds: 5 });
    await expect.poll(() => pings, { timeout: 10_000 }).toBeGreaterThan(5);
    expect(calls).toBe(2);
    await line.hangUp('the test is over');
  });

  it('takes nothing from a worker whose lease is over', async () => {
    const { home, workers, ends } = await exchange();
    const { socket } = await stranger({ port: home.port, close: async () => {} });
    const channel = new Channel(socket);
    channel.send(frames.hello, greeting(home));
    await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(1);
    const again = await stranger({ port: home.port, close: async () => {} });
    const said = new Promise<string>((resolve) => {
      new Channel(again.socket).onFrame = (_, payload) => resolve(payload.toString());
    });
    again.socket.write(frame(frames.hello, greeting(home, { received: 0 })));
    expect(JSON.parse(await said)).toMatchObject({ why: expect.stringMatching(/in other hands/), anew: true });
    expect(workers).toHaveLength(1);
  });
});

describe('an admitted worker that breaks the protocol', () => {
  it.each([
    ['a frame beyond the bound', frame(frames.message, '', MOST_FRAME_BYTES + 1), false],
    ['a message that is no JSON-RPC', frame(frames.message, '{"a":1}'), true],
    ['an acknowledgement of what was never sent', frame(frames.acknowledge, '\0\0\0\0\0\u0009'), true],
    ['a greeting in the middle', frame(frames.hello, '{}'), true],
  ])('by %s is hung up on', async (_, bytes, endsAtOnce) => {
    const { server, home, workers, ends } = await exchange();
    const { socket, closed } = await stranger(server);
    socket.write(frame(frames.hello, greeting(home)));
    await expect.poll(() => workers.length).toBe(1);
    socket.write(bytes);
    await closed;
    if (endsAtOnce) expect(ends).toHaveLength(1);
    await call(home, 'p2');
  });
});
