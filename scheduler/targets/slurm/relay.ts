import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Relay } from '../pilots/batch-system.ts';
import { toolEnvironment } from './tool.ts';

const KEPT_COMPLAINT = 2000;
/** `--overlap`: a step beside the pilot's own work, which takes nothing from it. */
const STEP = ['--overlap', '--nodes=1', '--ntasks=1', '--cpus-per-task=1', '--quiet', '--unbuffered'];

/** Runs a shell script as a step of a job, with its stdin and stdout here. */
export function startRelay(id: string, script: string): Relay {
  // Its own group: a Ctrl-C at the terminal is for the run process.
  const child = spawn('srun', [`--jobid=${id}`, ...STEP, '/bin/sh', '-c', script], {
    env: toolEnvironment(),
    stdio: 'pipe',
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_COMPLAINT);
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`srun could not be started: ${error.message}`));
    child.on('close', (code) => resolve(code === 0 ? '' : complaintOf(said)));
  });
  return {
    stream: Duplex.from({ readable: child.stdout, writable: child.stdin }),
    ended,
    end: () => child.kill(),
  };
}

/** Of a job that ends there is nothing to say here: the engine is asked why. */
function complaintOf(said: string): string {
  const lines = said.trim().split('\n');
  const first = lines.find(
    (line) => line !== '' && !/CANCELLED|task \d+: (Killed|Terminated|Exited)|Force Terminated/.test(line),
  );
  return first === undefined ? '' : `srun says: ${first.replace(/^srun: (error: )?/, '')}`;
}
