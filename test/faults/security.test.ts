/** What SECURITY.md says, tried on real runs. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../scheduler/run/events.ts';
import { readRunFile } from '../../scheduler/run/run-folder.ts';
import { startRun } from '../../scheduler/run/run.ts';
import { morsel } from '../cli/morsel.ts';
import { temporaryFolder } from '../temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

/** Names that a file may have, and that a shell would take for more than a name. */
const NAMES = [
  'with space',
  "it's",
  '"double"',
  '$(touch PWNED)',
  '`touch PWNED`',
  '; touch PWNED; #',
  '& touch PWNED &',
  '| touch PWNED',
  '$HOME',
  '~',
  '*',
  '-rf',
  '--help',
  '\\',
  'back\\slash\\n',
  "'; touch PWNED; '",
  '"; touch PWNED; "',
  'line\nend; touch PWNED',
  'tab\there',
  '\u001b[31mred',
  'ümläut €',
  '{out}',
  '{{file}}',
  '%s%n',
];

test(
  'whatever a file is called, a command gets its name as it is, in every place that a value may stand in',
  { timeout: 60_000 },
  async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in'));
    for (const name of NAMES) writeFileSync(join(folder, 'in', name), name);
    writeFileSync(
      join(folder, 'job.morsel'),
      `job names on here {
  input files_ = files "in/*"
  task bare for f in files_ { run "cat {f.path} > {out}" output "bare/{f.name}" }
  task quoted for f in files_ { run """cat "{f.path}" > "{out}" """ output "double/{f.name}" }
  task single for f in files_ { run "cat '{f.path}' > '{out}'" output "single/{f.name}" }
  task environment for f in files_ { run """cat "$WHICH" > {out}""" output "env/{f.name}" env WHICH = "{f.path}" }
  task inner for f in files_ { run """printf %s "$(cat {f.path}; echo .)" > {out}""" output "inner/{f.name}" }
}
target here local { instances 2 }
`,
    );
    const { code, stderr } = await morsel(['run', 'job.morsel'], { cwd: folder });
    expect(stderr).not.toContain('failed');
    expect(code).toBe(0);
    for (const task of ['bare', 'double', 'single', 'env', 'inner']) {
      expect(readdirSync(join(folder, task)).toSorted()).toEqual(NAMES.toSorted());
      const end = task === 'inner' ? '.' : '';
      for (const name of NAMES) expect(readFileSync(join(folder, task, name), 'utf8')).toBe(`${name}${end}`);
    }
    expect(filesBelow(folder).filter((path) => path.endsWith('/PWNED'))).toEqual([]);
  },
);

test('no value of an item leads an output out of the job folder', async () => {
  const folder = temporaryFolder();
  const job = join(folder, 'job');
  mkdirSync(job);
  const rows = ['../escaped', '/tmp/morsel-escaped', '..', '', 'a/../../escaped', 'fine'];
  writeFileSync(join(job, 'rows.ndjson'), rows.map((to) => JSON.stringify({ to })).join('\n'));
  writeFileSync(
    join(job, 'job.morsel'),
    `job out on here {
  input rows = json "rows.ndjson"
  task write for row in rows { run "echo x > {out}" output "{row.to}" }
}
target here local { instances 1 }
`,
  );
  const { code } = await morsel(['run', 'job.morsel'], { cwd: job });
  expect(code).not.toBe(0);
  expect(readdirSync(folder)).toEqual(['job']);
  expect(existsSync('/tmp/morsel-escaped')).toBe(false);
});

test('what a run keeps is its user’s alone, and its control socket too', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'job.morsel'),
    'job j on here { task t { run "sleep 2" } }\ntarget here local { instances 1 }\n',
  );
  const running = morsel(['run', 'job.morsel'], { cwd: folder });
  const runs = join(folder, '.morsel', 'runs');
  const runFolder = await vi.waitUntil(() => existsSync(runs) && readdirSync(runs).map((id) => join(runs, id))[0], {
    timeout: 20_000,
  });
  const socket = await vi.waitUntil(() => readRunFile(runFolder)?.socket, { timeout: 20_000 });
  expect(lstatSync(dirname(socket))).toMatchObject({ uid: userInfo().uid });
  expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  for (const path of filesBelow(join(folder, '.morsel')))
    expect({ path, open: statSync(path).mode & 0o077 }).toEqual({ path, open: 0 });
  // A stranger's nonsense, frames too long among it, ends nothing but its own connection.
  for (const words of [
    'GET / HTTP/1.0\r\n\r\n',
    'Content-Length: 99999999999\r\n\r\n{',
    'Content-Length: 2\r\n\r\n}{',
    '\0'.repeat(100_000),
  ]) {
    const stranger = connect(socket);
    stranger.on('error', () => {});
    await new Promise<void>((done) => stranger.write(words, () => done()));
    stranger.destroy();
  }
  expect((await running).code).toBe(0);
});

test('a folder for control sockets that is somebody else’s, open, or a link is refused', async () => {
  const folder = temporaryFolder();
  const temporary = join(folder, 'tmp');
  const sockets = join(temporary, `morsel-${userInfo().uid}`);
  mkdirSync(join(folder, 'private'), { mode: 0o700 });
  mkdirSync(temporary);
  writeFileSync(
    join(folder, 'job.morsel'),
    'job j on here { task t { run "true" } }\ntarget here local { instances 1 }\n',
  );
  symlinkSync(join(folder, 'private'), sockets);
  const options = { cwd: folder, env: { TMPDIR: temporary } };
  expect((await morsel(['run', 'job.morsel'], options)).stderr).toContain('is open to others');
  expect(readdirSync(join(folder, 'private'))).toEqual([]);
  const open = join(folder, 'open');
  mkdirSync(join(open, `morsel-${userInfo().uid}`), { recursive: true });
  chmodSync(join(open, `morsel-${userInfo().uid}`), 0o777);
  const answer = await morsel(['run', 'job.morsel'], { cwd: folder, env: { TMPDIR: open } });
  expect(answer.stderr).toContain('is open to others');
});

test('what the environment holds is in no file and no event of a run', async () => {
  const secret = 'correct-horse-battery-staple';
  vi.stubEnv('MORSEL_TEST_SECRET', secret);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'job.morsel'), '');
  const { jobSpec, targetSpec, taskSpec, template } = await import('../scheduler/job-specs.ts');
  const job = jobSpec({
    directory: folder,
    tasks: [taskSpec({ work: { kind: 'run', commands: [template('test -n "$MORSEL_TEST_SECRET"')] } })],
    target: targetSpec({ instances: { min: 0, max: 1 }, lifespanSeconds: null }),
  });
  const events: RunEvent[] = [];
  const worker = new URL('../../scheduler/worker/main.ts', import.meta.url).pathname;
  const run = await startRun(job, {
    morselFolder: join(folder, '.morsel'),
    workerCommand: [process.execPath, worker],
    onEvent: (event) => events.push(event),
  });
  expect(await run.finished).toMatchObject({ state: 'done' });
  expect(JSON.stringify(events)).not.toContain(secret);
  for (const path of filesBelow(folder))
    expect({ path, holds: readFileSync(path, 'latin1').includes(secret) }).toEqual({ path, holds: false });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
