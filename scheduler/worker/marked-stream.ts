/**
 * The output of a resident shell, cut into items: after each command the shell prints a marker that no command can know.
 * All before the marker belongs to the item, to the byte.
 */
import { KeptOutput } from './kept-output.ts';

/** Marker, then what the shell says of the command, then a newline; never longer than this. */
const LONGEST_NOTE = 64;

export class MarkedStream {
  private readonly marker: Buffer;
  private readonly kept: KeptOutput;
  private readonly onMarker: (note: string, output: string) => void;
  private carry: Buffer | null = null;

  constructor(marker: string, keepBytes: number, onMarker: (note: string, output: string) => void) {
    this.marker = Buffer.from(marker);
    this.kept = new KeptOutput(keepBytes);
    this.onMarker = onMarker;
  }

  push(chunk: Buffer): void {
    let data = this.carry === null ? chunk : Buffer.concat([this.carry, chunk]);
    this.carry = null;
    for (;;) {
      const at = data.indexOf(this.marker);
      if (at < 0) return this.keepAllBut(data, this.marker.length - 1);
      const noteStart = at + this.marker.length;
      const end = data.indexOf(10, noteStart);
      if (end < 0 && data.length - noteStart < LONGEST_NOTE) return this.keepAllBut(data, data.length - at);
      if (at > 0) this.kept.add(data.subarray(0, at));
      this.onMarker(data.toString('latin1', noteStart, end), this.kept.take());
      data = data.subarray(end + 1);
      if (data.length === 0) return;
    }
  }

  /** What was printed since the last marker, where no other will come. */
  rest(): string {
    if (this.carry !== null) this.kept.add(this.carry);
    this.carry = null;
    return this.kept.take();
  }

  /** The last bytes may be the beginning of a marker. */
  private keepAllBut(data: Buffer, bytes: number): void {
    const border = Math.max(0, data.length - bytes);
    if (border > 0) this.kept.add(data.subarray(0, border));
    if (border < data.length) this.carry = Buffer.from(data.subarray(border));
  }
}
