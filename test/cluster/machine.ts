/** What the suite needs of this machine: packages and a user who is not root. Made ready before its files run side by side. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const USER = 'morsel-test';

/** What root's own tools and package scripts need: they are where the PATH of a service or of a user may not lead. */
export const rootEnvironment: NodeJS.ProcessEnv = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

/** A program with this user's rights. */
export const asUser = (...command: string[]): string[] => [
  'setpriv',
  '--reuid',
  USER,
  '--regid',
  USER,
  '--clear-groups',
  ...command,
];

export function prepareMachine(): void {
  installSsh();
  // It adds the user too.
  const options = ['--install-only', '--user', USER];
  execFileSync(resolve(import.meta.dirname, 'slurm-up'), options, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function installSsh(): void {
  const missing = [
    ['/usr/sbin/sshd', 'openssh-server'],
    ['/usr/bin/ssh', 'openssh-client'],
    ['/sbin/ip', 'iproute2'],
    ['/usr/bin/rsync', 'rsync'],
  ].filter(([file]) => !existsSync(file!));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name).join(' ');
  const install = `apt-get install -qy --no-install-recommends ${packages}`;
  // Services must not start by themselves.
  const env = { ...rootEnvironment, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('sh', ['-c', `${install} || { apt-get update -q && ${install}; }`], { env, stdio: 'ignore' });
}
