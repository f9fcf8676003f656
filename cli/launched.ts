import { Socket } from 'node:net';

/** Set where the launcher runs the program as its child: at the other end of that file descriptor is the launcher. */
export const LAUNCHER_PIPE = 'MORSEL_LAUNCHER_PIPE';

/**
 * Has the program end with its launcher. Signals are passed on, but `kill -9` can't be: then the pipe between the two
 * breaks, and what was meant for the one reaches the other.
 */
export function endWithLauncher(): void {
  const descriptor = Number(process.env[LAUNCHER_PIPE]);
  // Not for what the program starts: it has no such pipe.
  delete process.env[LAUNCHER_PIPE];
  if (!(descriptor > 2)) return;
  const pipe = new Socket({ fd: descriptor });
  pipe.on('error', () => {});
  pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));
  pipe.resume();
  pipe.unref();
}
