/** Whole processes, timed from outside: what benchmarks that compare programs have in common. Linux alone, for /proc. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process and all that it waited for took. */
export interface Usage {
  seconds: number;
  /** Of the processes that were waited for: a worker that is ended with its run is not among them. */
  cpuSeconds: number;
  /** The most resident memory of the process itself, without those that it started. */
  megabytes: number;
}

const LOOK_MILLISECONDS = 20;

/** `times` prints its own times, then its children's, as `0m1.234s 0m0.567s`. */
const WRAPPER = '"$@"; status=$?; times >&3; exit $status';

/** Runs a program to its end. Throws where it fails. What it prints is read and dropped, what it complains of is kept for the error. */
export async function timed(command: readonly string[], cwd: string): Promise<Usage> {
  const started = performance.now();
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'timed', ...command], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  child.stdout!.resume();
  let complaints = '';
  let times = '';
  child.stderr!.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)));
  child.stdio[3]!.on('data', (chunk: Buffer) => (times += chunk.toString()));
  let megabytes = 0;
  const looking = setInterval(() => (megabytes = Math.max(megabytes, peakOfChild(child.pid!))), LOOK_MILLISECONDS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(looking);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${complaints}`);
  return { seconds, cpuSeconds: cpuOfChildren(times), megabytes };
}

/** The value in the middle; of an even number the lower one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;

/** Seconds as people read them. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return seconds >= 1e-4 ? `${(seconds * 1e3).toFixed(2)} ms` : `${(seconds * 1e6).toFixed(1)} µs`;
}

/** Prints rows as a Markdown table; the first is its head. */
export function printTable(rows: readonly (readonly (string | number)[])[]): void {
  const texts = rows.map((row) => row.map(String));
  const widths = texts[0]!.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const [head, ...others] = texts;
  const rule = widths.map((width) => '-'.repeat(width));
  process.stdout.write(`${[head!, rule, ...others].map(line).join('\n')}\n`);
}

/** Zero once it has ended. */
function peakOfChild(shell: number): number {
  try {
    const child = readFileSync(`/proc/${shell}/task/${shell}/children`, 'latin1').split(' ')[0];
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function cpuOfChildren(times: string): number {
  const [user = '', system = ''] = (times.split('\n')[1] ?? '').split(' ');
  const seconds = (text: string): number => {
    const [, minutes = 0, rest = 0] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
    return Number(minutes) * 60 + Number(rest);
  };
  return seconds(user) + seconds(system);
}
