import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { quoteForShell } from '../items/template.ts';
import { nowSeconds } from './clock.ts';
import type { Executor, ExecutorHooks, InterruptedEnd, Ticket } from './executor.ts';
import { MarkedStream } from './marked-stream.ts';
import { endGroup, isGroupThere, signalGroup, type Watchdog } from './processes.ts';
import { renderRun } from './render.ts';
import type { InstanceContext } from './setup.ts';
import { durationText, endText, exitText } from './words.ts';
import { messageOf } from '../words.ts';

/** How long to wait for what a dead shell had printed. */
const DRAIN_MILLISECONDS = 200;

/**
 * Runs items of `run` tasks, one at a time, in a shell that stays: to fork a small shell costs a tenth of what it costs to
 * fork Node. Each command is evaluated in a subshell of its own, so that whatever it does to its shell ends with it; the
 * resident shell then prints a marker with the exit status to both outputs, and the item has ended when both are here.
 *
 * `none` → (take) → `busy` → (both markers) → `idle`; a time limit or the shell's own death leads to `none` again.
 * `busy` → (interrupt) → `asked` → (both markers) → `leaving` → (nothing of its group is left) → `none`: a signal goes to all
 * processes of the item, of which the first to end need not be the one that still writes its state.
 */
export class ShellExecutor implements Executor {
  private readonly context: InstanceContext;
  private readonly hooks: ExecutorHooks;
  private readonly watchdog: Watchdog;
  private shell: Shell | null = null;
  private ticket: Ticket | null = null;
  private startedAt = 0;
  private asked: { killAt: number; end: Omit<InterruptedEnd, 'isWhole' | 'seconds'> } | null = null;
  private killed = false;

  constructor(context: InstanceContext, watchdog: Watchdog, hooks: ExecutorHooks) {
    this.context = context;
    this.watchdog = watchdog;
    this.hooks = hooks;
  }

  get inFlight(): number {
    return this.ticket === null ? 0 : 1;
  }

  get room(): number {
    return this.ticket === null ? 1 : 0;
  }

  take(ticket: Ticket): void {
    this.ticket = ticket;
    this.asked = null;
    // A timeout, and what is learnt, is of all stretches of an item together.
    this.startedAt = nowSeconds() - (ticket.state?.earlierSeconds ?? 0);
    let script: string;
    try {
      script = scriptOf(ticket, this.context);
    } catch (error) {
      // The answer must not come before `take` has returned.
      return queueMicrotask(() => this.fail(messageOf(error), '', ''));
    }
    this.shell ??= new Shell(this.context, this.watchdog, {
      ended: (note, stdout, stderr) => this.ended(note, stdout, stderr),
      died: (why, stdout, stderr) => this.died(why, stdout, stderr),
    });
    this.shell.run(script);
  }

  flush(): void {}

  tick(now: number): void {
    if (this.ticket === null || this.shell === null) return;
    if (this.asked !== null) return this.lookAfterAsked(this.shell, now);
    const limit = this.ticket.piece.spec.timeoutSeconds;
    if (limit === null || now - this.startedAt < limit) return;
    const { stdout, stderr } = this.shell.end();
    this.shell = null;
    this.fail(`ran longer than ${durationText(limit)}`, stdout, stderr);
  }

  drain(): void {}

  interrupt(signal: NodeJS.Signals, killAt: number): void {
    if (this.ticket === null || this.shell === null || this.asked !== null) return;
    this.asked = { killAt, end: { status: null, stdout: '', stderr: '' } };
    this.shell.signal(signal);
  }

  private lookAfterAsked(shell: Shell, now: number): void {
    if (shell.isGone) return this.interrupted(true);
    if (now < this.asked!.killAt) return;
    shell.kill();
    this.interrupted(false);
  }

  private interrupted(isWhole: boolean): void {
    const { ticket, asked } = this;
    this.ticket = null;
    this.asked = null;
    this.shell = null;
    if (ticket === null || asked === null) return;
    this.hooks.interrupted(ticket, { ...asked.end, isWhole, seconds: nowSeconds() - this.startedAt });
    this.hooks.changed();
  }

  kill(): void {
    this.killed = true;
    this.ticket = null;
    this.shell?.kill();
    this.shell = null;
  }

  private ended(note: string, stdout: string, stderr: string): void {
    const ticket = this.ticket;
    if (ticket === null) return;
    const [status, command] = note.split(' ').map(Number);
    if (this.asked !== null) {
      this.asked.end = { status: status ?? null, stdout, stderr };
      return this.shell!.leave(() => this.tick(nowSeconds()));
    }
    if (status === 0) {
      this.ticket = null;
      this.hooks.done(ticket, nowSeconds() - this.startedAt, undefined, stdout, stderr);
      return this.hooks.changed();
    }
    const of = ticket.piece.commandCount;
    this.fail((of > 1 ? `command ${command} of ${of} ` : '') + exitText(status ?? -1), stdout, stderr);
  }

  private died(why: string, stdout: string, stderr: string): void {
    if (this.asked !== null) return this.interrupted(false);
    this.shell = null;
    if (this.ticket !== null) this.fail(`its shell ${why}`, stdout, stderr);
  }

  private fail(message: string, stdout: string, stderr: string): void {
    const ticket = this.ticket;
    if (ticket === null || this.killed) return;
    this.ticket = null;
    this.hooks.failed(ticket, message, stdout, stderr);
    this.hooks.changed();
  }
}

interface ShellHooks {
  ended(note: string, stdout: string, stderr: string): void;
  died(why: string, stdout: string, stderr: string): void;
}

/** One resident shell, leader of a session and a process group. */
class Shell {
  private readonly child: ChildProcess;
  private readonly marker = `\u0001${randomBytes(12).toString('hex')}:`;
  private readonly stdout: MarkedStream;
  private readonly stderr: MarkedStream;
  private readonly watchdog: Watchdog;
  private readonly hooks: ShellHooks;
  private printed: { note: string; output: string } | null = null;
  private complained: string | null = null;
  private gone = false;
  private leaving = false;
  private exited = false;

  constructor({ job, memoryBytes, keepOutputBytes }: InstanceContext, watchdog: Watchdog, hooks: ShellHooks) {
    this.watchdog = watchdog;
    this.hooks = hooks;
    this.child = spawn('/bin/sh', [], { cwd: job.directory, detached: true, stdio: 'pipe' });
    watchdog.watch(this.child.pid);
    this.stdout = new MarkedStream(this.marker, keepOutputBytes, (note, output) => {
      this.printed = { note, output };
      this.endIfBoth();
    });
    this.stderr = new MarkedStream(this.marker, keepOutputBytes, (_, output) => {
      this.complained = output;
      this.endIfBoth();
    });
    this.child.stdout!.on('data', (chunk: Buffer) => this.stdout.push(chunk));
    this.child.stderr!.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    this.child.stdin!.on('error', () => {});
    this.child.on('error', (error) => this.died(`could not be started: ${error.message}`));
    this.child.on('exit', (code, signal) => {
      this.exited = true;
      if (this.leaving) return;
      // What was left running in its group would otherwise keep the pipes open, and live on.
      signalGroup(this.child.pid, 'SIGKILL');
      setTimeout(() => this.died(endText(code, signal)), DRAIN_MILLISECONDS);
    });
    this.child.stdin!.write(`${memoryLimit(memoryBytes)}m='${this.marker}'\n`);
  }

  run(script: string): void {
    this.child.stdin!.write(`${script}printf '%s%s %s\\n' "$m" $s $n; printf '%s\\n' "$m" >&2\n`);
  }

  /** To the shell's whole group; it outlives the signals that its script expects. */
  signal(signal: NodeJS.Signals): void {
    signalGroup(this.child.pid, signal);
  }

  /** Ends of its own accord, and leaves what is left of its group alone. @param onExit called when it has ended itself */
  leave(onExit: () => void): void {
    this.gone = true;
    this.leaving = true;
    this.child.once('exit', onExit);
    this.child.stdin!.end();
  }

  /** True if it has left, and so has all of its group. */
  get isGone(): boolean {
    if (!this.leaving || !this.exited || isGroupThere(this.child.pid)) return false;
    this.watchdog.unwatch(this.child.pid);
    return true;
  }

  /** TERM, and KILL a little later; returns what was printed so far. Nothing is told any more. */
  end(): { stdout: string; stderr: string } {
    this.retire();
    endGroup(this.child);
    return { stdout: this.printed?.output ?? this.stdout.rest(), stderr: this.complained ?? this.stderr.rest() };
  }

  kill(): void {
    this.retire();
    signalGroup(this.child.pid, 'SIGKILL');
  }

  private retire(): void {
    this.gone = true;
    this.child.stdin!.destroy();
    this.child.once('exit', () => setTimeout(() => this.watchdog.unwatch(this.child.pid), 2000).unref());
  }

  private endIfBoth(): void {
    if (this.printed === null || this.complained === null || this.gone) return;
    const { note, output } = this.printed;
    const complained = this.complained;
    this.printed = null;
    this.complained = null;
    this.hooks.ended(note, output, complained);
  }

  private died(why: string): void {
    if (this.gone) return;
    this.gone = true;
    this.watchdog.unwatch(this.child.pid);
    this.hooks.died(why, this.printed?.output ?? this.stdout.rest(), this.complained ?? this.stderr.rest());
  }
}

/**
 * The data segment is what Linux limits well: unlike address space, programs such as Node do not reserve it in advance.
 * macOS has no such limit.
 */
export const memoryLimit = (bytes: number | null): string =>
  bytes === null || process.platform !== 'linux' ? '' : `ulimit -d ${Math.ceil(bytes / 1024)} 2>/dev/null; `;

/** Leaves the exit status in `s` and the number of the command that it is of in `n`. */
function scriptOf(ticket: Ticket, { job }: InstanceContext): string {
  const { piece } = ticket;
  const { commands, folder, env } = renderRun(job, piece.spec, ticket);
  const signal = piece.spec.checkpoint?.signal;
  // The shells that wait for a program outlive the signal that it is asked for its state with: what counts is how it ends.
  // A trap is not handed down to programs.
  const outlive = signal === undefined ? '' : `trap : ${signal}; `;
  const cd = folder === job.directory ? '' : `cd -- ${quoted(folder)} || exit 126; `;
  const exports = env.map(([name, value]) => `export ${name}=${quoted(value)}; `).join('');
  const shell = piece.spec.shell;
  let script = outlive;
  for (const [index, command] of commands.entries()) {
    const evaluated =
      shell === null
        ? `eval ${quoted(command)}`
        : `exec ${shell.map((word) => quoted(word)).join(' ')} -c ${quoted(command)}`;
    const one = `(${outlive}${cd}${exports}${evaluated}\n) </dev/null; s=$? n=${index + 1}\n`;
    script += index === 0 ? one : `if [ $s = 0 ]; then ${one}fi\n`;
  }
  if (signal !== undefined) script += `trap - ${signal}\n`;
  return script;
}

const quoted = (text: string): string => quoteForShell(text, 'none');
