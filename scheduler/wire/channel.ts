import type { Duplex } from 'node:stream';

/** What a frame is. A new kind raises {@link WIRE_VERSION}. */
export const frames = {
  hello: 1,
  welcome: 2,
  refused: 3,
  message: 4,
  acknowledge: 5,
  ping: 6,
  pong: 7,
  goodbye: 8,
} as const;
export type FrameKind = (typeof frames)[keyof typeof frames];

/** A change in what is sent, or in what it means, raises it. Both ends must have the same. */
export const WIRE_VERSION = 1;

/** The most that is taken from who has not proved yet that it knows the secret. */
export const MOST_STRANGER_BYTES = 4096;
/** The most that one message may have. A worker holds back at most 4 MB of reports, beside what failed items printed. */
export const MOST_FRAME_BYTES = 64 << 20;

const HEADER_BYTES = 5;
/** More than this unsent, and who reads so slowly is hung up on. */
const MOST_UNSENT_BYTES = 2 * MOST_FRAME_BYTES;

/**
 * Frames over a two-way stream: four bytes for the length of the payload, big-endian, one for the kind, then the payload.
 * It closes itself, once, at the stream's end, at a frame that is too long or of no known kind, and when the other side
 * does not read.
 */
export class Channel {
  /** Whose job it is to take frames changes with the state of the conversation. */
  onFrame: (kind: FrameKind, payload: Buffer) => void = () => {};
  onClose: (why: string) => void = () => {};
  /** Longer frames than this end the conversation. */
  mostBytes = MOST_STRANGER_BYTES;
  /** When something was heard last, by `performance.now()`. */
  heardAt = performance.now();
  private readonly stream: Duplex;
  private chunks: Buffer[] = [];
  private held = 0;
  private isClosed = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('data', (chunk: Buffer) => this.take(chunk));
    stream.on('error', (error) => this.close(error.message));
    stream.on('end', () => this.close('the other side hung up'));
    stream.on('close', () => this.close('the connection was closed'));
  }

  send(kind: FrameKind, payload: Buffer | string): void {
    if (this.isClosed || this.stream.destroyed) return;
    const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
    frame.writeUInt32BE(body.length, 0);
    frame[4] = kind;
    body.copy(frame, HEADER_BYTES);
    this.stream.write(frame);
    if (this.stream.writableLength > MOST_UNSENT_BYTES) this.close('the other side does not read');
  }

  /** Sends it as the last frame; resolves when it has left, or can't any more. */
  async sendLast(kind: FrameKind, payload: string): Promise<void> {
    this.send(kind, payload);
    const left = Promise.withResolvers<void>();
    this.stream.once('close', left.resolve);
    if (this.stream.destroyed) return;
    this.stream.end(left.resolve);
    await left.promise;
    this.close('it was said goodbye');
  }

  close(why: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.chunks = [];
    this.stream.destroy();
    this.onClose(why);
  }

  private take(chunk: Buffer): void {
    this.heardAt = performance.now();
    this.chunks.push(chunk);
    this.held += chunk.length;
    while (!this.isClosed && this.takeFrame());
  }

  private takeFrame(): boolean {
    if (this.held < HEADER_BYTES) return false;
    const head = this.chunks[0]!.length >= HEADER_BYTES ? this.chunks[0]! : this.joined();
    const length = head.readUInt32BE(0);
    const kind = head[4]!;
    if (!isFrameKind(kind)) {
      this.close('it does not speak the wire protocol');
      return false;
    }
    if (length > this.mostBytes) {
      this.close(`a frame of ${length} bytes, where ${this.mostBytes} are allowed`);
      return false;
    }
    if (this.held < HEADER_BYTES + length) return false;
    const whole = head.length >= HEADER_BYTES + length ? head : this.joined();
    const rest = whole.subarray(HEADER_BYTES + length);
    if (rest.length > 0) this.chunks[0] = rest;
    else this.chunks.shift();
    this.held -= HEADER_BYTES + length;
    this.onFrame(kind, whole.subarray(HEADER_BYTES, HEADER_BYTES + length));
    return true;
  }

  private joined(): Buffer {
    const [first, ...more] = this.chunks;
    if (more.length === 0) return first!;
    const whole = Buffer.concat(this.chunks);
    this.chunks = [whole];
    return whole;
  }
}

const kinds = new Set<number>(Object.values(frames));
const isFrameKind = (kind: number): kind is FrameKind => kinds.has(kind);

/** What a frame of JSON says; null if it is none. */
export function parseJson(payload: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
