import { spawn } from 'node:child_process';
import type { TargetSpec } from '../../job-spec.ts';
import { endText } from '../../worker/words.ts';
import { probeScript, remoteCommand } from './bootstrap.ts';
import { sshArguments } from './login.ts';
import { messageOf } from '../../words.ts';

/** A host that has not said by then what it has is passed over. */
const PATIENCE_SECONDS = 30;
const KEPT_COMPLAINT = 2000;

/** Why none of the hosts can be used, in one sentence; null where one can. All are asked at once, and the first that can do is enough. */
export async function hostsProblem(spec: TargetSpec): Promise<string | null> {
  const { hosts } = spec.options;
  const probes = (Array.isArray(hosts) ? hosts : []).map((host) => probe(spec, host));
  try {
    await Promise.any(probes.map(({ usable }) => usable));
    return null;
  } catch (error) {
    return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  } finally {
    for (const { end } of probes) end();
  }
}

interface Probe {
  /** Rejects with a sentence if it is not. */
  usable: Promise<void>;
  end: () => void;
}

function probe(spec: TargetSpec, host: string): Probe {
  const script = probeScript(spec);
  const child = spawn('ssh', [...sshArguments(spec), '--', host, remoteCommand(script)], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    timeout: PATIENCE_SECONDS * 1000,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_COMPLAINT);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(script);
  const usable = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`ssh could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      const last = said.trim().split('\n').at(-1);
      if (code === 0) resolve();
      else reject(new Error(`host ${host}: ${last || `its login ${endText(code, signal)}`}`));
    });
  });
  return { usable, end: () => child.kill() };
}
