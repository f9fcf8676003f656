/** Begins a run, or goes on with one, in this process. */
import { mkdirSync, rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { FragmentScheduler } from '../fragment-scheduler/scheduler.ts';
import { fingerprintOf, taskIdentity } from '../items/fingerprint.ts';
import { ItemTable } from '../items/item-table.ts';
import { prepareWorkload } from '../items/prepare.ts';
import type { JobSpec } from '../job-spec.ts';
import { PredictiveModel, type Predictor } from '../predictive-model/model.ts';
import { LevelledModel } from '../plan/levelled-model.ts';
import { planMakespan } from '../plan/make-plan.ts';
import { TargetMeter } from '../plan/target-meter.ts';
import { learnTarget, measuredOverheads, type TargetProfile } from '../plan/target-profile.ts';
import { openHistory, type History } from '../store/history.ts';
import { Journal } from '../store/journal.ts';
import { type Past, readPast } from '../store/past.ts';
import { metered } from '../targets/metered.ts';
import { listed } from '../words.ts';
import type { Workload, WorkloadTask } from '../workload.ts';
import { openControlServer } from './control-server.ts';
import { EventLog } from './event-log.ts';
import type { RunEvent, RunProgress, RunSummary } from './events.ts';
import { lockRun } from './lock.ts';
import { KeptStates } from './kept-states.ts';
import { Publisher } from './publisher.ts';
import {
  createRunFolder,
  itemsFolder,
  readRunFile,
  RUN_FILE_VERSION,
  RunError,
  stagingFolder,
  writeRunFile,
  type RunFile,
} from './run-folder.ts';
import { RunHost } from './host/run-host.ts';
import { recordedJob } from './recorded-job.ts';
import { beginAlone } from './shared-outputs.ts';
import { changedSources, sourceDigests, type SourceDigests } from './sources.ts';
import { checkTarget, chooseTarget, executes } from './target-choice.ts';

/** What a run predicts of itself before its first item must not keep that waiting. */
const QUICK_PLAN = { draws: 8, mostSteps: 10_000 };
/** A prediction of which more than this share is a guess is none. */
const MOST_GUESSED_SHARE = 0.1;
/** Progress is told at most so often. */
const PROGRESS_MS = 500;
/** How exactly a resume knows for how long a cut-off process was at work. */
const HEARTBEAT_MS = 2000;

export interface RunOptions {
  morselFolder: string;
  /** The program, with its arguments, that a worker is. */
  workerCommand: string[];
  onEvent?: (event: RunEvent) => void;
}

/** A run in this process. */
export interface Run {
  id: string;
  folder: string;
  /** Resolves when the run has ended or was stopped, after the last event; rejects if its journal can't be written. */
  finished: Promise<RunSummary>;
  progress(): RunProgress;
  /** Cuts all fragments at their next safe points and ends the run, so that it can be resumed. Resolves when it has ended. */
  stop(): Promise<void>;
  pause(): void;
  continue(): void;
}

/** Begins a run of a job. Throws an InputError or a {@link RunError}; then nothing is left behind. */
export async function startRun(job: JobSpec, options: RunOptions): Promise<Run> {
  await checkTarget(job.target, options.workerCommand);
  const { workload, items } = await prepareWorkload(job, { morselFolder: options.morselFolder });
  const { id, folder } = createRunFolder(options.morselFolder, job.job, new Date());
  const open = new OpenParts();
  open.add(() => items.close());
  try {
    const journal = beginAlone(options.morselFolder, job, () => {
      const lock = lockRun(folder, id);
      open.add(() => lock.release());
      items.moveTo(itemsFolder(folder));
      const fresh = Journal.open(folder);
      open.add(() => fresh.close());
      fresh.begin(id, job, workload);
      return fresh;
    });
    if (executes(job.target)) recordFingerprints(job, options.morselFolder);
    const sources = sourceDigests(job);
    return await begin({ id, folder, job, workload, items, journal, sources, open, options, resumed: false });
  } catch (error) {
    await open.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** From now on outputs count as made by the job's present commands. */
function recordFingerprints(job: JobSpec, morselFolder: string): void {
  using history = openHistory(morselFolder);
  const fingerprints = job.tasks.map((task) => ({ task: taskIdentity(job, task), fingerprint: fingerprintOf(task) }));
  history.recordFingerprints(fingerprints, Date.now());
}

/**
 * Goes on with a run that was stopped or cut off; of one that failed, what failed or was skipped is tried again.
 * Throws a {@link RunError}, also if another process is at it.
 */
export async function resumeRun(runFolder: string, options: RunOptions): Promise<Run> {
  const known = readRunFile(runFolder);
  if (!known) throw new RunError(`${runFolder} holds no run that can be gone on with`);
  const open = new OpenParts();
  try {
    const lockAndOpen = (): Journal => {
      const lock = lockRun(runFolder, known.id);
      open.add(() => lock.release());
      const opened = Journal.open(runFolder);
      open.add(() => opened.close());
      return opened;
    };
    const recorded = recordedJob(runFolder);
    const journal =
      recorded === null ? lockAndOpen() : beginAlone(options.morselFolder, recorded, lockAndOpen, known.id);
    const run = journal.readRun();
    if (!run) throw new RunError(`run ${known.id} was cut off before it had begun: start the job again`);
    const lastWord = journal.lastWord();
    if (lastWord === 'done') throw new RunError(`run ${known.id} is done: there is nothing left to go on with`);
    if (lastWord === 'failed') journal.forgetFailures();
    const items = ItemTable.open(run.job, itemsFolder(runFolder));
    open.add(() => items.close());
    const sources = known.sources ?? {};
    return await begin({ ...run, folder: runFolder, items, journal, sources, open, options, resumed: true });
  } catch (error) {
    await open.close();
    throw error;
  }
}

/** What a run has open, to be closed in the opposite order when it ends, or when it can't be begun. */
class OpenParts {
  private readonly closings: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.closings.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closings.splice(0).toReversed()) await close();
  }
}

interface Begun {
  id: string;
  folder: string;
  job: JobSpec;
  workload: Workload;
  items: ItemTable;
  journal: Journal;
  /** What the files of the job held when the run began. */
  sources: SourceDigests;
  open: OpenParts;
  options: RunOptions;
  resumed: boolean;
}

async function begin(begun: Begun): Promise<Run> {
  const { id, folder, job, journal, open, options } = begun;
  const history = openHistory(options.morselFolder);
  open.add(() => history.close());
  const log = new EventLog();
  if (options.onEvent) log.listen(options.onEvent);
  const past = readPast(history, begun.workload, job.target);
  const meter = new TargetMeter(job.target, begun.workload);
  const host = createHost(begun, { history, past, meter, log });
  const control = await openControlServer(folder, {
    progress: () => host.progress(),
    stop: () => host.stop(),
    pause: () => host.pause(),
    continue: () => host.continue(),
    cancelTask: (task) => host.cancelTask(task),
    listen: (listener) => log.listen(listener),
  });
  open.add(async () => {
    // Watchers are answered and told the last event before they are hung up on.
    await new Promise(setImmediate);
    await control.close();
  });
  const runFile: RunFile = {
    version: RUN_FILE_VERSION,
    id,
    job: job.job,
    file: job.file,
    target: job.target.name,
    startedAt: new Date(journal.readRun()!.startedMs).toISOString(),
    pid: process.pid,
    socket: control.path,
    sources: begun.sources,
    summary: null,
  };
  writeRunFile(folder, runFile);
  emitStarted(begun, host, log);
  warnOfEmptyInputs(begun, log);
  warnOfChangedSources(begun, log);
  open.add(every(PROGRESS_MS, () => log.emit({ type: 'progress', progress: host.progress() })));
  open.add(every(HEARTBEAT_MS, () => host.heartbeat()));
  const finished = host.finished.then((summary) => {
    const { predictedSeconds, makespanSeconds } = summary;
    if (executes(job.target)) {
      history.recordRun(id, job.job, predictedSeconds?.expected ?? null, makespanSeconds);
      const measured = meter.measurement(begun.resumed ? null : paceOf(summary));
      history.recordTargetProfile(job.target, learnTarget(past.profile, measured));
    }
    writeRunFile(folder, { ...runFile, socket: null, summary });
    log.emit({ type: 'progress', progress: host.progress() });
    log.emit({ type: 'run-finished', ...summary });
    return summary;
  });
  const closed = closing(finished, open);
  host.begin();
  return {
    id,
    folder,
    finished: closed,
    progress: () => host.progress(),
    stop: async () => {
      await host.stop();
      await closed;
    },
    pause: () => host.pause(),
    continue: () => host.continue(),
  };
}

/** The summary, once everything is closed; whatever became of the run, its lock is free then. */
async function closing(finished: Promise<RunSummary>, open: OpenParts): Promise<RunSummary> {
  try {
    return await finished;
  } finally {
    await open.close();
  }
}

/** Calls back again and again; returns how to call it off. */
function every(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds);
  return () => clearInterval(timer);
}

/** How the run as a whole went beside its prediction; null where that says nothing. */
function paceOf({ state, predictedSeconds, makespanSeconds }: RunSummary): number | null {
  if (state !== 'done' || predictedSeconds === null || predictedSeconds.expected <= 0) return null;
  return Math.log(makespanSeconds / predictedSeconds.expected);
}

/** What a host works with beside its run. */
interface HostParts {
  history: History;
  past: Past;
  meter: TargetMeter;
  log: EventLog;
}

function createHost(begun: Begun, { history, past, meter, log }: HostParts): RunHost {
  const { id, folder, job, workload, items, journal, options } = begun;
  const isReal = executes(job.target);
  const { process: processId, beganAt } = journal.beginProcess(process.pid);
  const model = new PredictiveModel(past.observations);
  const scheduler = new FragmentScheduler({
    workload,
    target: job.target,
    model,
    overheads: measuredOverheads(job.target, past.profile),
    instancesQueue: job.target.kind === 'slurm',
    restore: { settled: journal.settled(), fragments: journal.counts().nextFragment },
  });
  const { clock, connect } = chooseTarget({
    job,
    workload,
    past: past.observations,
    morselFolder: resolve(options.morselFolder),
    runFolder: resolve(folder),
    workerCommand: options.workerCommand,
  });
  if (!begun.resumed) predict(begun, new LevelledModel(model, past.observations), past.profile);
  return new RunHost({
    id,
    job,
    workload,
    items,
    journal,
    process: processId,
    beganAt,
    history: isReal ? history : null,
    scheduler,
    basis: (task) => {
      const { key, estimateSeconds } = workload.tasks[task]!;
      return model.basis(key, estimateSeconds);
    },
    publisher: isReal ? createPublisher(begun, log) : null,
    states: isReal ? keepStates(begun, log) : null,
    log,
    clock,
    predictedSeconds: journal.predicted(),
    connect: metered(connect, meter, clock),
  });
}

/** One that has removed what an earlier process of the run left of committed items; null where no item has a state. */
function keepStates({ folder, job, items, journal }: Begun, log: EventLog): KeptStates | null {
  if (job.tasks.every(({ checkpoint }) => checkpoint === undefined)) return null;
  const onProblem = (message: string): void => log.emit({ type: 'warning', message });
  const states = new KeptStates({ job, items, stagingFolder: stagingFolder(folder), onProblem });
  states.recover((task, position) => journal.committedBy(task, position) !== null);
  return states;
}

/** One that has finished what an earlier process of the run left. */
function createPublisher({ folder, job, items, journal }: Begun, log: EventLog): Publisher {
  const staging = stagingFolder(folder);
  const onProblem = (message: string): void => log.emit({ type: 'warning', message });
  const publisher = new Publisher({ job, items, stagingFolder: staging, onProblem });
  publisher.recover((task, position) => journal.committedBy(task, position));
  for (const range of journal.settled()) if (range.state === 'committed') publisher.recall(range.task, range);
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  return publisher;
}

/** Journals how long the run is predicted to take, unless that would rest on guesses. */
function predict({ job, workload, journal }: Begun, model: Predictor, profile: TargetProfile | null): void {
  const seconds = (tasks: readonly WorkloadTask[]): number =>
    tasks.reduce((sum, task) => sum + expectedSeconds(task, model), 0);
  const guessed = workload.tasks.filter(
    ({ key, estimateSeconds }) => estimateSeconds === null && model.observations(key) === 0,
  );
  if (seconds(guessed) > MOST_GUESSED_SHARE * seconds(workload.tasks)) return;
  const makespan = planMakespan({ job, workload, model, profile, ...QUICK_PLAN });
  if (Number.isFinite(makespan.high)) journal.predict(makespan);
}

function expectedSeconds({ key, cohorts, estimateSeconds }: WorkloadTask, model: Predictor): number {
  const known = { key, instanceType: '', load: 0, idleSeconds: 0, estimateSeconds };
  return cohorts.reduce(
    (sum, { start, end, cost }) => sum + (end - start) * model.predict({ ...known, cost }).seconds,
    0,
  );
}

/** An input without items is more often a slip in a pattern than what was meant. */
function warnOfEmptyInputs({ job, workload }: Begun, log: EventLog): void {
  for (const { name, kind } of job.inputs) {
    const task = job.tasks.findIndex(({ input }) => input === name);
    if (workload.tasks[task]?.count !== 0) continue;
    const what = kind === 'files' ? 'no file matches its patterns' : 'it is empty';
    log.emit({ type: 'warning', message: `input ${name} has no items: ${what}` });
  }
}

/** A run goes on as it was begun: whoever has edited the job since may expect otherwise. */
function warnOfChangedSources({ sources, resumed }: Begun, log: EventLog): void {
  const changed = resumed ? changedSources(sources).map((file) => basename(file)) : [];
  if (changed.length === 0) return;
  const have = changed.length === 1 ? 'has' : 'have';
  const message =
    `${listed(changed)} ${have} changed since; this run goes on as it was begun, ` +
    '`morsel run` takes what is there now';
  log.emit({ type: 'warning', message });
}

function emitStarted({ id, job, workload, resumed }: Begun, host: RunHost, log: EventLog): void {
  const { tasks } = host.progress();
  log.emit({
    type: 'run-started',
    run: id,
    job: job.job,
    file: job.file,
    target: job.target.name,
    resumed,
    tasks: tasks.map(({ task, items }) => ({
      task,
      items: workload.tasks.findLast((each) => each.task === task)!.count,
      upToDate: items.upToDate,
    })),
  });
}
