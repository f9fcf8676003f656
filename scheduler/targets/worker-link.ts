import type { Readable, Writable } from 'node:stream';
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { Fragment } from '../fragment-scheduler/events.ts';
import {
  Assign,
  FragmentEnded,
  Heartbeat,
  Hello,
  Items,
  SafePoint,
  Split,
  Stop,
  WORKER_PROTOCOL_VERSION,
  type HelloParams,
  type WorkerSetup,
} from '../worker/protocol.ts';
import type { TargetListener } from './target.ts';

/** What a link tells beside what it passes on to the target's listener. */
export interface WorkerLinkHooks {
  /** The worker's first words. Answers with what it needs for its life, its remaining life as of now. */
  hello(hello: HelloParams): Omit<WorkerSetup, 'version'>;
  /** The worker can't be used, in one sentence. The caller ends it. */
  refused(why: string): void;
  /** Nothing more will come over this link. */
  closed(): void;
}

/** The run's end of a conversation with one worker. */
export interface WorkerLink {
  assign(fragment: Fragment): void;
  split(fragment: number): void;
  stop(graceSeconds: number): void;
  /** Hangs up. No hook is called after it. */
  close(): void;
}

/** Speaks the worker protocol over any pair of streams: pipes of a child process, of `ssh`, of `srun`, or a socket. */
export function linkWorker(
  instance: string,
  streams: { readable: Readable; writable: Writable },
  listener: TargetListener,
  hooks: WorkerLinkHooks,
): WorkerLink {
  const connection = createMessageConnection(
    new StreamMessageReader(streams.readable),
    new StreamMessageWriter(streams.writable),
  );
  let open = true;
  const hangUp = (): void => {
    if (!open) return;
    open = false;
    hooks.closed();
  };
  connection.onRequest(Hello, (hello) => {
    if (hello.version !== WORKER_PROTOCOL_VERSION) {
      const why = versionMismatch(hello);
      setImmediate(() => open && hooks.refused(why));
      return new ResponseError<void>(ErrorCodes.InvalidRequest, why);
    }
    return { ...hooks.hello(hello), version: WORKER_PROTOCOL_VERSION };
  });
  connection.onRequest(Items, ({ task, start, end }) => listener.items(task, start, end));
  connection.onRequest(SafePoint, ({ fragment, reports }) => listener.safePoint(instance, fragment, reports));
  connection.onNotification(FragmentEnded, ({ fragment, how }) => {
    if (open) listener.fragmentEnd(instance, fragment, how);
  });
  connection.onNotification(Heartbeat, (sample) => {
    if (open) listener.sample(instance, sample);
  });
  connection.onClose(hangUp);
  connection.onError(([error]) => open && hooks.refused(`does not speak the worker protocol: ${error.message}`));
  connection.listen();
  return {
    assign: (fragment) => send(connection.sendNotification(Assign, fragment)),
    split: (fragment) => send(connection.sendNotification(Split, { fragment })),
    stop: (graceSeconds) => send(connection.sendNotification(Stop, { graceSeconds })),
    close: () => {
      open = false;
      connection.dispose();
    },
  };
}

const versionMismatch = ({ version, hostName }: HelloParams): string =>
  `the worker on ${hostName} speaks version ${version} of the worker protocol and this run version ${WORKER_PROTOCOL_VERSION}: use the same Morsel for both`;

/** A worker that is gone is noticed by the end of its stream; what can't be sent to it is of no use any more. */
const send = (sent: Promise<void>): void => void sent.catch(() => {});
