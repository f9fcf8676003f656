/** The other end of a run's control socket: for those who watch and steer it from another process. */
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { connectOver } from '../worker/connect.ts';
import { Attach, CancelTask, ContinueRun, Event, PauseRun, StopRun } from './control.ts';
import type { RunEvent, RunProgress } from './events.ts';
import { readRunFile, RunError } from './run-folder.ts';

/** No process is at the run, or none any more. */
export class NotAtWork extends RunError {}

export interface AttachedRun {
  /** Where the run stood when it was attached to. */
  progress: RunProgress;
  /** Resolves when the run's process has hung up: it has ended. */
  closed: Promise<void>;
  /** Resolves when the run has ended. */
  stop(): Promise<void>;
  pause(): Promise<void>;
  continue(): Promise<void>;
  /** Cancels one task. Resolves to a sentence if there is nothing of it to cancel. */
  cancelTask(task: string): Promise<string | null>;
  /** Leaves; the run goes on. */
  detach(): void;
}

/** Attaches to a live run; from then on `onEvent` gets every event. Throws {@link NotAtWork} if no process is at it. */
export async function attach(runFolder: string, onEvent: (event: RunEvent) => void = () => {}): Promise<AttachedRun> {
  const run = readRunFile(runFolder);
  if (!run?.socket) throw new NotAtWork(`run ${run?.id ?? runFolder} is not at work`);
  const socket = connect(run.socket);
  const isOver = new NotAtWork(`run ${run.id} is not at work any more`);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', () => reject(isOver));
  });
  const connection = connectOver(socket, socket);
  let received = 0;
  // Not `once`, which gives up at an error: a run that ends may reset the connection, and that is its hanging up as well.
  const hangUp = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const ended = async (): Promise<void> => {
    await hangUp;
    // What had arrived by then is still handed out, a message a turn.
    for (let known = -1; known !== received; await setImmediate()) {
      known = received;
      await setImmediate();
    }
    connection.dispose();
  };
  const closed = ended();
  socket.on('error', () => socket.destroy());
  connection.onError(() => socket.destroy());
  connection.onNotification(Event, (event) => {
    received++;
    onEvent(event);
  });
  connection.listen();
  const progress = await connection.sendRequest(Attach).catch(() => {
    throw isOver;
  });
  return {
    progress,
    closed,
    stop: async () => {
      // The run hangs up when it has ended, with or without an answer.
      await connection.sendRequest(StopRun).catch(() => {});
      await closed;
    },
    pause: () => connection.sendRequest(PauseRun),
    continue: () => connection.sendRequest(ContinueRun),
    cancelTask: (task) => connection.sendRequest(CancelTask, task),
    detach: () => socket.destroy(),
  };
}
