import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  Disposable,
  type DataCallback,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { frames, MOST_FRAME_BYTES, type Channel, type FrameKind } from './channel.ts';

/** Received messages are acknowledged after so many, and with each ping. */
const ACKNOWLEDGE_EVERY = 32;
/** The most that waits for the other side to have it. */
const MOST_WAITING_BYTES = 2 * MOST_FRAME_BYTES;

/**
 * A conversation that outlives its connections. Each side counts the messages that it sent and received, keeps what the
 * other has not acknowledged, and sends it again over the next connection: each message arrives once and in order.
 *
 * `detached` (no connection; what is said waits) → (attach) → `attached` → (the connection breaks) → `detached` …; from
 * either → (finish) → `over`, for good.
 */
export class Session {
  /** The connection broke; another may take its place. */
  onDetach: (why: string) => void = () => {};
  /** Nothing more will come of it: the other side broke the protocol, or is too far behind. */
  onBroken: (why: string) => void = () => {};
  /** Frames that are no messages. */
  onFrame: (kind: FrameKind, payload: Buffer) => void = () => {};
  private readonly reader = new SessionReader();
  private readonly writer: SessionWriter;
  private channel: Channel | null = null;
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private acknowledged = 0;
  private receivedCount = 0;
  private acknowledgedByUs = 0;
  private isOver = false;

  constructor() {
    this.writer = new SessionWriter((text) => this.say(text));
  }

  /** JSON-RPC over this session; to be asked for once. */
  connection(): MessageConnection {
    return createMessageConnection(this.reader, this.writer);
  }

  /** How many messages have come in. */
  get received(): number {
    return this.receivedCount;
  }

  get isAttached(): boolean {
    return this.channel !== null;
  }

  /** Seconds since anything was heard over the present connection; 0 without one. */
  silentSeconds(): number {
    return this.channel === null ? 0 : (performance.now() - this.channel.heardAt) / 1000;
  }

  /** Goes on over a connection. `theirs`: how many messages the other side has received. */
  attach(channel: Channel, theirs: number): void {
    if (this.isOver) return channel.close('the session is over');
    this.channel?.close('another connection took its place');
    if (!this.forget(theirs)) {
      channel.close('it knows messages that were never sent');
      return this.broken('the two sides do not agree on what was said');
    }
    this.channel = channel;
    channel.mostBytes = MOST_FRAME_BYTES;
    channel.onFrame = (kind, payload) => this.take(kind, payload);
    channel.onClose = (why) => {
      if (this.channel !== channel) return;
      this.channel = null;
      if (!this.isOver) this.onDetach(why);
    };
    for (const message of this.waiting) channel.send(frames.message, message);
  }

  /** Sends a frame that is no message; of no effect without a connection. */
  send(kind: FrameKind, payload: string): void {
    this.channel?.send(kind, payload);
  }

  /** Tells the other side how much has come in. */
  acknowledge(): void {
    if (this.channel === null || this.acknowledgedByUs === this.receivedCount) return;
    this.acknowledgedByUs = this.receivedCount;
    const count = Buffer.allocUnsafe(6);
    count.writeUIntBE(this.receivedCount, 0, 6);
    this.channel.send(frames.acknowledge, count);
  }

  /** Drops the connection only: the session waits for another. */
  drop(why: string): void {
    this.channel?.close(why);
  }

  /** The end: the JSON-RPC connection is closed. Resolves when the last frame, if there is one, has left. */
  async finish(goodbye?: string): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const { channel } = this;
    this.channel = null;
    this.waiting.length = 0;
    this.reader.close();
    if (goodbye === undefined) channel?.close('the session is over');
    else await channel?.sendLast(frames.goodbye, goodbye);
  }

  private say(text: string): void {
    if (this.isOver) throw new Error('the session is over');
    const message = Buffer.from(text);
    if (message.length > MOST_FRAME_BYTES)
      throw new Error(`a message of ${message.length} bytes is more than the wire takes (${MOST_FRAME_BYTES})`);
    this.waiting.push(message);
    this.waitingBytes += message.length;
    if (this.waitingBytes > MOST_WAITING_BYTES) return this.broken('the other side fell too far behind');
    this.channel?.send(frames.message, message);
  }

  private take(kind: FrameKind, payload: Buffer): void {
    if (kind === frames.message) return this.takeMessage(payload);
    if (kind !== frames.acknowledge) return this.onFrame(kind, payload);
    if (payload.length !== 6 || !this.forget(payload.readUIntBE(0, 6))) this.broken('a false acknowledgement');
  }

  private takeMessage(payload: Buffer): void {
    const message = parseMessage(payload);
    if (message === null) return this.broken('a message that is no JSON-RPC');
    this.receivedCount++;
    if (this.receivedCount - this.acknowledgedByUs >= ACKNOWLEDGE_EVERY) this.acknowledge();
    this.reader.take(message);
  }

  /** Drops what the other side has. False if it claims more than was sent. */
  private forget(theirs: number): boolean {
    const count = theirs - this.acknowledged;
    if (!Number.isInteger(count) || count < 0 || count > this.waiting.length) return false;
    for (const { length } of this.waiting.splice(0, count)) this.waitingBytes -= length;
    this.acknowledged = theirs;
    return true;
  }

  private broken(why: string): void {
    if (this.isOver) return;
    void this.finish();
    this.onBroken(why);
  }
}

function parseMessage(payload: Buffer): Message | null {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('jsonrpc' in value) || typeof value.jsonrpc !== 'string')
      return null;
    return { ...value, jsonrpc: value.jsonrpc };
  } catch {
    return null;
  }
}

/** Messages that come before anyone listens wait. */
class SessionReader extends AbstractMessageReader {
  private callback: DataCallback | null = null;
  private readonly early: Message[] = [];

  listen(callback: DataCallback): Disposable {
    this.callback = callback;
    for (const message of this.early.splice(0)) callback(message);
    return Disposable.create(() => {
      this.callback = null;
    });
  }

  take(message: Message): void {
    if (this.callback === null) this.early.push(message);
    else this.callback(message);
  }

  close(): void {
    this.fireClose();
  }
}

class SessionWriter extends AbstractMessageWriter {
  private readonly say: (text: string) => void;

  constructor(say: (text: string) => void) {
    super();
    this.say = say;
  }

  async write(message: Message): Promise<void> {
    this.say(JSON.stringify(message));
  }

  end(): void {}
}
