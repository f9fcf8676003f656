import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { MessageConnection } from 'vscode-jsonrpc';
import { Channel, frames, parseJson, WIRE_VERSION, type FrameKind } from './channel.ts';
import { readRefusal, readWelcome, type Greeting, type Welcome } from './greeting.ts';
import { Session } from './session.ts';
import type { Way } from './ways.ts';
import { messageOf } from '../words.ts';

/** A run that has taken a connection says so in that time. */
const ANSWER_SECONDS = 5;
/** Between two rounds of tries: doubled up to the longest, … */
const FIRST_WAIT_SECONDS = 0.2;
const LONGEST_WAIT_SECONDS = 5;
/** … give or take a part of it, so that a thousand workers do not call at one moment. */
const JITTER = 0.5;
const CHECK_MILLISECONDS = 250;
/** A connection that says nothing for so many pings is dead. */
const SILENT_PINGS = 3;

/** The run can't be reached, or does not want this worker. */
export class NotWelcome extends Error {
  override name = 'NotWelcome';
  /** True if a fresh worker in this place may be welcome. */
  readonly anew: boolean;

  constructor(message: string, anew: boolean) {
    super(message);
    this.anew = anew;
  }
}

export interface CallOptions {
  /**
   * Asked for anew for each round of tries: a run that was resumed is elsewhere. Throws, with a sentence, if there is none:
   * the first time that is the end; later it is tried again, unless it throws a {@link NotWelcome}.
   */
  ways: () => Way[];
  pilot: string;
  place: Record<string, string>;
  /** How long a run that can't be reached is tried. */
  patienceSeconds: number;
}

/** The worker's end. */
export interface HomeLine {
  connection: MessageConnection;
  /** Resolves when the run is lost, or has dismissed this worker: what it started must end. */
  ended: Promise<NotWelcome>;
  /** Says goodbye, and resolves when that has left. */
  hangUp(why: string): Promise<void>;
}

/** Calls the run, and again whenever the connection breaks, until the lease is over. Throws {@link NotWelcome}. */
export async function callHome(options: CallOptions): Promise<HomeLine> {
  const caller = new Caller(options);
  await caller.connect(options.patienceSeconds);
  return {
    connection: caller.session.connection(),
    ended: caller.ended.promise,
    hangUp: (why) => caller.hangUp(why),
  };
}

class Caller {
  readonly session = new Session();
  readonly ended = Promise.withResolvers<NotWelcome>();
  private readonly options: CallOptions;
  private readonly incarnation = randomUUID();
  private welcome: Welcome | null = null;
  private leaseUntil = Infinity;
  private pingedAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private isConnecting = false;
  private isOver = false;

  constructor(options: CallOptions) {
    this.options = options;
    this.session.onFrame = (kind, payload) => this.take(kind, payload);
    this.session.onDetach = () => void this.reconnect();
    this.session.onBroken = (why) => this.lost(new NotWelcome(why, true));
  }

  /** Tries each way in turn, round after round. */
  async connect(patienceSeconds: number): Promise<void> {
    this.isConnecting = true;
    try {
      const until = performance.now() + patienceSeconds * 1000;
      for (let seconds = FIRST_WAIT_SECONDS; !this.isOver; seconds = Math.min(LONGEST_WAIT_SECONDS, 2 * seconds)) {
        const problem = await this.tryAll();
        if (problem === null) return;
        if (performance.now() > until) throw new NotWelcome(`the run could not be reached (${problem})`, false);
        await wait(seconds * 1000 * (1 - JITTER / 2 + JITTER * Math.random()));
      }
    } finally {
      this.isConnecting = false;
    }
  }

  /** One round; null if the run took a connection, else why it could not be had. */
  private async tryAll(): Promise<string | null> {
    let ways: Way[];
    try {
      ways = this.options.ways();
    } catch (error) {
      if (error instanceof NotWelcome || this.welcome === null) throw error;
      return messageOf(error);
    }
    let problem = 'no way is known';
    for (const way of ways) {
      const attempt = await this.call(way);
      if (attempt === null) return null;
      problem = `${way.name}: ${attempt}`;
    }
    return problem;
  }

  async hangUp(why: string): Promise<void> {
    this.stop();
    await this.session.finish(JSON.stringify({ why }));
  }

  /** One connection; null if the run took it, else why it could not be had. Throws if the run does not want this worker. */
  private async call(way: Way): Promise<string | null> {
    const calledAt = performance.now();
    const opened = await way.open();
    if (typeof opened === 'string') return opened;
    const channel = new Channel(opened);
    const answer = Promise.withResolvers<{ kind: FrameKind; payload: Buffer } | string>();
    const impatience = setTimeout(() => channel.close('no answer'), ANSWER_SECONDS * 1000);
    channel.onClose = answer.resolve;
    channel.onFrame = (kind, payload) => {
      const welcome = kind === frames.welcome ? readWelcome(parseJson(payload)) : null;
      // At once: messages may follow in the same packet.
      if (welcome !== null) this.welcomed(welcome, channel, calledAt);
      answer.resolve({ kind, payload });
    };
    channel.send(frames.hello, JSON.stringify(this.greeting(way.secret)));
    const said = await answer.promise;
    clearTimeout(impatience);
    if (typeof said === 'string') return said;
    if (this.session.isAttached) return null;
    if (said.kind === frames.welcome) return 'the connection broke';
    const refusal = said.kind === frames.refused ? readRefusal(parseJson(said.payload)) : null;
    channel.close('it was refused');
    if (refusal !== null) throw new NotWelcome(refusal.why, refusal.anew);
    return 'what answers there is no run';
  }

  private greeting(secret: string): Greeting {
    const { pilot, place } = this.options;
    const received = this.welcome === null ? null : this.session.received;
    return { version: WIRE_VERSION, secret, pilot, incarnation: this.incarnation, received, place };
  }

  private welcomed(welcome: Welcome, channel: Channel, calledAt: number): void {
    this.welcome = welcome;
    this.leaseUntil = calledAt + welcome.leaseSeconds * 1000;
    this.timer ??= setInterval(() => this.check(), CHECK_MILLISECONDS);
    this.session.attach(channel, welcome.received);
  }

  /** Whoever is connecting already sees that the connection broke. */
  private async reconnect(): Promise<void> {
    if (this.isOver || this.welcome === null || this.isConnecting) return;
    try {
      await this.connect(this.welcome.leaseSeconds);
    } catch (error) {
      this.lost(error instanceof NotWelcome ? error : new NotWelcome(String(error), true));
    }
  }

  /** The lease counts from when a ping was sent, not from when its answer came: the run counts from when it got it, which is later. */
  private check(): void {
    const now = performance.now();
    const { pingSeconds } = this.welcome!;
    if (now > this.leaseUntil)
      return this.lost(new NotWelcome('nothing was heard of the run until the lease was over', true));
    if (this.session.silentSeconds() > SILENT_PINGS * pingSeconds) this.session.drop('nothing was heard of the run');
    if (now < this.pingedAt + pingSeconds * 1000) return;
    this.pingedAt = now;
    this.session.acknowledge();
    this.session.send(frames.ping, JSON.stringify({ at: now }));
  }

  private take(kind: FrameKind, payload: Buffer): void {
    if (kind === frames.pong) {
      const at = parseJson(payload)?.['at'];
      if (typeof at === 'number') this.leaseUntil = Math.max(this.leaseUntil, at + this.welcome!.leaseSeconds * 1000);
    } else if (kind === frames.goodbye) {
      const why = parseJson(payload)?.['why'];
      this.lost(new NotWelcome(typeof why === 'string' ? why : 'the run ended', false));
    }
  }

  private lost(why: NotWelcome): void {
    if (this.isOver) return;
    this.stop();
    this.session.drop(why.message);
    this.ended.resolve(why);
  }

  private stop(): void {
    this.isOver = true;
    if (this.timer !== null) clearInterval(this.timer);
  }
}
