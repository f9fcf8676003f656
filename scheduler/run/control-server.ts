/** The control socket of a run: whoever may open it can watch and steer. */
import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { MessageConnection } from 'vscode-jsonrpc';
import { connectOver } from '../worker/connect.ts';
import { Attach, CancelTask, ContinueRun, Event, PauseRun, StopRun } from './control.ts';
import type { RunEvent, RunProgress } from './events.ts';
import { RunError } from './run-folder.ts';

/** A watcher that is so far behind gets no more progress events until it has caught up. */
const SLOW_BYTES = 256 << 10;
/** One that is so far behind is let go; it may attach again. */
const LOST_BYTES = 8 << 20;

export interface ControlActions {
  progress(): RunProgress;
  stop(): Promise<void>;
  pause(): void;
  continue(): void;
  /** Returns a sentence if there is nothing to cancel. */
  cancelTask(task: string): string | null;
  listen(listener: (event: RunEvent) => void): () => void;
}

export interface ControlServer {
  /** Where it listens. */
  path: string;
  /** Sends what is on its way, then hangs up on everyone. */
  close(): Promise<void>;
}

/** Opens the control socket of a run, for its user only. */
export async function openControlServer(runFolder: string, actions: ControlActions): Promise<ControlServer> {
  const path = socketPath(runFolder);
  // Whoever holds the run's lock owns its socket: one that is there was left by a process that is gone.
  if (existsSync(path)) rmSync(path);
  const watchers = new Set<Watcher>();
  const server = createServer((socket) => {
    const watcher = serve(socket, actions);
    watchers.add(watcher);
    socket.on('close', () => watchers.delete(watcher));
  });
  await listening(server, path);
  return {
    path,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const watcher of watchers) hangUp(watcher);
      await closed;
    },
  };
}

/** A watcher that does not read can't keep a run from ending. */
function hangUp({ socket, sent }: Watcher): void {
  const impatience = setTimeout(() => socket.destroy(), 1000);
  socket.on('close', () => clearTimeout(impatience));
  void sent.then(() => socket.end(() => socket.destroy()));
}

interface Watcher {
  socket: Socket;
  /** Resolves when the newest event has been written, or can't be. */
  sent: Promise<void>;
}

function serve(socket: Socket, actions: ControlActions): Watcher {
  const watcher: Watcher = { socket, sent: Promise.resolve() };
  const connection = connectOver(socket, socket);
  let stopListening: (() => void) | null = null;
  connection.onRequest(Attach, () => {
    stopListening?.();
    stopListening = actions.listen((event) => send(watcher, connection, event));
    return actions.progress();
  });
  connection.onRequest(StopRun, () => actions.stop());
  connection.onRequest(PauseRun, () => actions.pause());
  connection.onRequest(ContinueRun, () => actions.continue());
  connection.onRequest(CancelTask, (task) => actions.cancelTask(task));
  const leave = (): void => {
    stopListening?.();
    connection.dispose();
  };
  connection.onError(() => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('close', leave);
  connection.listen();
  return watcher;
}

function send(watcher: Watcher, connection: MessageConnection, event: RunEvent): void {
  const { socket } = watcher;
  if (socket.destroyed || (event.type === 'progress' && socket.writableLength > SLOW_BYTES)) return;
  if (socket.writableLength > LOST_BYTES) {
    socket.destroy();
    return;
  }
  watcher.sent = connection.sendNotification(Event, event).catch(() => {
    socket.destroy();
  });
}

async function listening(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new RunError(`can't open the control socket ${path}: ${error.message}`)));
    server.listen(path, () => resolve());
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
}

/** A path of a Unix socket may have 107 bytes, which a run's folder can easily exceed: it stands in a short folder of its own. */
function socketPath(runFolder: string): string {
  const name = createHash('sha256').update(runFolder).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\morsel-${name}`;
  const folder = join(tmpdir(), `morsel-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A link that somebody else made there would lead into a folder of ours that is not for this.
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0) {
    throw new RunError(`the folder ${folder} for control sockets is open to others: remove it, and it is made anew`);
  }
  return join(folder, `${name}.sock`);
}
