import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'morsel package '));
const prefix = join(scratch, 'prefix');
/** As it comes from git: nothing is built there yet, and this folder's own dist/ is left alone. */
const clone = join(scratch, 'clone');
const notInGit = ['.git', '.cache', 'dist', 'node_modules', 'test-results'];
let tarball: string;

function morsel(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(join(prefix, 'bin/morsel'), args, { cwd: folder, encoding: 'utf8' });
}

beforeAll(() => {
  cpSync(root, clone, { recursive: true, filter: (path) => !notInGit.includes(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  execFileSync('npm', ['pack', '--pack-destination', scratch], { cwd: clone });
  tarball = join(
    scratch,
    readdirSync(scratch).find((name) => name.endsWith('.tgz'))!,
  );
  execFileSync('npm', ['install', '--global', '--prefix', prefix, tarball], { cwd: scratch, stdio: 'pipe' });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('the installed command says its version', () => {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(morsel(scratch, '--version').stdout.trim()).toBe(version);
});

test('it checks, plans and runs a job in an empty folder', () => {
  const folder = join(scratch, 'an empty folder');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'job.morsel'),
    `job squares on here {
       input numbers = 1..20
       task square for n in numbers { run "echo $(({n} * {n})) > {out}"  output "out/{n}.txt" }
     }
     target here local { instances 2  lifespan 20 s }`,
  );
  expect(morsel(folder, 'check', 'job.morsel').status).toBe(0);
  expect(morsel(folder, 'plan', 'job.morsel').stdout).toContain('square');
  const run = morsel(folder, 'run', '--json', 'job.morsel');
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout.trim().split('\n').at(-1)!)).toMatchObject({
    type: 'run-finished',
    state: 'done',
    items: { committed: 20, failed: 0 },
  });
  expect(readFileSync(join(folder, 'out/12.txt'), 'utf8')).toBe('144\n');
});

/** What the launcher takes this Node for, so that it starts the one that is installed beside it. */
const OLD_NODE = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";

/** A run under the launcher of an old Node, as in a terminal: both get what goes to their process group. */
function underLauncher(folder: string): {
  press: () => void;
  saw: (text: string) => Promise<void>;
  ended: Promise<number | null>;
} {
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'job.morsel'),
    `job waits on here { task wait { run "touch begun; until [ -e go ]; do sleep 0.05; done" } }
     target here local { instances 1  lifespan 5 min }`,
  );
  const script = join(prefix, 'lib/node_modules/morsel/dist/cli.js');
  const child = spawn(process.execPath, ['--import', OLD_NODE, script, 'run', 'job.morsel'], {
    cwd: folder,
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return {
    press: () => void process.kill(-child.pid!, 'SIGINT'),
    saw: (text) => vi.waitFor(() => expect(said).toContain(text), { timeout: 20_000 }),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

const begun = (folder: string): Promise<void> =>
  vi.waitFor(() => expect(existsSync(join(folder, 'begun'))).toBe(true), { timeout: 20_000 });

test('under an old Node one Ctrl-C counts once, though the launcher passes it on', async () => {
  const folder = join(scratch, 'once');
  const run = underLauncher(folder);
  await begun(folder);
  run.press();
  await run.saw('Stopping');
  writeFileSync(join(folder, 'go'), '');
  expect([0, 3]).toContain(await run.ended);
});

test('under an old Node a second Ctrl-C, a fifth of a second later, ends the run at once', async () => {
  const folder = join(scratch, 'twice');
  const run = underLauncher(folder);
  await begun(folder);
  run.press();
  await run.saw('Stopping');
  await delay(200);
  run.press();
  expect(await run.ended).toBe(130);
});

test('the tarball holds what is needed to run, and no sources or tests', () => {
  const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toContain('package/dist/cli.js');
  expect(names.filter((name) => /\.ts$|^package\/(test|bench|scheduler|examples)\//.test(name))).toEqual([]);
});
