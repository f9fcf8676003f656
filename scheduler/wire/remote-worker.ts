import type { MessageConnection } from 'vscode-jsonrpc';
import { frames, parseJson, type Channel, type FrameKind } from './channel.ts';
import type { Greeting } from './greeting.ts';
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

/** How a worker's conversation ended. */
export interface SessionEnd {
  /** True if the worker said goodbye by itself. */
  isOrderly: boolean;
  /** For people. */
  why: string;
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

/** The run's end of a conversation; whoever makes it has it checked every now and then. */
export class CalledWorker implements RemoteWorker {
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

  /** Drops a connection that is dead, and ends a lease that is over. */
  check({ pingSeconds, leaseSeconds }: WireTimes): void {
    if (this.session.silentSeconds() > SILENT_PINGS * pingSeconds) this.session.drop('nothing was heard of it');
    const leaseAge = (performance.now() - this.renewedAt) / 1000;
    if (leaseAge > leaseSeconds + LEASE_MARGIN_SECONDS)
      this.finish({ isOrderly: false, why: `nothing was heard of its worker for ${leaseSeconds} s` });
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
