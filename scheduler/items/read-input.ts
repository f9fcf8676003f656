/** Reads the items of an input from where they are: files, csv, lines, json, lists. Ranges need no reading. */
import { createReadStream, readdir, statSync, type Stats } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { glob } from 'tinyglobby';
import type { InputSpec } from '../job-spec.ts';
import { fixedFolder, pathBelow } from './below.ts';
import { InputError, reasonOf } from './input-error.ts';
import { readCsv } from './read-csv.ts';
import { messageOf } from '../words.ts';

/** Takes the items of an input one by one. `mtimeMs`: when what the item stands for was last changed, 0 where nothing is. */
export type AddItem = (value: unknown, mtimeMs: number) => void;

/** How many items are read before others get a turn. */
const BATCH = 2000;

/** Calls `add` for each item of the input in its order. Throws an {@link InputError}, or the signal's reason. */
export async function readInput(
  input: InputSpec,
  directory: string,
  add: AddItem,
  signal?: AbortSignal,
): Promise<void> {
  switch (input.kind) {
    case 'files':
      return readFiles(input, directory, add, signal);
    case 'csv':
      return reading(input.path, directory, (path, mtimeMs) =>
        readCsv(path, input.path, (row) => add(row, mtimeMs), signal),
      );
    case 'lines':
      return reading(input.path, directory, (path, mtimeMs) =>
        eachLine(path, input.path, (line) => add(line, mtimeMs), signal),
      );
    case 'json':
      return reading(input.path, directory, (path, mtimeMs) =>
        eachLine(path, input.path, (line, number) => add(parseLine(line, number, input.path), mtimeMs), signal),
      );
    case 'list':
      for (const value of input.values) add(value, 0);
      return;
    case 'range':
      for (let value = input.from; value <= input.to; value++) add(value, 0);
  }
}

/** The files that some patterns match, in path order, relative to the folder where they lie below it. */
export async function findFiles(
  patterns: string[],
  exclude: string[],
  directory: string,
  signal?: AbortSignal,
): Promise<string[]> {
  let problem: InputError | null = null;
  const found = await glob(patterns, {
    cwd: directory,
    ignore: exclude,
    absolute: true,
    expandDirectories: false,
    ...(signal && { signal }),
    fs: {
      // The library takes a folder that can't be read for an empty one; whoever waits for its files wants to know.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one form of `readdir` that the library calls
      readdir: ((folder: string, options: { withFileTypes: true }, done: (e: Error | null, files?: unknown) => void) =>
        readdir(folder, options, (error, files) => {
          if (error && error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
            problem ??= new InputError(
              `can't read the folder ${relative(directory, folder) || '.'}: ${reasonOf(error)}`,
            );
          }
          done(error, files);
        })) as typeof readdir,
    },
  });
  if (problem) throw problem;
  signal?.throwIfAborted();
  return found.map((path) => nearestPath(directory, path)).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function readFiles(
  input: InputSpec & { kind: 'files' },
  directory: string,
  add: AddItem,
  signal?: AbortSignal,
): Promise<void> {
  const folders = input.patterns.map((pattern) => slashes(resolve(directory, fixedFolder(pattern))));
  const paths = await findFiles(input.patterns, input.exclude, directory, signal);
  for (const [index, path] of paths.entries()) {
    if (index % BATCH === BATCH - 1) await setImmediate();
    signal?.throwIfAborted();
    const { size, mtimeMs } = statOf(path, directory);
    const below = pathBelow(slashes(resolve(directory, path)), folders);
    add(below === path ? { path, size } : { path, size, below }, mtimeMs);
  }
}

function statOf(path: string, directory: string): Stats {
  try {
    return statSync(resolve(directory, path));
  } catch (error) {
    if (path.includes('\uFFFD')) {
      throw new InputError(`the name of ${path} is no UTF-8, so no command could be given it: rename the file`);
    }
    throw new InputError(`can't read ${path}: ${reasonOf(error)}`);
  }
}

function nearestPath(directory: string, path: string): string {
  const way = relative(directory, path);
  if (way === '..' || way.startsWith(`..${sep}`)) return slashes(path);
  // A program would take a name that begins with a dash for an option.
  return slashes(way.startsWith('-') ? `.${sep}${way}` : way);
}

const slashes = (path: string): string => (sep === '/' ? path : path.replaceAll(sep, '/'));

async function reading(
  name: string,
  directory: string,
  read: (path: string, mtimeMs: number) => Promise<void>,
): Promise<void> {
  const path = resolve(directory, name);
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new InputError(`can't read ${name}: it is a folder`);
    await read(path, stats.mtimeMs);
  } catch (error) {
    if (error instanceof InputError || (error instanceof Error && error.name === 'AbortError')) throw error;
    throw new InputError(`can't read ${name}: ${reasonOf(error)}`);
  }
}

/** Calls `take` with each line that is not empty, and its number from 1. Lines end with LF or CRLF. */
async function eachLine(
  path: string,
  name: string,
  take: (line: string, number: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  const takeLine = (raw: string): void => {
    number++;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line !== '') take(line, number);
  };
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines = (rest + decode(decoder, chunk, name)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) takeLine(line);
  }
  takeLine(rest + decode(decoder, null, name));
}

function decode(decoder: TextDecoder, chunk: Buffer | null, name: string): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw new InputError(`${name} is no UTF-8 text: save it as UTF-8`);
  }
}

function parseLine(line: string, number: number, name: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const why = messageOf(error);
    throw new InputError(`line ${number} of ${name} is no JSON (${why}): a json input has one value on each line`);
  }
}
