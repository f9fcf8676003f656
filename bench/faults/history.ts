/** Plays one history: a scenario, from its first process to the end of the run, and all promises held against it. */
import type { CoreEvent, Decision } from '../../scheduler/fragment-scheduler/events.ts';
import type { RunSummary } from '../../scheduler/run/events.ts';
import { uniform } from '../../scheduler/plan/random.ts';
import { Books, Broken, check } from './books.ts';
import { SimulatedDatabase } from './database.ts';
import { SimulatedDisk } from './disk.ts';
import { Faults, type FaultKind } from './faults.ts';
import { Dead, RunProcess, STAGING, type Surroundings } from './run-process.ts';
import { type Command, jobOf, type Scenario } from './scenario.ts';
import { World } from './world.ts';

/** A history that goes on for longer goes on for ever. */
const MOST_EVENTS = 60_000;
/** So often what failed is tried again. */
const MOST_RESUMES_OF_FAILED = 2;
const TURNS_TO_SETTLE = 3;

export interface HistoryEnd {
  /** The promise that was broken, in a sentence; null if all held. */
  broken: string | null;
  events: number;
  processes: number;
  /** Virtual. */
  seconds: number;
  injected: ReadonlyMap<FaultKind, number>;
  /** Names of the faults that happened, in order. */
  faults: readonly string[];
  /** What was told to the core and decided, one line each, if asked for. */
  trace: string[];
}

export async function playHistory(scenario: Scenario, { traced = false } = {}): Promise<HistoryEnd> {
  const history = new History(scenario, traced);
  return history.play();
}

class History {
  private readonly scenario: Scenario;
  private readonly world: World;
  private readonly disk = new SimulatedDisk();
  private readonly database: SimulatedDatabase;
  private readonly books: Books;
  private readonly around: Surroundings;
  private readonly trace: string[] = [];
  private process: RunProcess | null = null;
  private processes = 0;
  private events = 0;
  private failure: unknown = null;
  private isPaused = false;

  constructor(scenario: Scenario, traced: boolean) {
    const { job, workload } = jobOf(scenario);
    const faults = new Faults(scenario.seed, scenario.rates, scenario.without);
    this.scenario = scenario;
    this.world = new World(uniform(scenario.seed + 1), faults);
    this.books = new Books(scenario, workload, this.disk, STAGING);
    this.database = new SimulatedDatabase({
      faults,
      alive: () => this.process?.alive(),
      committed: () => this.guard(() => this.books.read(this.database)),
    });
    this.around = {
      world: this.world,
      scenario,
      job,
      workload,
      disk: this.disk,
      database: this.database,
      books: this.books,
      trace: traced ? (event, decisions) => this.note(event, decisions) : () => {},
      broken: (error) => (this.failure ??= error),
    };
  }

  async play(): Promise<HistoryEnd> {
    try {
      this.world.after(this.scenario.faultSeconds, () => this.world.faults.end());
      for (const { at, what } of this.scenario.commands) this.world.after(at, () => this.command(what));
      await this.playRun();
    } catch (error) {
      this.failure ??= error;
    }
    this.database.close();
    const { faults } = this.world;
    return {
      broken: this.failure === null ? null : messageOf(this.failure),
      events: this.events,
      processes: this.processes,
      seconds: this.world.now,
      injected: faults.injected,
      faults: faults.names,
      trace: this.trace,
    };
  }

  private async playRun(): Promise<void> {
    let resumes = 0;
    for (;;) {
      const process = await this.playProcess();
      if (process.end?.kind === 'ended') {
        const { state } = process.end.summary;
        if (state === 'stopped') this.checkCounts(process.end.summary);
        else this.checkEnd(process);
        if (state === 'done' || (state === 'failed' && resumes++ === MOST_RESUMES_OF_FAILED)) return;
      }
      this.books.checkOutputs(false);
      // Somebody resumes it after a while; what goes wrong on the way is over some day.
      if (this.processes > 30) this.world.faults.end();
      await this.pass(0.1 + 5 * this.world.random());
    }
  }

  /** One process, from its begin to its end. */
  private async playProcess(): Promise<RunProcess> {
    const process = new RunProcess(this.around, this.processes++ === 0 || this.hasNoRun());
    this.database.reopen();
    this.process = process;
    this.isPaused = false;
    try {
      process.begin();
    } catch (error) {
      if (!(error instanceof Dead)) process.end ??= { kind: 'failed', error };
    }
    await settle();
    while (process.end === null) await this.step();
    await settle();
    this.process = null;
    this.rethrow();
    const { end } = process;
    if (end.kind === 'failed') check(isDiskError(end.error), () => `the run's process failed: ${messageOf(end.error)}`);
    return process;
  }

  private async pass(seconds: number): Promise<void> {
    const until = this.world.now + seconds;
    this.world.after(seconds, () => {});
    while (this.world.now < until) await this.step();
  }

  private async step(): Promise<void> {
    check(++this.events < MOST_EVENTS, () => 'it goes on for ever');
    const { world } = this;
    const isUnderWay = world.step();
    if (world.isRunTouched || !isUnderWay) await settle();
    world.isRunTouched = false;
    this.rethrow();
    if (isUnderWay) return;
    check(this.isPaused || this.process?.end !== null, () => 'it waits for ever');
    this.command('continue');
  }

  /** True if the first process died before it had written down what the run is of. */
  private hasNoRun(): boolean {
    return (
      this.database.peek("SELECT 1 FROM sqlite_master WHERE name = 'run'").length === 0 ||
      this.database.peek('SELECT 1 FROM run').length === 0
    );
  }

  private command(what: Command): void {
    const host = this.process?.end === null ? this.process.host : null;
    if (!host) return;
    this.world.isRunTouched = true;
    if (what === 'pause') {
      this.isPaused = true;
      host.pause();
    } else if (what === 'continue') {
      this.isPaused = false;
      host.continue();
    } else if (what === 'cancel') host.cancelTask('t0');
    else host.stop().catch(() => {});
  }

  /** Every item is accounted for, and every output of a committed one outlasts even the machine. */
  private checkEnd({ end, outputProblems }: RunProcess): void {
    if (end?.kind !== 'ended') return;
    const { state } = end.summary;
    const sum = this.checkCounts(end.summary);
    check(sum.open === 0, () => `the run is ${state}, and ${sum.open} items are not accounted for`);
    const hasFailures = sum.failed + sum.skipped + outputProblems > 0;
    check(state === (hasFailures ? 'failed' : 'done'), () => `the run says that it is ${state}`);
    this.books.checkOutputs(state === 'done');
    if (state === 'done') {
      this.disk.powerCut();
      this.books.checkOutputs(true);
    }
  }

  /** The last word on a run says of its items what the journal says. */
  private checkCounts({ items }: RunSummary): Record<'open' | 'committed' | 'failed' | 'skipped', number> {
    const sum = { open: 0, committed: 0, failed: 0, skipped: 0 };
    for (const task of this.books.items.keys()) {
      const counts = this.books.counts(task);
      sum.open += counts.open;
      sum.committed += counts.committed;
      sum.failed += counts.failed;
      sum.skipped += counts.skipped;
    }
    check(
      items.committed === sum.committed && items.failed === sum.failed && items.skipped === sum.skipped,
      () => `the summary says ${JSON.stringify(items)}, the journal ${JSON.stringify(sum)}`,
    );
    return sum;
  }

  private note(event: CoreEvent, decisions: readonly Decision[]): void {
    this.trace.push(`${JSON.stringify(event)} -> ${JSON.stringify(decisions)}`);
  }

  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure ??= error;
    }
  }

  private rethrow(): void {
    if (this.failure !== null) throw this.failure;
  }
}

/** Lets all that was promised come to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function isDiskError(error: unknown): boolean {
  return error instanceof Dead || (error instanceof Error && /disk/.test(error.message));
}

function messageOf(error: unknown): string {
  if (error instanceof Broken) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
