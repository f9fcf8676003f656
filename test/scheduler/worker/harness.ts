/** A real worker process with a run at the other end that only writes down what it is told. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UNWEIGHED } from '../../../scheduler/fragment-scheduler/events.ts';
import type { FailedTry, Fragment, FragmentEnd, Piece } from '../../../scheduler/fragment-scheduler/events.ts';
import type { TaskSpec } from '../../../scheduler/job-spec.ts';
import type { TargetListener } from '../../../scheduler/targets/target.ts';
import { linkWorker, type WorkerLink } from '../../../scheduler/targets/worker-link.ts';
import type {
  ItemCheckpoint,
  ItemFailure,
  ItemReport,
  ResourceSample,
  WorkerSetup,
} from '../../../scheduler/worker/protocol.ts';
import { jobSpec } from '../job-specs.ts';

export const workerCommand = [process.execPath, resolve(import.meta.dirname, '../../../scheduler/worker/main.ts')];

export const temporaryFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'morsel-worker-')));

export interface Harness {
  child: ChildProcess;
  link: WorkerLink;
  folder: string;
  reports: ItemReport[];
  checkpoints: ItemCheckpoint[];
  failedTries: FailedTry[];
  /** Number of safe points told of. */
  safePoints(): number;
  samples: ResourceSample[];
  refusals: string[];
  /** Gives the worker a fragment; resolves when it has ended. */
  run(pieces: (Pick<Piece, 'end'> & Partial<Piece>)[]): Promise<FragmentEnd>;
  /** Ids of fragments, in order. */
  lastFragment(): number;
  /** Resolves when the condition holds after some report, or end. */
  until(condition: () => boolean): Promise<void>;
  gone: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stderr(): string;
  /** Positions that were reported done, in order. */
  done(): number[];
  failures(): ItemFailure[];
  results(): Record<number, unknown>;
  printed(): Record<number, { stdout: string; stderr: string }>;
  dispose(): void;
}

export interface HarnessOptions {
  folder?: string;
  tasks: TaskSpec[];
  /** An item's value. */
  value?: (position: number) => unknown;
  setup?: Partial<WorkerSetup>;
  /** Holds the answers to safe points back. */
  safePoint?: () => Promise<void>;
  env?: NodeJS.ProcessEnv;
}

/** Starts a worker and waits until it is up. */
export async function startWorker(options: HarnessOptions): Promise<Harness> {
  const folder = options.folder ?? temporaryFolder();
  const value = options.value ?? ((position: number) => position);
  const [program, ...args] = workerCommand;
  const child = spawn(program!, args, { stdio: 'pipe', detached: true, env: { ...process.env, ...options.env } });
  const reports: ItemReport[] = [];
  const checkpoints: ItemCheckpoint[] = [];
  const failedTries: FailedTry[] = [];
  const samples: ResourceSample[] = [];
  const refusals: string[] = [];
  const ends = new Map<number, FragmentEnd>();
  const waiting = new Set<() => void>();
  const changed = (): void => waiting.forEach((check) => check());
  let stderr = '';
  let safePoints = 0;
  let fragments = 0;
  let isUp = false;
  let isGone = false;
  child.stdin.on('error', () => {});
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const gone = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((settle) => {
    child.on('exit', (code, signal) => {
      isGone = true;
      settle({ code, signal });
      changed();
    });
  });
  const listener: TargetListener = {
    up: () => {},
    safePoint: async (_, __, more) => {
      safePoints++;
      reports.push(...more);
      changed();
      await options.safePoint?.();
    },
    checkpoint: async (_, __, checkpoint) => {
      checkpoints.push(checkpoint);
      changed();
    },
    tried: (_, __, more) => {
      failedTries.push(...more);
      changed();
    },
    fragmentEnd: (_, fragment, how) => {
      ends.set(fragment, how);
      changed();
    },
    sample: (_, sample) => {
      samples.push(sample);
      changed();
    },
    ending: () => {},
    down: () => {},
    notice: () => {},
    items: async (_, start, end) => Array.from({ length: end - start }, (__, i) => value(start + i)),
  };
  const link = linkWorker('i1', { readable: child.stdout, writable: child.stdin }, listener, {
    hello: () => {
      setImmediate(() => {
        isUp = true;
        changed();
      });
      return {
        instance: 'i1',
        job: jobSpec({ directory: folder, tasks: options.tasks }),
        stagingFolder: join(folder, 'staging'),
        cpus: 1,
        memoryBytes: null,
        lifeSeconds: null,
        heartbeatSeconds: 0,
        keepOutputBytes: 4096,
        ...options.setup,
      };
    },
    refused: (why) => {
      refusals.push(why);
      changed();
    },
  });
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((settle, reject) => {
      const check = (): void => {
        if (!condition() && !isGone) return;
        waiting.delete(check);
        if (condition()) settle();
        else reject(new Error(`the worker is gone: ${stderr}`));
      };
      waiting.add(check);
      check();
    });
  const harness: Harness = {
    child,
    link,
    folder,
    reports,
    checkpoints,
    failedTries,
    samples,
    refusals,
    gone,
    until,
    safePoints: () => safePoints,
    stderr: () => stderr,
    lastFragment: () => fragments,
    run: async (pieces) => {
      const fragment: Fragment = {
        id: ++fragments,
        instance: 'i1',
        pieces: pieces.map((piece) => ({
          task: 0,
          start: 0,
          everyItems: 0,
          everySeconds: null,
          itemSeconds: { low: 0.001, expected: 0.001, high: 0.002 },
          ...piece,
        })),
        predictedSeconds: { low: 1, expected: 1, high: 1 },
        limit: 'queue',
        sizing: UNWEIGHED,
      };
      link.assign(fragment);
      await until(() => ends.has(fragment.id));
      return ends.get(fragment.id)!;
    },
    done: () =>
      reports
        .filter(({ state }) => state === 'done')
        .flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))
        .toSorted((a, b) => a - b),
    failures: () => reports.flatMap((report) => (report.state === 'failed' ? report.failures : [])),
    results: () =>
      Object.fromEntries(
        reports
          .flatMap((report) => (report.state === 'done' ? (report.results ?? []) : []))
          .map(({ position, result }) => [position, result]),
      ),
    printed: () =>
      Object.fromEntries(
        reports
          .flatMap((report) => (report.state === 'done' ? (report.printed ?? []) : []))
          .map(({ position, stdout, stderr: complained }) => [position, { stdout, stderr: complained }]),
      ),
    dispose: () => {
      link.close();
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await until(() => isUp || refusals.length > 0);
  return harness;
}

/** True while a process lives; one that only waits for its parent to take note of its end does not. */
export function isRunning(pid: string): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    if (process.platform === 'linux') return false;
  }
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}
