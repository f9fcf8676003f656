import { spawn, type ChildProcess } from 'node:child_process';
import { quoteForShell } from '../items/template.ts';
import { nowSeconds } from './clock.ts';
import type { Executor, ExecutorHooks, Ticket } from './executor.ts';
import { KeptOutput } from './kept-output.ts';
import { endGroup, signalGroup, type Watchdog } from './processes.ts';
import { renderRun } from './render.ts';
import type { InstanceContext } from './setup.ts';
import { memoryLimit } from './shell-executor.ts';
import { Window } from './window.ts';
import { beginning, durationText, endText, exitText } from './words.ts';
import { messageOf } from '../words.ts';

const LONGEST_LINE = 8 * 1024 * 1024;
/** How long a program that ended may take for its last output, and one that closed its output for its end. */
const DRAIN_MILLISECONDS = 200;

interface Sent {
  ticket: Ticket;
  at: number;
}

/**
 * Runs items of a `stream` task in one long-lived process: a line of JSON in for each item, a line out for each, in any
 * order. Items are kept in flight so that the process never waits; an item's run time is the time since the answer before
 * it, or since it was sent if that was later.
 *
 * `none` → (first item) → `running` → `none` again when it ends, breaks the protocol or outlasts a time limit. What was in
 * flight then is run again by the next process; only the item that had waited longest is counted a failed try.
 */
export class StreamExecutor implements Executor {
  private readonly context: InstanceContext;
  private readonly watchdog: Watchdog;
  private readonly hooks: ExecutorHooks;
  private readonly task: number;
  private readonly window = new Window();
  private readonly sent = new Map<number, Sent>();
  private program: ChildProcess | null = null;
  private stderr: KeptOutput;
  private lines: string[] = [];
  private partial = '';
  private nextId = 0;
  private firstId = 0;
  private lastAnswerAt = 0;
  private answered = 0;
  private blocked = false;

  constructor(context: InstanceContext, watchdog: Watchdog, hooks: ExecutorHooks, task: number) {
    this.context = context;
    this.watchdog = watchdog;
    this.hooks = hooks;
    this.task = task;
    this.stderr = new KeptOutput(context.keepOutputBytes);
  }

  get inFlight(): number {
    return this.sent.size;
  }

  get room(): number {
    return this.blocked ? 0 : this.window.size - this.sent.size;
  }

  take(ticket: Ticket): void {
    const id = this.nextId++;
    this.sent.set(id, { ticket, at: nowSeconds() });
    const out = ticket.out === null ? '' : `,"out":${JSON.stringify(ticket.out)}`;
    this.lines.push(`{"id":${id},"item":${JSON.stringify(ticket.value)}${out}}\n`);
  }

  flush(): void {
    if (this.lines.length === 0) return;
    const text = this.lines.join('');
    this.lines = [];
    try {
      this.program ??= this.start();
    } catch (error) {
      const message = messageOf(error);
      return queueMicrotask(() => this.unusable(message));
    }
    this.blocked = !this.program.stdin!.write(text);
  }

  tick(now: number): void {
    const first = this.oldest();
    if (first === null) return;
    const limit = first.ticket.piece.spec.timeoutSeconds;
    if (limit !== null && this.waited(first, now) >= limit) this.breakOff(`ran longer than ${durationText(limit)}`);
  }

  drain(now: number): void {
    const first = this.oldest();
    if (first === null || !this.window.isTooFull(this.sent.size, this.waited(first, now))) return;
    const tickets = [...this.sent.values()].map(({ ticket }) => ticket);
    this.kill();
    this.hooks.again(tickets);
    this.hooks.changed();
  }

  kill(): void {
    const program = this.forget();
    this.sent.clear();
    this.lines = [];
    if (program) signalGroup(program.pid, 'SIGKILL');
  }

  private start(): ChildProcess {
    const { job, memoryBytes } = this.context;
    const spec = job.tasks[this.task]!;
    const { commands, folder, env } = renderRun(job, spec, { value: null, out: null });
    const shell = spec.shell ?? ['sh'];
    const words = shell.map((word) => quoteForShell(word, 'none')).join(' ');
    const command = quoteForShell(commands[0]!, 'none');
    const script = `${memoryLimit(memoryBytes)}cd -- ${quoteForShell(folder, 'none')} || exit 126; exec ${words} -c ${command}`;
    const program = spawn('/bin/sh', ['-c', script], {
      cwd: job.directory,
      env: { ...process.env, ...Object.fromEntries(env) },
      detached: true,
      stdio: 'pipe',
    });
    this.watchdog.watch(program.pid);
    this.firstId = this.sent.keys().next().value ?? this.nextId;
    this.answered = 0;
    this.partial = '';
    this.blocked = false;
    program.stdin.on('error', () => {});
    program.stdin.on('drain', () => {
      if (program !== this.program) return;
      this.blocked = false;
      this.hooks.changed();
    });
    program.stdout.setEncoding('utf8');
    program.stdout.on('data', (text: string) => {
      if (program === this.program) this.receive(text);
    });
    program.stderr.on('data', (chunk: Buffer) => this.stderr.add(chunk));
    this.watchEnd(program);
    return program;
  }

  private watchEnd(program: ChildProcess): void {
    let settled = false;
    let closed = false;
    const end = (why: string, code: number | null): void => {
      if (settled) return;
      settled = true;
      signalGroup(program.pid, 'SIGKILL');
      this.watchdog.unwatch(program.pid);
      if (program === this.program) this.ended(why, code);
    };
    const later = (why: string, code: number | null): void => {
      if (closed) end(why, code);
      else setTimeout(() => end(why, code), DRAIN_MILLISECONDS);
    };
    program.stdout!.on('end', () => {
      closed = true;
      if (program.exitCode !== null) end(exitText(program.exitCode), program.exitCode);
      else setTimeout(() => end('closed its output', null), DRAIN_MILLISECONDS);
    });
    program.on('exit', (code, signal) => later(signal === null ? exitText(code ?? -1) : endText(code, signal), code));
    program.on('error', (error) => end(`could not be started: ${error.message}`, 127));
  }

  private receive(text: string): void {
    const lines = (this.partial + text).split('\n');
    this.partial = lines.pop()!;
    const now = nowSeconds();
    for (const line of lines) {
      const problem = this.answer(line, now);
      if (problem !== null) return this.breakOff(problem);
    }
    if (this.partial.length > LONGEST_LINE) {
      return this.breakOff(`answered with a line of more than ${LONGEST_LINE >> 20} MB`);
    }
    if (lines.length > 0) this.hooks.changed();
  }

  /** Null, or how the line breaks the protocol. */
  private answer(line: string, now: number): string | null {
    const message = parse(line);
    if (message === null) {
      return `answered with a line that is no JSON object: ${beginning(line)}; each line of its output must be like {"id":7}, and other output belongs on stderr`;
    }
    const { id, error, result } = message;
    const sent = typeof id === 'number' ? this.sent.get(id) : undefined;
    if (typeof id !== 'number' || sent === undefined) return this.unknown(id, line);
    this.sent.delete(id);
    this.answered++;
    const seconds = now - Math.max(sent.at, this.lastAnswerAt);
    this.lastAnswerAt = now;
    this.window.observe(seconds);
    if (error !== undefined && error !== null) {
      const text = typeof error === 'string' ? error : JSON.stringify(error);
      this.hooks.failed(sent.ticket, beginningOfText(text), '', this.stderr.take());
      return null;
    }
    if (result !== undefined) sent.ticket.piece.heldBytes += line.length;
    this.hooks.done(sent.ticket, seconds, result, '', this.stderr.take());
    return null;
  }

  /** A second answer does no harm and is noted; an id that was never sent would leave its item waiting for ever. */
  private unknown(id: unknown, line: string): string | null {
    if (typeof id === 'number' && Number.isInteger(id) && id >= this.firstId && id < this.nextId) {
      this.stderr.add(Buffer.from(`[morsel] a second answer to id ${id} was ignored\n`));
      return null;
    }
    return id === undefined
      ? `answered with a line without an "id": ${beginning(line)}`
      : `answered id ${JSON.stringify(id)}, which it was not given: ${beginning(line)}`;
  }

  private breakOff(message: string): void {
    const program = this.forget();
    if (program) {
      endGroup(program);
      program.once('exit', () => this.watchdog.unwatch(program.pid));
    }
    this.failOldest(message);
  }

  private ended(why: string, code: number | null): void {
    this.forget();
    if (this.sent.size === 0) return;
    if (this.answered === 0 && (code === 126 || code === 127)) return this.unusable(`its command ${why}`);
    this.failOldest(`its program ${why} before it answered`);
  }

  private failOldest(message: string): void {
    const [first, ...others] = [...this.sent.values()];
    this.sent.clear();
    this.lines = [];
    const stderr = this.stderr.take();
    if (first) this.hooks.failed(first.ticket, message, '', stderr);
    this.hooks.again(others.map(({ ticket }) => ticket));
    this.hooks.changed();
  }

  private unusable(message: string): void {
    const tickets = [...this.sent.values()].map(({ ticket }) => ticket);
    this.sent.clear();
    this.hooks.again(tickets);
    this.hooks.unusable(this.task, message, this.stderr.take());
    this.hooks.changed();
  }

  private forget(): ChildProcess | null {
    const { program } = this;
    this.program = null;
    this.blocked = false;
    this.partial = '';
    return program;
  }

  /** How long the program has been at the item whose turn it is. */
  private waited({ at }: Sent, now: number): number {
    return now - Math.max(at, this.lastAnswerAt);
  }

  private oldest(): Sent | null {
    return this.sent.values().next().value ?? null;
  }
}

function parse(line: string): { id?: unknown; error?: unknown; result?: unknown } | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const beginningOfText = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text);
