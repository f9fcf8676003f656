/** Hosts with a network of their own on this machine: a network namespace and an sshd each, on a bridge. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asUser, rootEnvironment, USER } from './machine.ts';

const SUBNET = '10.213.77';
const PORT = 2222;

const run = (program: string, ...args: string[]): void => {
  execFileSync(program, args, { env: rootEnvironment, stdio: ['ignore', 'ignore', 'pipe'] });
};
const ip = (...args: string[]): void => run('ip', ...args);

export class Hosts {
  /** Names, as the configuration file knows them. */
  readonly names: string[];
  /** A configuration for `ssh -F`. */
  readonly config: string;
  private readonly folder: string;

  constructor(folder: string, count: number) {
    this.folder = join(folder, 'ssh');
    this.names = Array.from({ length: count }, (_, index) => `host${index + 1}`);
    this.config = join(this.folder, 'config');
    this.prepare();
    this.takeDown();
    try {
      this.bringUpAll();
    } catch (error) {
      // Nobody has them yet, who could take them down.
      this.close();
      throw error;
    }
  }

  /** Pulls the cable out, or puts it in again; nobody is told. */
  cable(name: string, state: 'up' | 'down'): void {
    ip('link', 'set', `v-${name}`, state);
  }

  close(): void {
    for (const name of this.names) {
      const file = this.file(`${name}.pid`);
      if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8')));
    }
    this.takeDown();
  }

  private file(name: string): string {
    return join(this.folder, name);
  }

  /** Keys, and what the client has to know. */
  private prepare(): void {
    mkdirSync(this.folder);
    for (const key of ['host', 'id']) run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', this.file(key));
    const entries = this.names.map((name, index) => `Host ${name}\n  HostName ${SUBNET}.${index + 1}\n`);
    const common = `Host *
  Port ${PORT}
  User ${USER}
  IdentityFile ${this.file('id')}
  IdentitiesOnly yes
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ${this.file('known_hosts')}
`;
    writeFileSync(this.config, entries.join('') + common);
    run('chown', '-R', `${USER}:`, this.folder);
  }

  private bringUpAll(): void {
    ip('link', 'add', 'br-morsel', 'type', 'bridge');
    ip('addr', 'add', `${SUBNET}.254/24`, 'dev', 'br-morsel');
    ip('link', 'set', 'br-morsel', 'up');
    for (const [index, name] of this.names.entries()) this.bringUp(name, index + 1);
  }

  private bringUp(name: string, number: number): void {
    ip('netns', 'add', name);
    ip('link', 'add', `v-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('link', 'set', `v-${name}`, 'master', 'br-morsel', 'up');
    ip('-n', name, 'addr', 'add', `${SUBNET}.${number}/24`, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    const config = this.file(`sshd-${name}`);
    writeFileSync(
      config,
      `Port ${PORT}
ListenAddress ${SUBNET}.${number}
HostKey ${this.file('host')}
PidFile ${this.file(`${name}.pid`)}
AuthorizedKeysFile ${this.file('id.pub')}
AuthenticationMethods publickey
UsePAM no
StrictModes no
`,
    );
    const daemon = asUser('/usr/sbin/sshd', '-f', config, '-E', this.file(`${name}.log`));
    run('ip', 'netns', 'exec', name, 'unshare', '--uts', 'sh', '-c', `hostname ${name}; exec "$@"`, 'sh', ...daemon);
  }

  private takeDown(): void {
    for (const name of this.names) quietly(() => ip('netns', 'del', name));
    for (const name of this.names) quietly(() => ip('link', 'del', `v-${name}`));
    quietly(() => ip('link', 'del', 'br-morsel'));
  }
}

/** What is not there need not be taken down. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // As it should be.
  }
}
