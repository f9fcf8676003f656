/** The beginning and the end of what a program printed, however much that was. */
export class KeptOutput {
  private readonly half: number;
  private head: Buffer[] = [];
  private headBytes = 0;
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private droppedBytes = 0;

  /** @param limitBytes how much is kept: half of it from the beginning, half from the end */
  constructor(limitBytes: number) {
    this.half = Math.max(1, limitBytes >> 1);
  }

  add(chunk: Buffer): void {
    const room = this.half - this.headBytes;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      this.head.push(Buffer.from(part));
      this.headBytes += part.length;
      if (part.length === chunk.length) return;
      chunk = chunk.subarray(room);
    }
    this.addToTail(chunk);
  }

  /** What was kept, with a line in place of what was not; and forgets it. */
  take(): string {
    if (this.headBytes === 0) return '';
    const left = this.droppedBytes;
    const text = Buffer.concat(
      left === 0 ? [...this.head, ...this.tail] : [...this.head, note(left), ...this.tail],
    ).toString();
    this.head = [];
    this.tail = [];
    this.headBytes = this.tailBytes = this.droppedBytes = 0;
    return text;
  }

  private addToTail(chunk: Buffer): void {
    const kept = chunk.subarray(Math.max(0, chunk.length - this.half));
    this.droppedBytes += chunk.length - kept.length;
    this.tail.push(Buffer.from(kept));
    this.tailBytes += kept.length;
    // Many small chunks are joined, so that their number is bounded as well.
    if (this.tail.length > 64) this.tail = [Buffer.concat(this.tail)];
    while (this.tailBytes > this.half) this.dropFromTail(this.tailBytes - this.half);
  }

  private dropFromTail(bytes: number): void {
    const first = this.tail[0]!;
    const dropped = Math.min(bytes, first.length);
    if (dropped === first.length) this.tail.shift();
    else this.tail[0] = first.subarray(dropped);
    this.tailBytes -= dropped;
    this.droppedBytes += dropped;
  }
}

const note = (bytes: number): Buffer => Buffer.from(`\n… ${bytes} bytes are left out here …\n`);
