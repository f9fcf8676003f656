/** What a user of a cluster has: a home of their own, Morsel, folders with jobs. They are not root. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunEvent } from '../../scheduler/run/events.ts';
import { asUser, USER } from './machine.ts';

/** Where everybody may read, which is not so of a checkout below /root. */
const HOME = '/var/tmp';

export class Site {
  readonly folder: string;
  /** Added to the environment of all that the user starts. */
  readonly environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.environment = { PATH: process.env['PATH'], HOME: `/home/${USER}`, USER, LC_ALL: 'C', ...environment };
    this.folder = mkdtempSync(join(HOME, 'morsel-cluster-'));
    chmodSync(this.folder, 0o755);
    this.installMorsel();
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
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
    const [program, ...rest] = asUser(join(app, 'node'), join(app, 'dist/cli.js'), ...args);
    const child = spawn(program!, rest, { cwd: folder, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    return new Morsel(child);
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
}

/** A `morsel …` under way; with `--json` it tells of a run. */
export class Morsel {
  readonly stdout: string[] = [];
  readonly events: RunEvent[] = [];
  readonly ended: Promise<number | null>;
  stderr = '';
  private readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.stdout.push(line);
      if (line.startsWith('{')) this.events.push(JSON.parse(line));
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((done) => child.once('close', done));
  }

  get pid(): number {
    return this.child.pid!;
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

/** Waits for a state; what it stands for is in the complaint if it does not come. */
export async function until(what: string, condition: () => boolean, seconds = 90): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await wait(100);
  }
}
