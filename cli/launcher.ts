/**
 * What `morsel` starts: the program itself where this Node can run it, else the program under the Node that was installed
 * beside it (the npm package `node`). This file alone has to be valid for old versions of Node.
 */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LAUNCHER_PIPE } from './launched.ts';

/** `node:sqlite` can be used without a flag in 22 from 22.13 and from 23.4. */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 13;
  return major === 23 ? minor >= 4 : major > 23;
}

/** The `node` package's program, in this package's own node_modules or in one that it is installed into. */
function nodeBeside(folder: string): string | null {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(folder, 'node_modules', 'node', 'bin', program);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? null : nodeBeside(parent);
}

function runUnder(node: string): void {
  const child = spawn(node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [LAUNCHER_PIPE]: '3' },
  });
  // One that went to the whole process group reaches the child twice, which takes the two for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === null ? 0 : constants.signals[signal]) : code;
  });
}

function fail(message: string): void {
  process.stderr.write(`error: ${message}\n`);
  process.exitCode = 2;
}

const here = fileURLToPath(import.meta.url);
const version = process.versions.node;
if (isNewEnough(version)) {
  await import(new URL('./cli/main.js', import.meta.url).href);
} else {
  const node = nodeBeside(dirname(here));
  // One that is too old itself would start itself for ever.
  if (node !== null && realpathSync(node) !== realpathSync(process.execPath)) {
    runUnder(node);
  } else {
    fail(
      `morsel needs Node 22.13 or newer, and this is Node ${version}: install a newer one, or \`npm install node\` beside morsel.`,
    );
  }
}
