import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { TargetSpec } from '../../job-spec.ts';
import { endText } from '../../worker/words.ts';
import { newMark, remoteCommand, remoteScript, type RemoteWorkerOptions, type WorkerBundle } from './bootstrap.ts';

/** ssh itself gives a host that does not answer up after so long. */
const CONNECT_SECONDS = 15;
/** A dead connection is noticed by ssh after so many questions without an answer, so long after one another; … */
const ALIVE = { everySeconds: 4, times: 3 } as const;
/** … where files are copied over it, answers may have to wait for those. */
const STAGED_ALIVE = { everySeconds: 10, times: 3 } as const;
const KEPT_COMPLAINT = 2000;
/** What ssh exits with where the connection is to blame; anything else is the status of the command over there. */
const CONNECTION_FAILED = 255;

export interface LoginEnd {
  /** For people. */
  why: string;
  /** True if the worker may live on: the connection broke. */
  mayLiveOn: boolean;
}

export interface LoginOptions extends RemoteWorkerOptions {
  host: string;
  /** A login whose worker does not greet by then is given up. */
  patienceSeconds: number;
  /** Path of a socket by which others may use its connection; null for nobody. */
  shared: string | null;
}

/** A worker on a host, at the other end of the user's own `ssh`. */
export class Login {
  /** Called once with a stream to the worker. */
  onWorker: (stream: Duplex) => void = () => {};
  /** Called once, also where there never was a worker. */
  onEnd: (end: LoginEnd) => void = () => {};
  private readonly child: ChildProcess;
  private readonly mark = newMark();
  private readonly bundle: WorkerBundle;
  private complaint = '';
  private early = Buffer.alloc(0);
  private hasEnded = false;
  private readonly impatience: NodeJS.Timeout;

  constructor(options: LoginOptions) {
    const { spec, host, bundle, patienceSeconds, shared } = options;
    this.bundle = bundle;
    const script = remoteScript(options, this.mark);
    // Its own group: a Ctrl-C at the terminal is for the run process, which ends its workers in good order.
    const ways = shared === null ? [] : ['-M', '-S', shared, '-o', 'ControlPersist=no'];
    const child = spawn('ssh', [...sshArguments(spec), ...ways, '--', host, remoteCommand(script)], {
      stdio: 'pipe',
      detached: true,
    });
    this.child = child;
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-KEPT_COMPLAINT);
    });
    child.stdout.on('data', this.hear);
    child.on('error', (error) => this.ended(`ssh could not be started: ${error.message}`, false));
    child.on('close', (code, signal) => this.ended(this.howItEnded(code, signal), code === CONNECTION_FAILED));
    this.impatience = setTimeout(() => {
      this.complaint = `no worker spoke within ${patienceSeconds} s of the login`;
      this.close();
    }, patienceSeconds * 1000);
    child.stdin.write(script);
  }

  /** The worker spoke: from now on its lease counts. */
  greeted(): void {
    clearTimeout(this.impatience);
  }

  close(): void {
    this.child.kill('SIGTERM');
  }

  private readonly hear = (chunk: Buffer): void => {
    this.early = Buffer.concat([this.early, chunk]);
    for (const [word, act] of [
      ['need', () => this.child.stdin!.write(this.bundle.content)],
      ['have', () => this.begin()],
    ] as const) {
      const line = `\n${this.mark} ${word}\n`;
      const at = this.early.indexOf(line);
      if (at < 0) continue;
      this.early = this.early.subarray(at + line.length);
      act();
    }
  };

  private begin(): void {
    const { stdin, stdout } = this.child;
    stdout!.off('data', this.hear);
    stdout!.pause();
    if (this.early.length > 0) stdout!.unshift(this.early);
    this.onWorker(Duplex.from({ readable: stdout!, writable: stdin! }));
  }

  private howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
    const said = this.complaint.trim().split('\n').at(-1);
    return said || `its login ${endText(code, signal)}`;
  }

  private ended(why: string, mayLiveOn: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.impatience);
    this.onEnd({ why, mayLiveOn });
  }
}

/** Further commands on the host of a login, through its connection; through one of their own if that is broken. */
export const sshBeside = (spec: TargetSpec, shared: string): string[] => [
  'ssh',
  ...sshArguments(spec),
  '-o',
  'ControlMaster=no',
  '-S',
  shared,
];

export function sshArguments({ options }: TargetSpec): string[] {
  const { identity, stage, arguments: more } = options;
  const { everySeconds, times } = stage === undefined ? ALIVE : STAGED_ALIVE;
  return [
    '-T',
    ...['BatchMode=yes', 'ClearAllForwardings=yes', `ConnectTimeout=${CONNECT_SECONDS}`].flatMap((each) => [
      '-o',
      each,
    ]),
    ...[`ServerAliveInterval=${everySeconds}`, `ServerAliveCountMax=${times}`].flatMap((each) => ['-o', each]),
    ...(typeof identity === 'string' ? ['-i', identity] : []),
    ...(Array.isArray(more) ? more : []),
  ];
}
