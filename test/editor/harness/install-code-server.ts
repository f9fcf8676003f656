/**
 * code-server is VS Code's workbench and its real extension host, served to a browser. It comes from npm, into a cache
 * folder, with the Node that it asks for.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { killAtExit } from './clean-up.ts';

const CODE_SERVER = 'code-server@4.139.1';
const NODE = 'node@24';

export interface Installation {
  node: string;
  entry: string;
}

/** Installs code-server where that has not been done yet; it takes minutes, once. */
export async function installCodeServer(cache: string): Promise<Installation> {
  const bin = join(cache, 'node_modules/node/bin');
  const installation = { node: join(bin, 'node'), entry: join(cache, 'node_modules/code-server/out/node/entry.js') };
  // Written last: an installation that was interrupted is done again.
  const stamp = join(cache, 'installed.txt');
  const wanted = `${CODE_SERVER} ${NODE}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return installation;
  console.log(`installing ${CODE_SERVER} into ${cache}: this takes minutes, once`);
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  // A package of its own, else npm would climb to this repository's.
  const scripts = { node: true, 'code-server': true, argon2: true, kerberos: true };
  writeFileSync(join(cache, 'package.json'), JSON.stringify({ private: true, allowScripts: scripts }));
  for (const name of [NODE, CODE_SERVER]) await npmInstall(name, cache, bin);
  writeFileSync(stamp, wanted);
  return installation;
}

async function npmInstall(name: string, cwd: string, bin: string): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: bin + delimiter + process.env['PATH'] };
  // What the npm says that started us: its user agent names a Node by which code-server judges this one.
  for (const key of Object.keys(env))
    if (/^npm_(lifecycle|package|command|execpath|node_execpath|config_user_agent)/.test(key)) delete env[key];
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund', name], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (npm.pid !== undefined) killAtExit(npm.pid);
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (data) => (output += String(data)));
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error(`npm install ${name} ended with ${code}\n${output.slice(-6000)}`);
}
