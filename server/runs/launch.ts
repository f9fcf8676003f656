/**
 * Starts `morsel run --json` (or `resume`) as a process that outlives this one: detached, and with its output in a file,
 * since a pipe would break with the server. The file's first line says which run it is; it is then moved into the run's
 * folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../scheduler/run/events.ts';
import type { Problem } from '../protocol.ts';

export interface Launch {
  /** What comes after `morsel`, such as `['run', '--json', …]`. */
  arguments: string[];
  /** The current folder of the run: its `.morsel` is there. */
  folder: string;
  cliPath: string;
  nodePath: string;
}

const CHECK_MS = 50;

/** Resolves with the run's id, or with what the command line said instead of starting one. */
export async function launch(options: Launch, signal: AbortSignal): Promise<{ run: string } | Problem> {
  const runsFolder = join(options.folder, '.morsel', 'runs');
  const output = new LaunchOutput(join(options.folder, '.morsel', 'launching'));
  let child: ChildProcess;
  try {
    child = start(options, output);
  } finally {
    output.closeHandles();
  }
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(null));
  });
  child.unref();
  const run = await startedRun(child, output, signal);
  if (run !== null) {
    output.moveTo(join(runsFolder, run));
    return { run };
  }
  // Whoever gives up the start wants no run: one that has begun meanwhile stops at once, and can be resumed.
  if (signal.aborted) child.kill();
  const problem = (await ended) ?? output.problem();
  output.remove();
  return { problem };
}

/** The command line beside this server, from source or from its bundle; null where there is none. */
export function ownCli(): string | null {
  const candidates = ['../cli.js', '../../cli/main.ts'];
  const paths = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? null;
}

function start(options: Launch, output: LaunchOutput): ChildProcess {
  return spawn(options.nodePath, [options.cliPath, ...options.arguments], {
    cwd: options.folder,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output.stdout, output.stderr],
  });
}

async function startedRun(child: ChildProcess, output: LaunchOutput, signal: AbortSignal): Promise<string | null> {
  for (;;) {
    const ended = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    const run = output.run();
    if (run !== null || ended || signal.aborted) return run;
    await delay(CHECK_MS);
  }
}

/** What a run prints while it starts. Only its user may read it, as all that is in `.morsel`. */
class LaunchOutput {
  readonly stdout: number;
  readonly stderr: number;
  readonly #events: string;
  readonly #errors: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = randomBytes(6).toString('hex');
    this.#events = join(folder, `${name}.ndjson`);
    this.#errors = join(folder, `${name}.err`);
    this.stdout = openSync(this.#events, 'ax', 0o600);
    this.stderr = openSync(this.#errors, 'ax', 0o600);
  }

  /** The child has handles of its own. */
  closeHandles(): void {
    closeSync(this.stdout);
    closeSync(this.stderr);
  }

  run(): string | null {
    const lines = readFileSync(this.#events, 'utf8').split('\n').slice(0, -1);
    const started = lines.map(parsed).find((event) => event?.type === 'run-started');
    return started?.type === 'run-started' ? started.run : null;
  }

  /** Why no run was started, in the command line's own words. */
  problem(): string {
    const said = readFileSync(this.#errors, 'utf8').trim() || readFileSync(this.#events, 'utf8').trim();
    return said.replace(/^error: /, '') || 'The run ended before it began, and said nothing.';
  }

  /** The process writes on into the files wherever they are. */
  moveTo(runFolder: string): void {
    try {
      renameSync(this.#events, join(runFolder, 'events.ndjson'));
      renameSync(this.#errors, join(runFolder, 'stderr.txt'));
    } catch {
      // Windows does not rename files that are open; they stay where they are.
    }
  }

  remove(): void {
    rmSync(this.#events, { force: true });
    rmSync(this.#errors, { force: true });
  }
}

function parsed(line: string): RunEvent | null {
  try {
    const event: RunEvent = JSON.parse(line);
    return event;
  } catch {
    return null;
  }
}
