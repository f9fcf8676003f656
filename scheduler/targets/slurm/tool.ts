import { spawn } from 'node:child_process';

/** What a command of Slurm answered. */
export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Where a controller does not answer, Slurm's own commands give up after some 10 to 20 s; a missing configuration takes them 60. */
const PATIENCE_SECONDS = 90;
const MOST_OUTPUT_CHARACTERS = 64 << 20;
/** Of the variables that Slurm sets in an allocation, those that say which cluster is meant; the others would become wishes of ours. */
const KEPT = new Set(['SLURM_CONF', 'SLURM_CONF_SERVER', 'SLURM_CLUSTERS', 'SLURM_JWT']);

/** A command of Slurm gave no answer. The message is a sentence for people. */
export class ToolError extends Error {
  override name = 'ToolError';
  /** True if it may give one another time. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** What this machine may have more of in a while. */
const passingCodes = new Set<unknown>(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Runs a command of Slurm. Throws a {@link ToolError}. */
export function runTool(
  program: string,
  args: readonly string[],
  stdin = '',
  patienceSeconds = PATIENCE_SECONDS,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: toolEnvironment(), stdio: 'pipe' });
    const impatience = setTimeout(() => child.kill(), patienceSeconds * 1000);
    child.on('error', (error) => {
      clearTimeout(impatience);
      reject(startError(program, error));
    });
    // Where the system has no more files to give there are none.
    if (child.stdout === undefined) return;
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > MOST_OUTPUT_CHARACTERS) child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MOST_OUTPUT_CHARACTERS);
    });
    child.on('close', (code, signal) => {
      clearTimeout(impatience);
      if (signal === null) return resolve({ code, stdout, stderr });
      // What it was killed for may have happened all the same.
      const how = child.killed ? `gave no answer within ${patienceSeconds} s` : `was killed by ${signal}`;
      reject(new ToolError(`${program} ${how}`, true));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

function startError(program: string, error: Error): ToolError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return new ToolError(`${program} is not on this machine: run Morsel on a login node of the cluster`, false);
  return new ToolError(`${program} could not be started: ${error.message}`, passingCodes.has(code));
}

/** What Slurm's commands are started with. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SLURM_') || KEPT.has(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/** What a command had to complain of, in one line. */
export const complaintOf = ({ stderr, stdout, code }: Answer, program: string): string =>
  stderr
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\w+: (error: )?/, '').trim())
    .filter((line) => line !== '')
    .join('; ') ||
  stdout.trim() ||
  `${program} exited with ${code}`;
