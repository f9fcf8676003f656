/** One process of a run: the host, the core, the journal and the publisher as they are, on simulated machines. */
import type { CoreEvent, Decision } from '../../scheduler/fragment-scheduler/events.ts';
import { FragmentScheduler } from '../../scheduler/fragment-scheduler/scheduler.ts';
import { ItemTable, rangeOf } from '../../scheduler/items/item-table.ts';
import type { InputSpec, JobSpec } from '../../scheduler/job-spec.ts';
import { PredictiveModel } from '../../scheduler/predictive-model/model.ts';
import type { Disk } from '../../scheduler/run/disk.ts';
import { EventLog } from '../../scheduler/run/event-log.ts';
import type { RunSummary } from '../../scheduler/run/events.ts';
import { Publisher } from '../../scheduler/run/publisher.ts';
import { RunHost } from '../../scheduler/run/host/run-host.ts';
import { overheadsOf } from '../../scheduler/safe-points/overheads.ts';
import { Journal } from '../../scheduler/store/journal.ts';
import type { Clock } from '../../scheduler/targets/clock.ts';
import type { Workload } from '../../scheduler/workload.ts';
import { check, type Books } from './books.ts';
import { Cluster } from './cluster.ts';
import type { SimulatedDatabase } from './database.ts';
import type { SimulatedDisk } from './disk.ts';
import { Ledger } from './ledger.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

export const STAGING = '/job/.morsel/staging';

export interface Surroundings {
  world: World;
  scenario: Scenario;
  job: JobSpec;
  workload: Workload;
  disk: SimulatedDisk;
  database: SimulatedDatabase;
  books: Books;
  /** What is told and decided goes here, for those who want to compare. */
  trace: (event: CoreEvent, decisions: readonly Decision[]) => void;
  /** A promise was broken. */
  broken: (error: unknown) => void;
}

/** Thrown wherever a dead process would go on. */
export class Dead extends Error {
  override name = 'Dead';
}

export type End = { kind: 'ended'; summary: RunSummary } | { kind: 'failed'; error: unknown } | { kind: 'dead' };

export class RunProcess {
  /** How it ended; null while it lives. */
  end: End | null = null;
  /** Problems with outputs that it told of. */
  outputProblems = 0;
  host: RunHost | null = null;
  private cluster: Cluster | null = null;
  private readonly around: Surroundings;
  private readonly isFirst: boolean;

  constructor(around: Surroundings, isFirst: boolean) {
    this.around = around;
    this.isFirst = isFirst;
  }

  /** Begins, or goes on with, the run. May die while it does. */
  begin(): void {
    const { job, workload, books, world, database } = this.around;
    const journal = Journal.over(database);
    if (this.isFirst) journal.begin('run', job, workload);
    else if (journal.lastWord() === 'failed') {
      journal.forgetFailures();
      books.forgetFailures();
    }
    books.rewind(database);
    books.skipWhatFollows();
    const { process, beganAt } = journal.beginProcess(1);
    const settled = journal.settled();
    const model = new PredictiveModel();
    const scheduler = this.watchedScheduler(model, settled, journal.counts().nextFragment);
    const items = new ItemTable(job, new Map(job.inputs.map((input) => [input.name, rangesOf(input)])));
    const publisher = new Publisher({
      job,
      items,
      stagingFolder: STAGING,
      disk: this.disk(),
      onProblem: () => {
        this.outputProblems++;
      },
    });
    publisher.recover((task, position) => journal.committedBy(task, position));
    for (const range of settled) if (range.state === 'committed') publisher.recall(range.task, range);
    const host = new RunHost({
      id: 'run',
      job,
      workload,
      items,
      journal,
      process,
      beganAt,
      history: null,
      scheduler,
      basis: (task) => model.basis(workload.tasks[task]!.key, null),
      publisher,
      states: null,
      log: new EventLog(),
      clock: this.clock(world.now),
      predictedSeconds: null,
      connect: (listener) => {
        const { scenario, disk } = this.around;
        this.cluster = new Cluster({ world, scenario, workload, disk, stagingFolder: STAGING, listener });
        return this.cluster;
      },
    });
    this.host = host;
    host.finished.then(
      (summary) => (this.end ??= { kind: 'ended', summary }),
      (error: unknown) => (this.end ??= { kind: 'failed', error }),
    );
    host.begin();
  }

  /** The process goes without a word, and its machines with it where their power is cut. */
  die(isPowerCut: boolean): void {
    if (this.end !== null) return;
    this.end = { kind: 'dead' };
    if (isPowerCut) {
      this.cluster?.powerCut();
      this.around.disk.powerCut();
    } else this.cluster?.lose();
  }

  /** Where a process may die: throws if it is dead. */
  alive(): void {
    const { faults } = this.around.world;
    if (this.end === null && faults.happens('process crash')) this.die(false);
    if (this.end === null && faults.happens('power cut')) this.die(true);
    if (this.end?.kind === 'dead') throw new Dead('this process is dead');
  }

  private watchedScheduler(
    model: PredictiveModel,
    settled: ReturnType<Journal['settled']>,
    fragments: number,
  ): FragmentScheduler {
    const { workload, job, trace, broken } = this.around;
    const ledger = new Ledger(workload, job.target, settled);
    const watch = (event: CoreEvent, decisions: readonly Decision[]): void => {
      try {
        ledger.happened(event);
        for (const decision of decisions) ledger.decided(decision, event.now);
        trace(event, decisions);
      } catch (error) {
        broken(error);
      }
    };
    class Watched extends FragmentScheduler {
      override handle(event: CoreEvent): Decision[] {
        const decisions = super.handle(event);
        watch(event, decisions);
        return decisions;
      }
    }
    const scheduler = new Watched({
      workload,
      target: job.target,
      model,
      overheads: overheadsOf(job.target),
      restore: { settled, fragments },
    });
    this.checkRestored(scheduler);
    return scheduler;
  }

  /** The journal gives back what was committed. */
  private checkRestored(scheduler: FragmentScheduler): void {
    const { books, broken } = this.around;
    try {
      for (const [task, { committed, failed, skipped }] of scheduler.counts().entries()) {
        const known = books.counts(task);
        check(
          committed === known.committed && failed + skipped === known.failed + known.skipped,
          () =>
            `task ${task} came back from the journal with ${committed} committed, ${failed} failed, ${skipped} skipped, and has ${JSON.stringify(known)}`,
        );
      }
    } catch (error) {
      broken(error);
    }
  }

  /** The shared disk as this process sees it: it may die at any touch, and a dead one touches nothing. */
  private disk(): Disk {
    const { disk, world, books, broken } = this.around;
    const alive = (): void => this.alive();
    return {
      exists: (path) => disk.exists(path),
      list: (folder) => disk.list(folder),
      makeFolder: () => alive(),
      move: (from, to) => {
        alive();
        if (world.faults.happens('output not placed')) throw new Error('ENOSPC: no space left on device');
        disk.move(from, to);
        try {
          books.checkPlaced(to);
        } catch (error) {
          broken(error);
        }
        alive();
      },
      remove: (folder) => {
        alive();
        disk.remove(folder);
      },
      syncFolder: () => {
        alive();
        disk.syncFolder();
      },
    };
  }

  private clock(startedAt: number): Clock {
    const { world } = this.around;
    return {
      now: () => world.now - startedAt,
      schedule: (at, callback) => {
        let isOff = false;
        world.after(Math.max(0, startedAt + at - world.now), () => {
          if (isOff || this.end !== null) return;
          world.isRunTouched = true;
          callback();
        });
        return () => {
          isOff = true;
        };
      },
    };
  }
}

function rangesOf(input: InputSpec): ReturnType<typeof rangeOf> {
  if (input.kind !== 'range') throw new Error('items of histories are numbers');
  return rangeOf(input);
}
