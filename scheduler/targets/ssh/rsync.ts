import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** A copy that failed is tried so often, so long after one another: a network may be gone for a moment. */
const TRIES = 3;
const PAUSE_SECONDS = 2;
/** Some files could not be had, or vanished meanwhile: who needs them will say so better. */
const PARTIAL = new Set<number | null>([23, 24]);
const KEPT_COMPLAINT = 2000;

export interface Copy {
  /** `ssh` and its arguments. */
  ssh: readonly string[];
  /** Folders, one of them `host:/path`; names are relative to both. */
  from: string;
  to: string;
  names: readonly string[];
  /** True if the originals are removed once the copies are there. */
  moves?: boolean;
}

/**
 * Copies files with `rsync`: only those that differ in size or time, each compared by its hash when it has arrived, and in
 * place whole or not at all. Links are followed; files that are not there are passed over. Throws, with a sentence.
 */
export async function copyFiles(copy: Copy): Promise<void> {
  if (copy.names.length === 0) return;
  for (let tries = 1; ; tries++) {
    const { code, complaint } = await run(copy);
    if (code === 0 || PARTIAL.has(code)) return;
    if (tries === TRIES) throw new Error(complaint);
    await wait(PAUSE_SECONDS * 1000);
  }
}

function run({ ssh, from, to, names, moves = false }: Copy): Promise<{ code: number | null; complaint: string }> {
  const args = [
    '--recursive',
    '--times',
    '--perms',
    '--copy-links',
    '--omit-dir-times',
    '--ignore-missing-args',
    // No name goes through a shell over there.
    '--protect-args',
    ...(moves ? ['--remove-source-files'] : []),
    '--from0',
    '--files-from=-',
    `--rsh=${ssh.map(quoted).join(' ')}`,
    '--',
    from,
    to,
  ];
  return new Promise((resolve, reject) => {
    let complaint = '';
    const child = spawn('rsync', args, { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
    child.on('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      const help = 'rsync is not on this machine: install it, or leave `stage` out where a file system is shared';
      reject(new Error(isMissing ? help : `rsync could not be started: ${error.message}`));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-KEPT_COMPLAINT);
    });
    child.on('close', (code) => resolve({ code, complaint: firstLineOf(complaint) || `rsync exited with ${code}` }));
    child.stdin.on('error', () => {});
    child.stdin.end(names.map((name) => `${name}\0`).join(''));
  });
}

/** As one word of a command that rsync itself takes apart. */
const quoted = (word: string): string => `'${word.replaceAll("'", "''")}'`;

/** Of the several that rsync ends with, the first tells the cause. */
const firstLineOf = (text: string): string => text.trim().split('\n')[0]!.trim();
