import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { MessageConnection } from 'vscode-jsonrpc';
import { Channel, frames, parseJson, type FrameKind } from './channel.ts';
import type { Credentials } from './credentials.ts';
import { isSame, readGreeting, versionProblem, type Greeting, type Refusal, type Welcome } from './greeting.ts';
import { Session } from './session.ts';

export interface WireTimes {
  /** A worker asks for its lease to be renewed so often. */
  pingSeconds: number;
  /** How long a worker may work on without an answer; a broken connection may be taken up again so long. */
  leaseSeconds: number;
}

export const wireTimes: WireTimes = { pingSeconds: 3, leaseSeconds: 45 };

/** How much longer than the worker the run holds on to its lease: then the worker has ended all it started for sure. */
const LEASE_MARGIN_SECONDS = 3;
/** A connection that says nothing for so many pings is dead. */
const SILENT_PINGS = 4;
/** Who has not said who it is by then is hung up on. */
const GREETING_SECONDS = 10;
/** So many may be at it at once; others are hung up on, and call again. */
const MOST_STRANGERS = 256;
const CHECK_MILLISECONDS = 500;

/** How a worker's conversation ended. */
export interface SessionEnd {
  /** True if the worker said goodbye by itself. */
  isOrderly: boolean;
  /** For people. */
  why: string;
}

export interface WireHooks {
  /** A worker that knows the secret has called for the first time: null if it may come in. */
  admit(greeting: Greeting): Refusal | null;
  /** It is in. Called after `ended` for an older worker of the same pilot. */
  arrived(worker: RemoteWorker): void;
}

/** One worker at the other end, over however many connections. */
export interface RemoteWorker {
  readonly greeting: Greeting;
  /** Where it called from. */
  readonly address: string;
  /** To be asked for once. */
  connection(): MessageConnection;
  /** Called once; no message comes after it. */
  onEnd: (end: SessionEnd) => void;
  /** Called with each broken connection: its worker may be gone, or come back. */
  onSilence: () => void;
  /** Seconds without a connection; 0 while there is one. */
  silentSeconds(): number;
  /** Ends the conversation for good; the worker ends all that it started when it hears of it, or when its lease is over. */
  dismiss(why: string): void;
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
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      switchboard.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of switchboard.open) socket.destroy();
      await closed.promise;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
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
    const { pingSeconds, leaseSeconds } = this.times;
    for (const worker of this.workers.values()) {
      if (worker.session.silentSeconds() > SILENT_PINGS * pingSeconds) worker.session.drop('nothing was heard of it');
      if (worker.leaseAge() <= leaseSeconds + LEASE_MARGIN_SECONDS) continue;
      worker.finish({ isOrderly: false, why: `nothing was heard of its worker for ${leaseSeconds} s` });
    }
  }
}

class CalledWorker implements RemoteWorker {
  readonly greeting: Greeting;
  readonly address: string;
  readonly session = new Session();
  onEnd: (end: SessionEnd) => void = () => {};
  onSilence: () => void = () => {};
  private readonly onGone: () => void;
  private renewedAt = performance.now();
  private silentSince: number | null = null;
  private hasEnded = false;

  constructor(greeting: Greeting, address: string, onGone: () => void) {
    this.greeting = greeting;
    this.address = address;
    this.onGone = onGone;
    this.session.onFrame = (kind, payload) => this.take(kind, payload);
    this.session.onDetach = () => {
      this.silentSince = performance.now();
      this.onSilence();
    };
    this.session.onBroken = (why) => this.finish({ isOrderly: false, why });
  }

  connection(): MessageConnection {
    return this.session.connection();
  }

  goOn(channel: Channel, received: number): void {
    this.renewedAt = performance.now();
    this.silentSince = null;
    this.session.attach(channel, received);
  }

  /** Seconds since its lease was renewed. */
  leaseAge(): number {
    return (performance.now() - this.renewedAt) / 1000;
  }

  silentSeconds(): number {
    return this.silentSince === null ? 0 : (performance.now() - this.silentSince) / 1000;
  }

  dismiss(why: string): void {
    this.finish({ isOrderly: true, why });
  }

  finish(end: SessionEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onGone();
    void this.session.finish(JSON.stringify({ why: end.why }));
    this.onEnd(end);
  }

  private take(kind: FrameKind, payload: Buffer): void {
    if (kind === frames.ping) {
      this.renewedAt = performance.now();
      this.session.acknowledge();
      return this.session.send(frames.pong, payload.toString('utf8'));
    }
    if (kind === frames.goodbye) {
      const why = parseJson(payload)?.['why'];
      return this.finish({ isOrderly: true, why: typeof why === 'string' ? why : 'its worker ended' });
    }
    this.finish({ isOrderly: false, why: 'its worker does not speak the wire protocol' });
  }
}
