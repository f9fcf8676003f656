/** Starting and ending processes and all that they start in turn. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable by which everything that a worker starts can be found, even what left its process group. */
export const MARK = 'MORSEL_WORKER';

/** From TERM to KILL. */
const GRACE_MILLISECONDS = 1000;

/** Signals a process group; a group that is gone is none of our business. */
export function signalGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined || group <= 1) return;
  try {
    process.kill(-group, signal);
  } catch {
    // Gone already.
  }
}

/**
 * True while any process of the group is at work. One that has ended and that nobody has waited for does not count, where
 * that can be told (on Linux): the first process of many a container never waits for what it inherits.
 */
export function isGroupThere(group: number | undefined): boolean {
  if (group === undefined || group <= 1) return false;
  try {
    process.kill(-group, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return process.platform !== 'linux' || readdirSync('/proc').some((entry) => isAtWorkIn(group, entry));
}

/** `pid (name) state parent group …`; a name may hold anything, also brackets. */
function isAtWorkIn(group: number, entry: string): boolean {
  if (!/^\d+$/.test(entry)) return false;
  try {
    const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

/** TERM to a process that leads its group, and to the group; KILL a little later. */
export function endGroup(child: ChildProcess): void {
  signalGroup(child.pid, 'SIGTERM');
  setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MILLISECONDS);
}

/**
 * Kills every process that carries the mark in its environment, wherever it went; as it reads /proc it does so on Linux
 * only. Elsewhere what left its process group by `setsid` lives on.
 */
export function killMarked(mark: string): void {
  if (process.platform !== 'linux') return;
  const wanted = `${MARK}=${mark}`;
  // A process may be forking while we look: look until nothing is found.
  for (let round = 0; round < 5; round++) if (!killMarkedOnce(wanted)) return;
}

function killMarkedOnce(wanted: string): boolean {
  let found = false;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!(pid > 1) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(wanted)) continue;
      process.kill(pid, 'SIGKILL');
      found = true;
    } catch {
      // Gone already, or another user's.
    }
  }
  return found;
}

/**
 * Outlives the worker by a moment: kills its items' process groups, and on Linux all that carries its mark, when the worker
 * has ended in whatever way. It is a shell that waits for the end of its stdin.
 */
export class Watchdog {
  private readonly mark: string;
  private child: ChildProcess | null = null;

  constructor(mark: string) {
    this.mark = mark;
  }

  watch(group: number | undefined): void {
    this.write(`+${group}`);
  }

  unwatch(group: number | undefined): void {
    this.write(`-${group}`);
  }

  private write(line: string): void {
    this.child ??= this.start();
    this.child.stdin?.write(`${line}\n`);
  }

  private start(): ChildProcess {
    const { [MARK]: _, ...env } = process.env;
    const child = spawn('/bin/sh', ['-c', WATCHDOG, 'morsel-watchdog', this.mark], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env,
    });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.unref();
    return child;
  }
}

const WATCHDOG = `
groups=
while read -r line; do
  group=\${line#?}
  case $line in
    +*) groups="$groups $group" ;;
    -*) kept=; for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done; groups=$kept ;;
  esac
done
for each in $groups; do kill -KILL -- "-$each"; done
for round in 1 2 3; do
  found=$(grep -slzxF "${MARK}=$1" /proc/[0-9]*/environ)
  [ "$found" ] || exit
  for each in $found; do each=\${each#/proc/}; kill -KILL "\${each%/environ}"; done
done
`;
