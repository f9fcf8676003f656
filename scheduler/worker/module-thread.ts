/** The thread that calls a module's function: items in batches in, answers in batches out. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { KeptOutput } from './kept-output.ts';
import { messageOf } from '../words.ts';

export interface ModuleThreadData {
  path: string;
  directory: string;
  export: string;
  /** How much of what an item prints is kept of each stream. */
  keepOutputBytes: number;
  /** One number: how many items have ended, so that the other side sees it even while this thread is busy. */
  progress: Int32Array<SharedArrayBuffer>;
}

export type ToThread = { id: number; item: unknown; out: string | null }[] | 'abort';

export type FromThread = { kind: 'unusable'; message: string } | { kind: 'answers'; answers: Answer[] };

/** `stdout` and `stderr`: what the item printed, where it printed something. */
type Answer = { id: number; seconds: number; stdout?: string; stderr?: string } & (
  | { result: unknown }
  | { error: string }
);

type ItemFunction = (item: unknown, context: { out: string | null; readonly signal: AbortSignal }) => unknown;

/** Answers are sent together, but none waits longer than this. */
const TOGETHER_MILLISECONDS = 2;

/** Loads the module and serves items until the thread is terminated. */
export async function serveModule(): Promise<void> {
  const data: ModuleThreadData = workerData;
  const port = parentPort!;
  const post = (message: FromThread): void => port.postMessage(message);
  const queue: { id: number; item: unknown; out: string | null }[] = [];
  let wake: (() => void) | null = null;
  let current: AbortController | null = null;
  let aborted = false;
  port.on('message', (message: ToThread) => {
    if (message === 'abort') {
      aborted = true;
      current?.abort();
    } else {
      queue.push(...message);
      wake?.();
    }
  });
  const loaded = await load(data);
  if (typeof loaded === 'string') return post({ kind: 'unusable', message: loaded });

  const takePrinted = keepPrinted(data.keepOutputBytes);
  let answers: Answer[] = [];
  let since = performance.now();
  for (let index = 0; ; index++) {
    const next = queue[index];
    if (next === undefined) {
      queue.length = 0;
      index = -1;
      if (answers.length > 0) post({ kind: 'answers', answers });
      answers = [];
      await new Promise<void>((resolveWake) => (wake = resolveWake));
      since = performance.now();
      continue;
    }
    let controller: AbortController | null = null;
    const started = performance.now();
    const answer = await call(loaded, next, () => {
      current = controller ??= new AbortController();
      if (aborted) current.abort();
      return current.signal;
    });
    const ended = performance.now();
    current = null;
    answers.push({ id: next.id, seconds: (ended - started) / 1000, ...answer, ...takePrinted() });
    Atomics.add(data.progress, 0, 1);
    if (ended - since > TOGETHER_MILLISECONDS) {
      post({ kind: 'answers', answers });
      answers = [];
      since = ended;
    }
  }
}

/**
 * Keeps what is printed in this thread: items run one after the other, so what was printed between two answers is the
 * second one's. It is passed on as well, for items that never answer. Returns how to take it.
 */
function keepPrinted(limitBytes: number): () => Pick<Answer, 'stdout' | 'stderr'> {
  const kept = { stdout: new KeptOutput(limitBytes), stderr: new KeptOutput(limitBytes) };
  for (const name of ['stdout', 'stderr'] as const) {
    const pass = process[name].write.bind(process[name]);
    process[name].write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
      kept[name].add(
        typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length),
      );
      return pass(chunk, ...rest);
    };
  }
  return () => {
    const stdout = kept.stdout.take();
    const stderr = kept.stderr.take();
    return { ...(stdout !== '' && { stdout }), ...(stderr !== '' && { stderr }) };
  };
}

async function call(
  work: ItemFunction,
  { item, out }: { item: unknown; out: string | null },
  signal: () => AbortSignal,
): Promise<{ result: unknown } | { error: string }> {
  try {
    const result = await work(item, {
      out,
      get signal() {
        return signal();
      },
    });
    // Results are JSON everywhere else; what is no JSON must fail here, at its own item.
    return { result: typeof result === 'object' ? JSON.parse(JSON.stringify(result)) : plain(result) };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

const isItemFunction = (value: unknown): value is ItemFunction => typeof value === 'function';

function plain(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

async function load({ path, directory, export: name }: ModuleThreadData): Promise<ItemFunction | string> {
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(resolve(directory, path)).href);
    const work = module[name];
    if (isItemFunction(work)) return work;
    const functions = Object.keys(module).filter((key) => typeof module[key] === 'function');
    const has = functions.length === 0 ? 'it exports no function' : `its functions are: ${functions.join(', ')}`;
    return `module ${path} exports no function "${name}"; ${has}`;
  } catch (error) {
    return `module ${path} can't be loaded: ${messageOf(error)}`;
  }
}
