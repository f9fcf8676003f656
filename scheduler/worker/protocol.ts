/**
 * What a worker and its run say to each other: JSON-RPC 2.0 (`vscode-jsonrpc`) over the worker's stdin and stdout, or over
 * a network. The worker calls; the run answers with facts and fragments. A change of meaning raises
 * {@link WORKER_PROTOCOL_VERSION}; a run accepts workers of its own version only, and says so otherwise.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { FailedTry, Fragment, FragmentEnd } from '../fragment-scheduler/events.ts';
import type { JobSpec } from '../job-spec.ts';

export const WORKER_PROTOCOL_VERSION = 3;

/** The worker's first words; everything it needs for its whole life comes back. */
export const Hello = new RequestType<HelloParams, WorkerSetup, void>('morsel/hello');
export interface HelloParams {
  version: number;
  pid: number;
  hostName: string;
  nodeVersion: string;
}
export interface WorkerSetup {
  version: number;
  instance: string;
  job: JobSpec;
  /** Absolute path of the folder for outputs that are not committed yet; the same file system for run and worker. */
  stagingFolder: string;
  cpus: number;
  memoryBytes: number | null;
  /** Life left when the answer was sent; null for no end. */
  lifeSeconds: number | null;
  heartbeatSeconds: number;
  /** How much of an item's stdout and stderr is kept, each: the beginning and the end. */
  keepOutputBytes: number;
}

/** Values of a range of items, fetched as the worker comes to them. */
export const Items = new RequestType<{ task: number; start: number; end: number }, unknown[], void>('morsel/items');

/** Run to worker. The worker is idle when it gets one. */
export const Assign = new NotificationType<Fragment>('morsel/assign');
/** Run to worker: cut at the next safe point. Of no effect if that fragment has ended. */
export const Split = new NotificationType<{ fragment: number }>('morsel/split');
/** Run to worker: its end is another than it was told, so many seconds from now. */
export const Ends = new NotificationType<{ lifeSeconds: number }>('morsel/ends');
/** Run to worker: reach a safe point within so many seconds if there is one, then exit. */
export const Stop = new NotificationType<{ graceSeconds: number }>('morsel/stop');

/** Answered when the safe point is on disk. The worker may go on meanwhile, but ends no fragment before all answers are there. */
export const SafePoint = new RequestType<{ fragment: number; reports: ItemReport[] }, void, void>('morsel/safePoint');
/** Answered when the state is in place. A fragment ends after all such answers. */
export const Checkpoint = new RequestType<{ fragment: number; checkpoint: ItemCheckpoint }, void, void>(
  'morsel/checkpoint',
);
/** Tries that failed of items that may be tried again. Comes before the end of their fragment. */
export const Tried = new NotificationType<{ fragment: number; tries: FailedTry[] }>('morsel/tried');
export const FragmentEnded = new NotificationType<{ fragment: number; how: FragmentEnd }>('morsel/fragmentEnded');
export const Heartbeat = new NotificationType<ResourceSample>('morsel/heartbeat');

/** A range of items of one piece that ended alike since the last safe point. */
export type ItemReport = { task: number; start: number; end: number } & (
  | {
      state: 'done';
      /** Sum of the items' run times and of their squares. */
      seconds: number;
      squaredSeconds: number;
      /** What items of a `stream` or `module` task answered, where they answered something. */
      results?: { position: number; result: unknown }[];
      /** What items printed, where they printed something. */
      printed?: { position: number; stdout: string; stderr: string }[];
    }
  /** In order of position; one speaks for its own position and for those after it, up to the next: a module that is not there is one failure. */
  | { state: 'failed'; failures: ItemFailure[] }
);

/** The state of an item that is not done. */
export interface ItemCheckpoint {
  task: number;
  position: number;
  /** For how long the item has been run so far, in all its stretches. */
  seconds: number;
  /** True if it wrote a state that it did not begin with: on disk, at {@link stagedStateName}. */
  isStaged: boolean;
  /** True if nobody asked for it and the item goes on; else it was ended, and goes back to the queue with its fragment. */
  isUnderWay: boolean;
}

/** An item that failed for good: after its last retry. */
export interface ItemFailure {
  position: number;
  attempts: number;
  /** One sentence: `exited with 3`, `ran longer than 5 min`, `wrote no output thumbs/a.png`. */
  message: string;
  stdout: string;
  stderr: string;
}

/** What the Real-time Resource Monitor sees on an instance. Shares are 0..1. */
export interface ResourceSample {
  /** Of the whole machine, all processes. */
  cpuShare: number;
  /** The part of `cpuShare` that is not this worker's own doing. */
  otherCpuShare: number;
  memoryUsedBytes: number;
  memoryTotalBytes: number;
  networkBytesPerSecond: number;
  diskBytesPerSecond: number;
}

/**
 * The staging path of an item's output, below {@link WorkerSetup.stagingFolder}: one folder a fragment, so that two
 * instances that hold the same item by mistake never write the same file. `name` is the last part of the final path; its
 * end, and so its extension, is kept, as much of it as any file system has room for.
 */
export const stagedName = (fragment: number, task: number, position: number, name: string): string =>
  `${fragment}/${task}-${position}-${name.slice(-LONGEST_NAME).toWellFormed()}`;

/** Likewise the path of an item's state while its program is at work on it. */
export const stagedStateName = (fragment: number, task: number, position: number, name: string): string =>
  `${fragment}/state-${task}-${position}-${name.slice(-LONGEST_NAME).toWellFormed()}`;

/** The path of a whole state on its way to its place; a copy where its program is still under way. */
export const finishedStateName = (stagedState: string, isUnderWay: boolean): string =>
  `${stagedState}.${isUnderWay ? 'copy' : 'whole'}`;

/** In UTF-16 units; three bytes each at most, and a file name has 255. */
const LONGEST_NAME = 64;
