import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Channel, frames, parseJson } from './channel.ts';
import type { Credentials } from './credentials.ts';
import { isSame, readGreeting, versionProblem, type Greeting, type Refusal, type Welcome } from './greeting.ts';
import { CalledWorker, type RemoteWorker, type WireTimes } from './remote-worker.ts';

/** Who has not said who it is by then is hung up on. */
const GREETING_SECONDS = 10;
/** So many may be at it at once; others are hung up on, and call again. */
const MOST_STRANGERS = 256;
const CHECK_MILLISECONDS = 500;
/** What is said last has so long to get through. */
const GOODBYE_SECONDS = 1;

export interface WireHooks {
  /** A worker that knows the secret has called for the first time: null if it may come in. */
  admit(greeting: Greeting): Refusal | null;
  /** It is in. Called after `ended` for an older worker of the same pilot. */
  arrived(worker: RemoteWorker): void;
}

export interface WireServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Where workers call. Who does not know the secret gets no further than a greeting of a few bytes; a worker that calls
 * again goes on where it was; a new worker in the place of an older one fences that off, and so does the end of a lease.
 */
export async function listenForWorkers(
  credentials: Credentials,
  { port, times }: { port: number; times: WireTimes },
  hooks: WireHooks,
): Promise<WireServer> {
  const switchboard = new Switchboard(credentials.secret, times, hooks);
  const { certificate: cert, key } = credentials;
  const server = createServer({ cert, key, minVersion: 'TLSv1.3', handshakeTimeout: GREETING_SECONDS * 1000 });
  server.on('secureConnection', (socket) => switchboard.called(socket));
  server.on('tlsClientError', (_, socket) => socket.destroy());
  // Connections count from their first byte on: those in the middle of a handshake hold as much as any other.
  server.on('connection', (socket) => {
    switchboard.open.add(socket);
    socket.on('close', () => switchboard.open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (switchboard.isFull()) socket.destroy();
  });
  try {
    await listen(server, port);
  } catch (error) {
    switchboard.close();
    throw error;
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      switchboard.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      const impatience = setTimeout(() => switchboard.hangUp(), GOODBYE_SECONDS * 1000);
      await closed.promise;
      clearTimeout(impatience);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(
        new Error(`port ${port} can't be listened at (${error.message}): choose another, or any by leaving it out`),
      );
    server.once('error', failed);
    server.listen(port, () => {
      server.off('error', failed);
      // Later on it is one caller that could not be taken, which calls again.
      server.on('error', () => {});
      resolve();
    });
  });
}

class Switchboard {
  /** Every socket, whoever is at the other end. */
  readonly open = new Set<{ destroy(): void }>();
  private readonly secret: string;
  private readonly times: WireTimes;
  private readonly hooks: WireHooks;
  /** By pilot. */
  private readonly workers = new Map<string, CalledWorker>();
  private readonly check: NodeJS.Timeout;
  private isClosed = false;

  constructor(secret: string, times: WireTimes, hooks: WireHooks) {
    this.secret = secret;
    this.times = times;
    this.hooks = hooks;
    this.check = setInterval(() => this.checkLeases(), CHECK_MILLISECONDS);
  }

  isFull(): boolean {
    let attached = 0;
    for (const worker of this.workers.values()) if (worker.session.isAttached) attached++;
    return this.open.size - attached > MOST_STRANGERS;
  }

  called(socket: TLSSocket): void {
    socket.setNoDelay(true);
    const channel = new Channel(socket);
    const impatience = setTimeout(() => channel.close('it did not say who it is'), GREETING_SECONDS * 1000);
    channel.onClose = () => clearTimeout(impatience);
    channel.onFrame = (kind, payload) => {
      clearTimeout(impatience);
      channel.onFrame = () => channel.close('it did not wait for an answer');
      const greeting = kind === frames.hello ? readGreeting(parseJson(payload)) : null;
      // Strangers learn nothing, not even why.
      if (greeting === null || !isSame(greeting.secret, this.secret)) return channel.close('it is not one of ours');
      this.greeted(greeting, channel, socket.remoteAddress ?? '');
    };
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.check);
    for (const worker of this.workers.values()) worker.dismiss('the run ended');
  }

  hangUp(): void {
    for (const socket of this.open) socket.destroy();
  }

  private greeted(greeting: Greeting, channel: Channel, address: string): void {
    const refuse = (refusal: Refusal): void => void channel.sendLast(frames.refused, JSON.stringify(refusal));
    const problem = versionProblem(greeting.version);
    if (problem !== null) return refuse({ why: problem, anew: false });
    if (this.isClosed) return refuse({ why: 'the run ended', anew: false });
    const known = this.workers.get(greeting.pilot);
    if (greeting.received !== null) {
      if (known?.greeting.incarnation !== greeting.incarnation)
        return refuse({ why: 'the run does not know it any more: its work is in other hands', anew: true });
      channel.send(frames.welcome, JSON.stringify(this.welcome(known)));
      return known.goOn(channel, greeting.received);
    }
    known?.finish({ isOrderly: false, why: 'another worker called in its place' });
    const refusal = this.hooks.admit(greeting);
    if (refusal !== null) return refuse(refusal);
    const worker = new CalledWorker(greeting, address, () => {
      if (this.workers.get(greeting.pilot) === worker) this.workers.delete(greeting.pilot);
    });
    this.workers.set(greeting.pilot, worker);
    channel.send(frames.welcome, JSON.stringify(this.welcome(worker)));
    worker.goOn(channel, 0);
    this.hooks.arrived(worker);
  }

  private welcome({ session }: CalledWorker): Welcome {
    return { received: session.received, ...this.times };
  }

  private checkLeases(): void {
    for (const worker of this.workers.values()) worker.check(this.times);
  }
}
