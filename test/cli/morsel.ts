/** The real program as a process, in a folder of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export const MAIN = resolve('cli/main.ts');

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A new folder with these files; removed when the test has ended. */
export function folderWith(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'morsel cli '));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface RunIn {
  cwd: string;
  input?: string;
  env?: Record<string, string>;
  nodeArguments?: string[];
}

/** Starts `morsel …`; killed when the test has ended, if it is still there. */
export function start(
  args: readonly string[],
  { cwd, env = {}, nodeArguments = [] }: RunIn,
): ChildProcessWithoutNullStreams {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...inherited } = process.env;
  const child = spawn(process.execPath, [...nodeArguments, MAIN, ...args], { cwd, env: { ...inherited, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs `morsel …` to its end. */
export async function morsel(args: readonly string[], options: RunIn): Promise<Result> {
  const child = start(args, options);
  child.stdin.end(options.input ?? '');
  return ended(child);
}

/** What a process said, and its exit code, once it has ended. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Result> {
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** The lines of JSON that a program printed. */
export const jsonLines = <T>(output: string): T[] =>
  output
    .trimEnd()
    .split('\n')
    .map((line): T => JSON.parse(line));

/** A job of so many items that is over at once: its instances live on a virtual clock. */
export const quickJob = (items = 20): string => `job sums on virtual {
  input numbers = 1..${items}
  task sum for n in numbers { run "echo {n}" }
}
target virtual simulated { instances 2  lifespan 60 s }
`;
