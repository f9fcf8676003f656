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

/** Runs a command of Slurm. Throws, with a sentence, if it can't be run. */
export function runTool(program: string, args: readonly string[], stdin = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: toolEnvironment(), timeout: PATIENCE_SECONDS * 1000, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > MOST_OUTPUT_CHARACTERS) child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MOST_OUTPUT_CHARACTERS);
    });
    child.on('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      const help = `${program} is not on this machine: run Morsel on a login node of the cluster`;
      reject(new Error(isMissing ? help : `${program} could not be started: ${error.message}`));
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

function toolEnvironment(): NodeJS.ProcessEnv {
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
