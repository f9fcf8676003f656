/** Runs in the background: a process of its own session that no terminal ends. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../scheduler/run/events.ts';
import { ExitCode } from './exit-codes.ts';
import { ownCommand } from './installation.ts';
import { printLines } from './terminal.ts';

/**
 * Starts `morsel run --json …` and prints the run's id as soon as it has one. If the run never begins, what it said is
 * passed on, and its exit code is answered.
 */
export async function startDetached(args: readonly string[]): Promise<number> {
  const [program = process.execPath, ...rest] = [...ownCommand(), ...args];
  const child = spawn(program, rest, { detached: true, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? ExitCode.bug));
  });
  for await (const line of createInterface(child.stdout)) {
    const event: RunEvent = JSON.parse(line);
    if (event.type !== 'run-started') continue;
    printLines([event.run]);
    // The run goes on without a reader: it expects its pipes to break.
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    return ExitCode.done;
  }
  const code = await ended;
  process.stderr.write(said);
  return code === ExitCode.done ? ExitCode.bug : code;
}
