import { connect } from 'node:net';
import type { BatchSystem, Relay } from './batch-system.ts';

export interface RelayHooks {
  /** A relay is over: its pilot may need another one. */
  ended(): void;
  notice(message: string): void;
}

/**
 * Connections of workers that can't reach this machine: the engine carries each from its allocation to here, where it is
 * handed to the port that workers call. So they are encrypted, and who calls is told, as if they had come by themselves.
 */
export class Relays {
  private readonly system: BatchSystem;
  private readonly port: number;
  private readonly hooks: RelayHooks;
  /** By pilot. */
  private readonly open = new Map<string, Relay>();
  private readonly told = new Set<string>();
  private isClosed = false;

  constructor(system: BatchSystem, port: number, hooks: RelayHooks) {
    this.system = system;
    this.port = port;
    this.hooks = hooks;
  }

  /** Has one in the allocation of a pilot that runs. */
  ensure(pilot: string, id: string): void {
    if (this.isClosed || this.open.has(pilot)) return;
    const relay = this.system.relay?.(pilot, id);
    if (relay !== undefined) void this.hold(pilot, relay);
  }

  close(): void {
    this.isClosed = true;
    for (const relay of this.open.values()) relay.end();
  }

  private async hold(pilot: string, relay: Relay): Promise<void> {
    this.open.set(pilot, relay);
    this.carry(relay);
    const complaint = await relay.ended;
    this.open.delete(pilot);
    if (this.isClosed) return;
    if (complaint !== '' && !this.told.has(complaint)) this.hooks.notice(complaint);
    this.told.add(complaint);
    this.hooks.ended();
  }

  /** With the first byte: who says nothing is taken for a stranger. */
  private carry({ stream, end }: Relay): void {
    stream.on('error', end);
    stream.once('data', (first: Buffer) => {
      stream.pause();
      const socket = connect(this.port, '127.0.0.1');
      socket.on('error', end);
      socket.on('close', end);
      socket.write(first);
      stream.pipe(socket).pipe(stream);
    });
  }
}
