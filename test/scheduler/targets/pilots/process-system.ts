import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BatchSystem, PilotReport } from '../../../../scheduler/targets/pilots/batch-system.ts';
import { pilotLog } from '../../../../scheduler/targets/pilots/pilot.ts';
import { pilotScript } from '../../../../scheduler/targets/pilots/pilot-script.ts';
import { homeFileIn } from '../../../../scheduler/targets/pilots/home.ts';
import { durationText } from '../../../../scheduler/worker/words.ts';
import { workerCommand } from '../../worker/harness.ts';

interface Job {
  pilot: string;
  child: ChildProcess | null;
  startedAt: number;
  end: string | null;
}

/** A batch system of a few lines: each pilot is a process group on this machine, killed when its life is over. */
export class ProcessSystem implements BatchSystem {
  readonly name = 'processes';
  readonly jobs: Job[] = [];
  /** What the next submissions meet, one each; null for nothing. `accepted`: it is taken all the same. */
  readonly troubles: ({ error: Error; accepted: boolean } | null)[] = [];
  submissions = 0;
  /** Submissions wait for it. */
  gate: Promise<void> = Promise.resolve();
  /** False, and pilots wait. */
  hasRoom = true;
  /** True, and it says of all that they are ending. */
  isUnsure = false;
  node = process.execPath;
  readonly runFolder: string;
  /** May be changed while pilots run, as a site moves the ends of allocations. */
  lifespanSeconds: number | null;

  constructor(runFolder: string, lifespanSeconds: number | null) {
    this.runFolder = runFolder;
    this.lifespanSeconds = lifespanSeconds;
  }

  async submit(pilot: string): Promise<string> {
    this.submissions++;
    await this.gate;
    const trouble = this.troubles.shift() ?? null;
    if (trouble !== null && !trouble.accepted) throw trouble.error;
    const job: Job = { pilot, child: null, startedAt: 0, end: null };
    this.jobs.push(job);
    if (this.hasRoom) this.begin(job);
    if (trouble !== null) throw trouble.error;
    return String(this.jobs.length);
  }

  async look(pilots: { names: string[] } | { prefix: string }): Promise<PilotReport[]> {
    return this.jobs
      .map((job, index) => this.report(job, String(index + 1)))
      .filter(({ pilot }) => ('prefix' in pilots ? pilot.startsWith(pilots.prefix) : pilots.names.includes(pilot)));
  }

  async cancel(ids: string[]): Promise<void> {
    for (const id of ids) this.end(this.jobs[Number(id) - 1]!, 'it was cancelled', 'SIGTERM');
  }

  /** As when it is cancelled by somebody else. */
  end(job: Job, why: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    job.end ??= why;
    // As batch systems do: all that it started, at one moment.
    for (const pid of job.child?.pid === undefined ? [] : withDescendants(job.child.pid)) {
      try {
        process.kill(pid, signal);
      } catch {
        // Gone already.
      }
    }
  }

  close(): void {
    for (const job of this.jobs) this.end(job, 'the test is over');
  }

  private begin(job: Job): void {
    const { runFolder, lifespanSeconds } = this;
    const [, worker] = workerCommand;
    const script = pilotScript({
      nodes: [this.node],
      worker: worker!,
      homeFile: homeFileIn(runFolder),
      pilot: job.pilot,
      setup: '',
    });
    const file = pilotLog(runFolder, job.pilot);
    mkdirSync(dirname(file), { recursive: true });
    const log = openSync(file, 'w');
    job.startedAt = performance.now();
    job.child = spawn('bash', ['-s'], { detached: true, stdio: ['pipe', log, log] });
    closeSync(log);
    job.child.stdin!.end(script);
    job.child.on('exit', () => (job.end ??= 'it ended by itself'));
    if (lifespanSeconds !== null) setTimeout(() => this.endIfDue(job), lifespanSeconds * 1000).unref();
  }

  private endIfDue(job: Job): void {
    const lifespanSeconds = this.lifespanSeconds ?? Infinity;
    const lived = (performance.now() - job.startedAt) / 1000;
    if (lived > lifespanSeconds - 0.01) this.end(job, `its lifespan of ${durationText(lifespanSeconds)} ended`);
  }

  private report({ pilot, child, startedAt, end }: Job, id: string): PilotReport {
    const report = { pilot, id, lifeSeconds: null, word: '', why: '' };
    if (this.isUnsure) return { ...report, state: 'ending' };
    if (end !== null) return { ...report, state: 'over', word: 'ENDED', why: `allocation ${id}: ${end}` };
    if (child === null) return { ...report, state: 'waiting', word: 'Resources', why: 'there is no room' };
    const { lifespanSeconds } = this;
    const lived = (performance.now() - startedAt) / 1000;
    return { ...report, state: 'running', lifeSeconds: lifespanSeconds === null ? null : lifespanSeconds - lived };
  }
}

function withDescendants(root: number): number[] {
  const parents = process.platform === 'linux' ? readdirSync('/proc').flatMap(parentOf) : [];
  const found = [root];
  for (const parent of found) for (const { pid, ppid } of parents) if (ppid === parent) found.push(pid);
  return found;
}

/** `pid (name) state parent …` */
function parentOf(entry: string): { pid: number; ppid: number }[] {
  if (!/^\d+$/.test(entry)) return [];
  try {
    const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
    return [{ pid: Number(entry), ppid: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
  } catch {
    return [];
  }
}
