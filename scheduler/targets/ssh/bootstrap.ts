/** What is done on a host before a worker speaks: Node is found, and the worker's file brought there if it is new to it. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TargetSpec } from '../../job-spec.ts';
import { findNode, quoted } from '../find-node.ts';

/** The worker's file, as it is brought to hosts. */
export interface WorkerBundle {
  content: Buffer;
  hash: string;
}

export function readBundle(workerFile: string): WorkerBundle {
  const content = readFileSync(workerFile);
  return { content, hash: createHash('sha256').update(content).digest('hex') };
}

/** What stands before all that is meant for us: a login may print whatever its user's shell likes. */
export const newMark = (): string => `morsel-${randomBytes(8).toString('hex')}`;

/**
 * The command for `ssh`, whatever the login shell on the other side is: it reads a script of so many bytes from its input
 * and no byte more. What follows there is for the script.
 */
export const remoteCommand = (script: string): string =>
  `exec /bin/sh -c 'eval "$(dd bs=1 count=${Buffer.byteLength(script)} 2>/dev/null)"'`;

export interface RemoteWorkerOptions {
  spec: TargetSpec;
  /** What the worker greets with. */
  name: string;
  bundle: WorkerBundle;
  /** The folder of the job, here. */
  directory: string;
  /** Where files are brought to: folders in the host's cache, and in that one; null where a file system is shared. */
  stage: { folder: string; staging: string } | null;
}

/** Ends well where a worker could be started, else with a sentence. */
export const probeScript = (spec: TargetSpec): string => `${setupOf(spec)}
${findNode(nodesOf(spec))}${spec.options['stage'] === undefined ? '' : findRsync}exit 0
`;

/** Says `MARK need` and takes the bundle from its input, or `MARK have`; then the worker speaks. */
export function remoteScript({ spec, name, bundle, directory, stage }: RemoteWorkerOptions, mark: string): string {
  const { content, hash } = bundle;
  const worker = `"$node" "$file" stdio ${quoted(name)}`;
  return `${setupOf(spec)}
${findNode(nodesOf(spec))}cache=\${XDG_CACHE_HOME:-$HOME/.cache}/morsel
file=$cache/worker-${hash.slice(0, 16)}.mjs
if [ ! -f "$file" ]; then
  (umask 077; mkdir -p "$cache") || exit 73
  printf '\\n${mark} need\\n'
  "$node" -e ${quoted(receive)} "$file" ${content.length} ${hash} || exit 73
fi
${stage === null ? enterShared(directory) : enter(stage.folder)}printf '\\n${mark} have\\n'
${stage === null ? `exec ${worker}` : `${worker}; status=$?; rm -rf ${quoted(stage.staging)}; exit $status`}
`;
}

const setupOf = ({ options: { setup } }: TargetSpec): string => (typeof setup === 'string' ? setup : '');

const nodesOf = ({ options: { node } }: TargetSpec): string[] =>
  typeof node === 'string' ? [node] : ['node', process.execPath];

const findRsync = `if ! command -v rsync >/dev/null; then
  echo "there is no rsync on $(hostname), which stage needs: install it there" >&2
  exit 69
fi
`;

/** Without the folder every item would fail, each for itself. */
const enterShared = (folder: string): string => `cd ${quoted(folder)} || {
  echo "the folder "${quoted(folder)}" is not on $(hostname): share it, or have files copied with stage, in the target" >&2
  exit 69
}
`;

const enter = (folder: string): string => `(umask 077; mkdir -p "$cache"/${quoted(folder)}) || exit 73
cd "$cache"/${quoted(folder)} || exit 73
`;

/** Reads exactly as many bytes as the file has; it is there whole or not at all. */
const receive = `const fs = require("fs"), [file, size, hash] = process.argv.slice(1), content = Buffer.alloc(Number(size));
for (let have = 0, got; have < content.length; have += got) {
  try { got = fs.readSync(0, content, have, content.length - have, null); } catch (error) { if (error.code !== "EAGAIN") throw error; got = 0; continue; }
  if (got === 0) process.exit(1);
}
if (require("crypto").createHash("sha256").update(content).digest("hex") !== hash) { console.error("the worker did not arrive as it was sent"); process.exit(1); }
fs.writeFileSync(file + "." + process.pid, content, { mode: 0o600 });
fs.renameSync(file + "." + process.pid, file);`;
