import type { Readable, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ErrorCodes, ResponseError, type MessageConnection } from 'vscode-jsonrpc';
import type { Fragment } from '../fragment-scheduler/events.ts';
import { connectOver } from '../worker/connect.ts';
import {
  Assign,
  Checkpoint,
  Ends,
  FragmentEnded,
  Heartbeat,
  Hello,
  Items,
  SafePoint,
  Split,
  Stop,
  Tried,
  WORKER_PROTOCOL_VERSION,
  type HelloParams,
  type WorkerSetup,
} from '../worker/protocol.ts';
import type { Range } from '../workload.ts';
import type { TargetListener } from './target.ts';

/** What a link tells beside what it passes on to the target's listener. */
export interface WorkerLinkHooks {
  /** The worker's first words. Answers with what it needs for its life, its remaining life as of now. */
  hello(hello: HelloParams): Omit<WorkerSetup, 'version'> | Promise<Omit<WorkerSetup, 'version'>>;
  /** The worker can't be used, in one sentence. The caller ends it. */
  refused(why: string): void;
}

/** The run's end of a conversation with one worker. */
export interface WorkerLink {
  assign(fragment: Fragment): void;
  split(fragment: number): void;
  stop(graceSeconds: number): void;
  /** Its end is another than it was told. */
  endsIn(lifeSeconds: number): void;
  /** Resolves when all that the worker had said before its stream ended has been passed on. */
  heard(): Promise<void>;
  /** Hangs up. No hook is called after it. */
  close(): void;
}

/** What of a worker's words is passed on. */
export type WorkerListener = Pick<
  TargetListener,
  'safePoint' | 'checkpoint' | 'tried' | 'fragmentEnd' | 'sample' | 'items'
>;

/** Speaks the worker protocol over any pair of streams, such as the pipes of a child process. */
export function linkWorker(
  instance: string,
  streams: { readable: Readable; writable: Writable },
  listener: WorkerListener,
  hooks: WorkerLinkHooks,
): WorkerLink {
  return linkConnection(instance, connectOver(streams.readable, streams.writable), listener, hooks);
}

/** Speaks it over a connection on which nobody listens yet. */
export function linkConnection(
  instance: string,
  connection: MessageConnection,
  listener: WorkerListener,
  hooks: WorkerLinkHooks,
): WorkerLink {
  let open = true;
  let messages = 0;
  const counted =
    <Params, Answer>(handle: (params: Params) => Answer) =>
    (params: Params): Answer => {
      messages++;
      return handle(params);
    };
  const hello = async (said: HelloParams): Promise<WorkerSetup | ResponseError> => {
    if (said.version === WORKER_PROTOCOL_VERSION)
      return { ...(await hooks.hello(said)), version: WORKER_PROTOCOL_VERSION };
    const why = versionMismatch(said);
    setImmediate(() => open && hooks.refused(why));
    return new ResponseError(ErrorCodes.InvalidRequest, why);
  };
  const items = ({ task, start, end }: Range & { task: number }): Promise<unknown[]> =>
    listener.items(task, start, end);
  connection.onRequest(Hello, counted(hello));
  connection.onRequest(Items, counted(items));
  connection.onRequest(
    SafePoint,
    counted(({ fragment, reports }) => listener.safePoint(instance, fragment, reports)),
  );
  connection.onRequest(
    Checkpoint,
    counted(({ fragment, checkpoint }) => listener.checkpoint(instance, fragment, checkpoint)),
  );
  connection.onNotification(
    Tried,
    counted(({ fragment, tries }) => {
      if (open) listener.tried(instance, fragment, tries);
    }),
  );
  connection.onNotification(
    FragmentEnded,
    counted(({ fragment, how }) => {
      if (open) listener.fragmentEnd(instance, fragment, how);
    }),
  );
  connection.onNotification(
    Heartbeat,
    counted((sample) => {
      if (open) listener.sample(instance, sample);
    }),
  );
  connection.onError(([error]) => open && hooks.refused(`does not speak the worker protocol: ${error.message}`));
  connection.listen();
  return {
    assign: (fragment) => send(() => connection.sendNotification(Assign, fragment)),
    split: (fragment) => send(() => connection.sendNotification(Split, { fragment })),
    stop: (graceSeconds) => send(() => connection.sendNotification(Stop, { graceSeconds })),
    endsIn: (lifeSeconds) => send(() => connection.sendNotification(Ends, { lifeSeconds })),
    heard: async () => {
      // A message takes the library a few turns, one after the other.
      for (let known = -1; known !== messages;) {
        known = messages;
        for (let turn = 0; turn < 4; turn++) await nextTurn();
      }
    },
    close: () => {
      open = false;
      connection.dispose();
    },
  };
}

const versionMismatch = ({ version, hostName }: HelloParams): string =>
  `the worker on ${hostName} speaks version ${version} of the worker protocol and this run version ${WORKER_PROTOCOL_VERSION}: use the same Morsel for both`;

/** A worker that is gone is noticed by the end of its stream; what can't be sent to it is of no use any more. */
function send(say: () => Promise<void>): void {
  try {
    say().catch(() => {});
  } catch {
    // The library throws at once where the connection is closed already.
  }
}
