/**
 * Real runs, real processes, and `kill -9` at moments that nobody chose: of the run's process, of workers, of what items
 * started. `MORSEL_KILLS=500 npx vitest run test/faults/crashes` kills more often than the suite does.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { JobSpec } from '../../scheduler/job-spec.ts';
import { uniform } from '../../scheduler/plan/random.ts';
import type { RunEvent, RunSummary } from '../../scheduler/run/events.ts';
import { listRuns } from '../../scheduler/run/runs.ts';
import { Journal } from '../../scheduler/store/journal.ts';
import { input, jobSpec, targetSpec, taskSpec, template } from '../scheduler/job-specs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const KILLS = Number(process.env['MORSEL_KILLS'] ?? 30);
const ITEMS = 60;
const script = new URL('../scheduler/run/run-process.ts', import.meta.url).pathname;

const job = (directory: string, lifespanSeconds: number | null): JobSpec =>
  jobSpec({
    directory,
    inputs: [input({ kind: 'range', from: 1, to: ITEMS })],
    tasks: [
      taskSpec({
        input: 'in',
        work: {
          kind: 'run',
          commands: [template("sleep 0.1; printf 'item %s, ' {item} > {out}; echo whole >> {out}")],
        },
        output: template('out/{item}', 'raw'),
        safePoint: { kind: 'items', everyItems: 2 },
      }),
    ],
    target: targetSpec({ instances: { min: 0, max: 2 }, lifespanSeconds }),
  });

/** A run in a process of its own, and what it told. */
class Run {
  readonly folder: string;
  readonly events: RunEvent[] = [];
  child: ChildProcess | undefined;

  constructor(lifespanSeconds: number | null) {
    this.folder = temporaryFolder();
    writeFileSync(join(this.folder, 'job.json'), JSON.stringify(job(this.folder, lifespanSeconds)));
    this.start();
  }

  get morselFolder(): string {
    return join(this.folder, '.morsel');
  }

  get summary(): RunSummary | undefined {
    return this.events.find((event) => event.type === 'run-finished');
  }

  get isLive(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    return this.child!.pid!;
  }

  /** Waits for the end of the present process. */
  async ended(): Promise<void> {
    if (this.isLive) await once(this.child!, 'exit');
  }

  /** Goes on with it, if it has begun; else begins it. */
  start(): void {
    const begun = listRuns(this.morselFolder)[0];
    // One that was cut off before it had begun can't be gone on with.
    const isBegun = begun !== undefined && this.child?.exitCode !== 2;
    const args = isBegun ? ['resume', begun.folder] : ['start', join(this.folder, 'job.json')];
    this.child = spawn(process.execPath, [script, ...args, this.morselFolder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.events.push(JSON.parse(line)));
  }

  /** What is wrong with its outputs and its journal. */
  faults(): string[] {
    const faults: string[] = [];
    for (let item = 1; item <= ITEMS; item++) {
      const path = join(this.folder, 'out', String(item));
      const content = existsSync(path) ? readFileSync(path, 'utf8') : 'nothing';
      if (content !== `item ${item}, whole\n`) faults.push(`output ${item} holds ${content}`);
    }
    const journal = Journal.open(listRuns(this.morselFolder)[0]!.folder, { readOnly: true });
    const committed = journal.settled().filter(({ state }) => state === 'committed');
    journal.close();
    const items = committed.reduce((sum, { start, end }) => sum + end - start, 0);
    if (items !== ITEMS) faults.push(`${items} of ${ITEMS} items are committed`);
    return faults;
  }
}

/** All that descends from a process, the nearest first. */
function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    children.set(parent!, [...(children.get(parent!) ?? []), child!]);
  }
  const all: number[] = [];
  for (let next = children.get(pid) ?? []; next.length > 0; next = next.flatMap((each) => children.get(each) ?? []))
    all.push(...next);
  return all;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

test(
  `after ${KILLS} kills at random each output is there, whole, and each item was committed once`,
  { timeout: 600_000 },
  async () => {
    const random = uniform(Number(process.env['MORSEL_SEED'] ?? 1));
    let kills = 0;
    while (kills < KILLS) {
      const run = new Run(null);
      while (run.summary === undefined) {
        if (!run.isLive) run.start();
        // The moment is what is random here; nothing waits for it to be long enough.
        await sleep(100 + 900 * random());
        const below = descendants(run.pid);
        const isOver = kills >= KILLS || run.summary !== undefined;
        if (isOver) {
          await run.ended();
          continue;
        }
        const who = random() < 0.3 ? run.pid : (below[Math.floor(random() * below.length)] ?? run.pid);
        kill(who, 'SIGKILL');
        kills++;
        if (who === run.pid) await run.ended();
      }
      await run.ended();
      // What an item started may be killed too: that is the item's failure, and a resume tries it again.
      while (run.summary?.state === 'failed') {
        run.events.length = 0;
        run.start();
        await run.ended();
      }
      expect(run.faults()).toEqual([]);
    }
  },
);

test(
  'a worker that stands still beyond the end of its life is ended, and its items are run elsewhere',
  { timeout: 120_000 },
  async () => {
    const run = new Run(3);
    while (!run.events.some(({ type }) => type === 'safe-point')) await sleep(20);
    const [worker] = descendants(run.pid);
    kill(worker!, 'SIGSTOP');
    await run.ended();
    expect(run.summary).toMatchObject({ state: 'done' });
    expect(run.faults()).toEqual([]);
  },
);
