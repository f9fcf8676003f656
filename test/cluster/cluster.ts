/** A real Slurm of four nodes on this machine, which the suite brings up and takes down, and a user of it who is not root. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../../scheduler/run/events.ts';

export const USER = 'morsel-test';
/** Where everybody may read, which is not so of a checkout below /root. */
const HOME = '/var/tmp';
const FIRST_PORT = 18_400;

export class Cluster {
  readonly folder: string;
  private readonly conf: string;

  constructor() {
    this.folder = mkdtempSync(join(HOME, 'morsel-cluster-'));
    chmodSync(this.folder, 0o755);
    const state = join(this.folder, 'slurm');
    const options = ['--state', state, '--user', USER, '--port', String(FIRST_PORT)];
    execFileSync(resolve(import.meta.dirname, 'slurm-up'), options, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.conf = join(state, 'slurm.conf');
    this.installMorsel();
  }

  /** A copy of what was built, and of Node, as that user can use them. */
  private installMorsel(): void {
    const app = join(this.folder, 'app');
    mkdirSync(app);
    cpSync(process.env['MORSEL_DIST'] ?? 'dist', join(app, 'dist'), { recursive: true });
    cpSync('package.json', join(app, 'package.json'));
    cpSync(process.execPath, join(app, 'node'));
    execFileSync('chmod', ['-R', 'a+rX', app]);
  }

  close(): void {
    const state = join(this.folder, 'slurm');
    execFileSync(resolve(import.meta.dirname, 'slurm-down'), ['--state', state, '--purge'], { stdio: 'inherit' });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** A command of Slurm, as root. */
  slurm(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      encoding: 'utf8',
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Ids of the jobs in the queue whose names begin so. */
  queue(format = '%A'): string[] {
    return this.slurm('squeue', '-h', '-o', format).split('\n').filter(Boolean);
  }

  private pidOf(daemon: string): number {
    return Number(readFileSync(join(this.folder, 'slurm/run', `${daemon}.pid`), 'utf8'));
  }

  signal(daemon: string, signal: NodeJS.Signals): void {
    process.kill(this.pidOf(daemon), signal);
  }

  /** Starts what is missing. */
  repair(): void {
    const state = join(this.folder, 'slurm');
    const options = ['--state', state, '--user', USER, '--port', String(FIRST_PORT), '--no-install'];
    execFileSync(resolve(import.meta.dirname, 'slurm-up'), options, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** A folder of that user with a job in it. */
  job(text: string): string {
    const folder = mkdtempSync(join(this.folder, 'job-'));
    writeFileSync(join(folder, 'job.morsel'), text);
    execFileSync('chown', ['-R', `${USER}:`, folder]);
    return folder;
  }

  /** Starts `morsel …` as that user. */
  morsel(folder: string, ...args: string[]): Morsel {
    const app = join(this.folder, 'app');
    const own = ['--reuid', USER, '--regid', USER, '--clear-groups', join(app, 'node'), join(app, 'dist/cli.js')];
    const env = { ...this.environment(), HOME: `/home/${USER}`, USER };
    return new Morsel(spawn('setpriv', [...own, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  private environment(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], SLURM_CONF: this.conf, LC_ALL: 'C' };
  }
}

/** A `morsel run --json` or `resume --json` under way. */
export class Morsel {
  readonly events: RunEvent[] = [];
  readonly ended: Promise<number | null>;
  stderr = '';
  private readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    createInterface({ input: child.stdout! }).on('line', (line) => this.events.push(JSON.parse(line)));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((done) => child.once('close', done));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  of<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
  }

  committed(): number {
    const counts = this.of('safe-point').flatMap(({ committed }) => Object.values(committed));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  reasons(): string[] {
    return this.of('instance-ended').map(({ reason }) => reason);
  }

  warnings(): string[] {
    return this.of('warning').map(({ message }) => message);
  }
}
