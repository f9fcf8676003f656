/** A real Slurm of four nodes on this machine, which the suite brings up and takes down. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { USER } from './machine.ts';
import { Site } from './site.ts';

const FIRST_PORT = 18_400;

export class Cluster {
  readonly site: Site;
  private readonly state: string;
  private readonly conf: string;

  constructor() {
    this.site = new Site();
    this.state = join(this.site.folder, 'slurm');
    this.conf = join(this.state, 'slurm.conf');
    this.site.environment['SLURM_CONF'] = this.conf;
    try {
      this.repair();
    } catch (error) {
      // Nobody has it yet, who could take it down.
      this.close();
      throw error;
    }
  }

  close(): void {
    const options = ['--state', this.state, '--purge'];
    execFileSync(resolve(import.meta.dirname, 'slurm-down'), options, { stdio: 'inherit' });
    this.site.close();
  }

  /** Starts what is missing. */
  repair(): void {
    const options = ['--state', this.state, '--user', USER, '--port', String(FIRST_PORT)];
    execFileSync(resolve(import.meta.dirname, 'slurm-up'), options, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** A command of Slurm, as root. */
  slurm(command: string, ...args: string[]): string {
    const env = { PATH: process.env['PATH'], SLURM_CONF: this.conf, LC_ALL: 'C' };
    return execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Ids of all jobs in the queue, or of those in one partition. */
  queue(partition?: string): string[] {
    const which = partition === undefined ? [] : ['-p', partition];
    return this.slurm('squeue', '-h', '-o', '%A', ...which)
      .split('\n')
      .filter(Boolean);
  }

  signal(daemon: string, signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(join(this.state, 'run', `${daemon}.pid`), 'utf8')), signal);
  }
}
