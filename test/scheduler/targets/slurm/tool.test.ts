/** Commands of Slurm that give no answer; stand-ins of a line on the path. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SubmitError } from '../../../../scheduler/targets/pilots/batch-system.ts';
import { slurmProblem } from '../../../../scheduler/targets/slurm/check.ts';
import { Slurm } from '../../../../scheduler/targets/slurm/slurm.ts';
import { runTool, ToolError } from '../../../../scheduler/targets/slurm/tool.ts';
import { targetSpec } from '../../job-specs.ts';
import { temporaryFolder } from '../../worker/harness.ts';

const { PATH } = process.env;
let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${PATH}`;
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true, force: true });
});

function standIn(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

const slurm = (): Slurm =>
  new Slurm({
    spec: targetSpec({ kind: 'slurm' }),
    morselFolder: folder,
    runFolder: folder,
    directory: folder,
    workerCommand: [process.execPath, 'worker.ts'],
  });

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error: unknown) => error);

it('what takes too long may do better another time', async () => {
  standIn('squeue', 'exec sleep 100');
  const error = await failureOf(runTool('squeue', [], '', 0.2));
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({ message: 'squeue gave no answer within 0.2 s', isPassing: true });
});

it('a submission that was killed is asked for again, and no reason against the target', async () => {
  standIn('sbatch', 'kill -9 $$');
  const error = await failureOf(slurm().submit('morsel-a'));
  expect(error).toBeInstanceOf(SubmitError);
  expect(error).toMatchObject({ message: 'sbatch was killed by SIGKILL', isPassing: true });
  expect(await slurmProblem(targetSpec({ kind: 'slurm' }))).toBeNull();
});

it('a machine without Slurm stays one', async () => {
  process.env['PATH'] = join(folder, 'bin');
  const error = await failureOf(slurm().submit('morsel-a'));
  expect(error).toMatchObject({ message: expect.stringContaining('run Morsel on a login node'), isPassing: false });
  expect(await slurmProblem(targetSpec({ kind: 'slurm' }))).toMatch(/run Morsel on a login node/);
});

it('too many open files pass', () => {
  const tool = new URL('../../../../scheduler/targets/slurm/tool.ts', import.meta.url).href;
  const script = `import { openSync } from 'node:fs';
const { runTool } = await import(${JSON.stringify(tool)});
const all = [];
try { for (;;) all.push(openSync('/dev/null')); } catch {}
const error = await runTool('true', []).catch((error) => error);
console.log(JSON.stringify({ name: error.name, isPassing: error.isPassing }));`;
  const shell = 'ulimit -n 64; exec "$0" --input-type=module -e "$1"';
  const said = execFileSync('sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual({ name: 'ToolError', isPassing: true });
});

it('only what can be a job of Slurm is cancelled', async () => {
  standIn('scancel', `echo "$@" >> ${folder}/cancelled`);
  await slurm().cancel(['12', '--me', '13_4', '', '5+1', '--user=root']);
  expect(readFileSync(join(folder, 'cancelled'), 'utf8')).toBe('--quiet 12 13_4 5+1\n');
  await slurm().cancel(['--me']);
  expect(readFileSync(join(folder, 'cancelled'), 'utf8').split('\n')).toHaveLength(2);
});
