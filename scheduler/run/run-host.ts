/** The process of a run: carries the scheduler's decisions out, and tells it what happened. */
import type { CoreEvent, Decision, FailedTry, Fragment, FragmentEnd, Outcome } from '../fragment-scheduler/events.ts';
import type { FragmentScheduler } from '../fragment-scheduler/scheduler.ts';
import type { ItemTable } from '../items/item-table.ts';
import type { JobSpec } from '../job-spec.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { Interval, PredictionBasis } from '../predictive-model/prediction.ts';
import type { History } from '../store/history.ts';
import type { Journal, TaskBasis } from '../store/journal.ts';
import type { Clock } from '../targets/clock.ts';
import type { InstanceFacts, Target, TargetListener } from '../targets/target.ts';
import type { ItemCheckpoint, ItemFailure, ItemReport, ResourceSample } from '../worker/protocol.ts';
import type { Range, Workload } from '../workload.ts';
import { acceptedReports } from './accepted-reports.ts';
import { STOP_GRACE_SECONDS } from './control.ts';
import type { EventLog } from './event-log.ts';
import type { InstanceProgress, RunProgress, RunState, RunSummary } from './events.ts';
import type { KeptStates } from './kept-states.ts';
import { itemsByTask, taskProgress, totalItems } from './progress.ts';
import type { Publisher } from './publisher.ts';
import { usageOf } from './summary.ts';

/** How much of a stop's grace is left for what workers say at their end. */
const STOP_MARGIN_SECONDS = 1;
/** Observations are written to the history in batches of so many, and with each heartbeat. */
const HISTORY_BATCH = 500;
/** How much of a failed item's output an event carries. */
const EVENT_OUTPUT_CHARACTERS = 2000;

export interface RunHostOptions {
  id: string;
  job: JobSpec;
  workload: Workload;
  items: ItemTable;
  journal: Journal;
  /** This process in the journal, and the seconds that earlier ones were at work. */
  process: number;
  beganAt: number;
  /** Where observations go; null for a run that only seems to take place. */
  history: History | null;
  scheduler: FragmentScheduler;
  /** What the predictions of a task rest on at present. */
  basis: (task: number) => PredictionBasis;
  /** Puts outputs in place; null where there are none. */
  publisher: Publisher | null;
  /** Keeps the states of items that go on elsewhere; null where there are none. */
  states: KeptStates | null;
  log: EventLog;
  clock: Clock;
  /** Makespan as predicted before the first item of the run. */
  predictedSeconds: Interval | null;
  connect: (listener: TargetListener) => Target;
}

interface LiveInstance {
  facts: InstanceFacts;
  deadline: number | null;
  sample: ResourceSample | null;
  running: { fragment: Fragment; items: number; done: number } | null;
}

interface PendingSafePoint {
  instance: string;
  fragment: number;
  reports: ItemReport[];
  resolve: () => void;
}

/**
 * A safe point goes this way: report, journal on disk, outputs renamed into place, scheduler told, worker answered. Those
 * that arrive together share one transaction. Nothing here is done once for each item, but for outputs.
 */
export class RunHost implements TargetListener {
  /** Resolves when the run has ended or was stopped; rejects with whatever it can't go on after, such as a full disk. */
  readonly finished: Promise<RunSummary>;
  private readonly run: RunHostOptions;
  private readonly target: Target;
  private readonly instances = new Map<string, LiveInstance>();
  /** Names of instances that were asked for and are not up yet, the longest ago first. */
  private readonly asked = new Set<string>();
  /** Names of instances that have ended, or never came: what is told of them later is old news. */
  private readonly gone = new Set<string>();
  private readonly ended = Promise.withResolvers<RunSummary>();
  private pending: PendingSafePoint[] = [];
  private learnt: Observation[] = [];
  private state: RunState = 'running';
  private isEnding = false;
  private stopping = false;
  /** Calls off what is scheduled. */
  private readonly scheduled = new Set<() => void>();
  private lastInstance: number;
  private fragmentsEnded: number;

  constructor(options: RunHostOptions) {
    this.run = options;
    this.finished = this.ended.promise;
    const { journal, job } = options;
    const numbers = journal.instances().map(({ name }) => Number(name.slice(job.target.name.length + 1)));
    this.lastInstance = Math.max(0, ...numbers.filter(Number.isInteger));
    this.fragmentsEnded = journal.counts().fragments;
    this.target = options.connect(this);
  }

  begin(): void {
    this.handle({ kind: 'wake', now: this.now() });
  }

  /** Cuts all fragments at their next safe points and ends the run, so that it can be resumed. */
  async stop(): Promise<void> {
    if (!this.stopping && !this.isEnding) {
      this.stopping = true;
      this.handle({ kind: 'pause', now: this.now() });
      this.askForStates();
      this.schedule(this.now() + STOP_GRACE_SECONDS, () => this.end('stopped'));
      this.endIfStopped();
    }
    await this.finished;
  }

  /** Items that can go on from a state need not be run to their end. */
  private askForStates(): void {
    if (this.run.job.tasks.every(({ checkpoint }) => checkpoint === undefined)) return;
    for (const [instance, { running }] of this.instances) {
      if (running !== null) this.target.stop(instance, STOP_GRACE_SECONDS - STOP_MARGIN_SECONDS);
    }
  }

  pause(): void {
    if (this.state !== 'running' || this.stopping) return;
    this.state = 'paused';
    this.handle({ kind: 'pause', now: this.now() });
  }

  continue(): void {
    if (this.state !== 'paused' || this.stopping) return;
    this.state = 'running';
    this.handle({ kind: 'resume', now: this.now() });
  }

  progress(): RunProgress {
    const { id, job, workload, scheduler } = this.run;
    const tasks = taskProgress(workload, scheduler.counts());
    const running = [...this.instances.values()].filter((instance) => instance.running !== null).length;
    return {
      run: id,
      job: job.job,
      state: this.state,
      elapsedSeconds: this.now(),
      items: totalItems(tasks),
      tasks,
      instances: [...this.instances].map(([name, instance]) => this.instanceProgress(name, instance)),
      fragments: { running, ended: this.fragmentsEnded },
      finishSeconds: this.finishSeconds(tasks),
    };
  }

  /** To be called every few seconds: notes that the process is alive, for a resume to know how long it was, and what it has learnt. */
  heartbeat(): void {
    if (this.isEnding) return;
    this.guard(() => this.run.journal.seen(this.run.process, this.now()));
    this.keepLearnt();
  }

  // ---- what the target tells

  up(instance: string, facts: InstanceFacts): void {
    if (this.instances.has(instance) || this.gone.has(instance)) return;
    this.asked.delete(instance);
    const now = this.now();
    const { type, where, cpus, memoryBytes, lifeSeconds } = facts;
    const deadline = lifeSeconds === null ? null : now + lifeSeconds;
    this.instances.set(instance, { facts, deadline, sample: null, running: null });
    this.run.log.emit({ type: 'instance-started', instance, instanceType: type, where, lifeSeconds });
    this.handle({ kind: 'instance-up', instance, type, cpus, memoryBytes, deadline, now }, () =>
      this.run.journal.instanceUp(this.run.process, instance, facts, now),
    );
  }

  safePoint(instance: string, fragment: number, reports: ItemReport[]): Promise<void> {
    return new Promise((resolve) => {
      // Those of other workers that are in their sockets by now go to disk with this one.
      if (this.pending.length === 0) setImmediate(() => this.flush());
      this.pending.push({ instance, fragment, reports, resolve });
    });
  }

  async checkpoint(instance: string, fragment: number, checkpoint: ItemCheckpoint): Promise<void> {
    this.flush();
    const { scheduler, states, log, items, job } = this.run;
    if (this.isEnding || !scheduler.holds(instance, fragment)) return;
    const { task, position, seconds, isStaged, isUnderWay } = checkpoint;
    const progressed = isStaged && (states?.keep(fragment, checkpoint) ?? true);
    const item = items.label(task, position);
    log.emit({ type: 'checkpoint', task: job.tasks[task]!.task, item, fragment, instance, kept: progressed, seconds });
    const now = this.now();
    this.handle({ kind: 'checkpoint', instance, fragment, task, position, seconds, progressed, isUnderWay, now });
  }

  tried(instance: string, fragment: number, tries: FailedTry[]): void {
    this.handle({ kind: 'tried', instance, fragment, tries, now: this.now() });
  }

  fragmentEnd(instance: string, fragment: number, how: FragmentEnd): void {
    this.flush();
    if (!this.run.scheduler.holds(instance, fragment)) return;
    const now = this.now();
    const record = this.closeFragment(instance, how, now);
    this.handle({ kind: 'fragment-end', instance, fragment, how, now }, record);
    this.endIfStopped();
  }

  sample(instance: string, sample: ResourceSample): void {
    const live = this.instances.get(instance);
    if (!live) return;
    live.sample = sample;
    this.handle({ kind: 'load', instance, load: sample.otherCpuShare, now: this.now() });
  }

  ending(instance: string, lifeSeconds: number): void {
    const live = this.instances.get(instance);
    if (!live) return;
    live.deadline = this.now() + lifeSeconds;
    this.handle({ kind: 'instance-ending', instance, deadline: live.deadline, now: this.now() });
  }

  down(instance: string, reason: string): void {
    this.flush();
    if (this.gone.has(instance)) return;
    this.gone.add(instance);
    this.asked.delete(instance);
    const now = this.now();
    if (this.instances.has(instance)) {
      const record = this.closeInstance(instance, reason, now);
      this.handle({ kind: 'instance-down', instance, reason, now }, record);
    } else if (!this.isEnding) {
      this.run.log.emit({ type: 'warning', message: `instance ${instance} could not be started: ${reason}` });
      this.handle({ kind: 'instance-down', instance, reason, now });
    }
    this.endIfStopped();
  }

  notice(message: string): void {
    this.run.log.emit({ type: 'warning', message });
  }

  async items(task: number, start: number, end: number): Promise<unknown[]> {
    return this.run.items.values(task, start, end);
  }

  // ---- what the scheduler decides

  /** @param record writes down what happened: together with what is decided on it, as each trip to the disk takes its time */
  private handle(event: CoreEvent, record?: () => void): void {
    if (this.isEnding) return;
    this.guard(() => {
      const decisions = this.run.scheduler.handle(event);
      this.journalDecisions(decisions, event.now, record);
      for (const decision of decisions) this.carryOut(decision);
    });
  }

  private journalDecisions(decisions: readonly Decision[], now: number, record?: () => void): void {
    const { journal, workload } = this.run;
    if (record === undefined && !decisions.some(isJournalled)) return;
    journal.together(() => {
      record?.();
      for (const decision of decisions) {
        if (decision.kind === 'assign') journal.assigned(decision.fragment, this.bases(decision.fragment), now);
        if (decision.kind === 'give-up') journal.settle(decision.task, decision, 'failed', decision.why, now);
        if (decision.kind === 'skip') {
          journal.settle(decision.task, decision, 'skipped', workload.tasks[decision.because]!.task, now);
        }
      }
    });
  }

  private bases({ pieces }: Fragment): TaskBasis[] {
    return [...new Set(pieces.map(({ task }) => task))].map((task) => ({ task, ...this.run.basis(task) }));
  }

  private carryOut(decision: Decision): void {
    switch (decision.kind) {
      case 'assign':
        return this.assign(decision.fragment);
      case 'split':
        return this.target.split(decision.instance, decision.fragment);
      case 'start-instance':
        return this.startInstance();
      case 'withdraw-instance':
        return this.withdrawInstance();
      case 'retire-instance':
        return this.target.stop(decision.instance, 0);
      case 'skip':
        return this.skip(decision);
      case 'give-up':
        return this.giveUp(decision);
      case 'learnt':
        return this.learn(decision.observation);
      case 'wake':
        return this.schedule(decision.at, () => this.handle({ kind: 'wake', now: this.now() }));
      case 'finished':
        return this.end(this.hasFailures() ? 'failed' : 'done');
    }
  }

  private startInstance(): void {
    const instance = `${this.run.job.target.name}-${++this.lastInstance}`;
    this.asked.add(instance);
    this.target.start(instance);
  }

  /** The scheduler has forgotten it: whatever becomes of it is old news. */
  private withdrawInstance(): void {
    const last = [...this.asked].at(-1);
    if (last === undefined) return;
    this.asked.delete(last);
    this.gone.add(last);
    this.target.stop(last, 0);
  }

  private assign(fragment: Fragment): void {
    const { id, instance, pieces, predictedSeconds } = fragment;
    const items = itemsByTask(this.run.workload, pieces);
    const count = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
    this.instances.get(instance)!.running = { fragment, items: count, done: 0 };
    this.run.log.emit({ type: 'fragment-assigned', fragment: id, instance, items, predictedSeconds });
    this.target.assign(fragment);
  }

  private skip({ task, start, end, because }: Range & { task: number; because: number }): void {
    const name = (index: number): string => this.run.workload.tasks[index]!.task;
    this.run.log.emit({
      type: 'items-skipped',
      task: name(task),
      items: end - start,
      because: `${name(because)} did not succeed`,
    });
  }

  private giveUp({ task, start, end, why }: Range & { task: number; why: string }): void {
    for (let position = start; position < Math.min(end, start + 1000); position++) {
      this.itemFailed(task, { position, attempts: 0, message: why, stdout: '', stderr: '' });
    }
  }

  private learn(observation: Observation): void {
    this.learnt.push(observation);
    if (this.learnt.length >= HISTORY_BATCH) this.keepLearnt();
  }

  /** What was learnt is of use later; that it can't be kept is no reason to end a run. */
  private keepLearnt(): void {
    const batch = this.learnt;
    this.learnt = [];
    if (batch.length === 0) return;
    try {
      this.run.history?.record(batch);
    } catch (error) {
      this.run.log.emit({ type: 'warning', message: `what was learnt could not be kept: ${messageOf(error)}` });
    }
  }

  // ---- safe points

  /** Takes in all safe points that have arrived, in the order in which they did. */
  private flush(): void {
    const arrived = this.pending;
    this.pending = [];
    if (arrived.length === 0) return;
    const now = this.now();
    const isTakenIn = this.guard(() => {
      const valid = acceptedReports(arrived, this.run.scheduler, this.run.publisher);
      this.run.journal.commit(valid, now);
      for (const safePoint of valid) this.takeIn(safePoint, now);
    });
    if (isTakenIn) for (const { resolve } of arrived) resolve();
  }

  private takeIn({ instance, fragment, reports }: PendingSafePoint, now: number): void {
    const { workload, publisher, states, log } = this.run;
    const done = reports.filter(({ state }) => state === 'done');
    const failed = reports.filter(({ state }) => state === 'failed');
    for (const report of done) {
      publisher?.publish(fragment, report.task, report);
      states?.drop(report.task, report);
    }
    log.emit({
      type: 'safe-point',
      fragment,
      instance,
      committed: itemsByTask(workload, done),
      failed: itemsByTask(workload, failed),
    });
    for (const report of reports) {
      if (report.state === 'failed') for (const failure of report.failures) this.itemFailed(report.task, failure);
    }
    const running = this.instances.get(instance)?.running;
    if (running) running.done += reports.reduce((sum, { start, end }) => sum + end - start, 0);
    this.handle({ kind: 'safe-point', instance, fragment, outcomes: reports.map(outcomeOf), now });
  }

  private itemFailed(task: number, { position, attempts, message, stdout, stderr }: ItemFailure): void {
    const output = `${stdout}${stderr}`.slice(-EVENT_OUTPUT_CHARACTERS);
    const item = this.run.items.label(task, position);
    this.run.log.emit({
      type: 'item-failed',
      task: this.run.workload.tasks[task]!.task,
      item,
      attempts,
      message,
      output,
    });
  }

  /** Tells of the end of a fragment, if there is one; returns what writes it down. */
  private closeFragment(instance: string, how: FragmentEnd | 'lost', now: number): () => void {
    const live = this.instances.get(instance);
    if (!live?.running) return () => {};
    const { id } = live.running.fragment;
    live.running = null;
    this.fragmentsEnded++;
    this.run.log.emit({ type: 'fragment-ended', fragment: id, instance, how });
    return () => this.run.journal.fragmentEnded(id, how, now);
  }

  /** The same for an instance, and for the fragment that was lost with it. */
  private closeInstance(instance: string, reason: string, now: number): () => void {
    const recordFragment = this.closeFragment(instance, 'lost', now);
    this.instances.delete(instance);
    this.run.log.emit({ type: 'instance-ended', instance, reason });
    return () => {
      recordFragment();
      this.run.journal.instanceDown(instance, reason, now);
    };
  }

  // ---- the end

  private endIfStopped(): void {
    if (!this.stopping) return;
    if ([...this.instances.values()].every(({ running }) => running === null)) this.end('stopped');
  }

  private hasFailures(): boolean {
    const { failed, skipped } = totalItems(taskProgress(this.run.workload, this.run.scheduler.counts()));
    return failed + skipped > 0 || (this.run.publisher?.problems ?? 0) > 0;
  }

  private end(state: 'done' | 'failed' | 'stopped'): void {
    if (this.isEnding) return;
    this.flush();
    if (this.isEnding) return;
    this.isEnding = true;
    this.state = state;
    this.finish(state).then(this.ended.resolve, this.ended.reject);
  }

  private async finish(state: 'done' | 'failed' | 'stopped'): Promise<RunSummary> {
    const now = this.now();
    await this.close();
    const records = [...this.instances.keys()].map((instance) => this.closeInstance(instance, 'the run ended', now));
    this.run.journal.together(() => records.forEach((record) => record()));
    this.keepLearnt();
    this.run.publisher?.settle();
    const summary = this.summary(state, now);
    this.run.journal.endProcess(this.run.process, now, state, summary);
    return summary;
  }

  private summary(state: RunState, now: number): RunSummary {
    const { id, job, journal, predictedSeconds } = this.run;
    const { fragments, splits, instances } = journal.counts();
    const items = this.progress().items;
    const usage = usageOf(journal, job, now);
    return {
      run: id,
      job: job.job,
      state,
      items,
      makespanSeconds: now,
      predictedSeconds,
      ...usage,
      fragments,
      splits,
      instances,
    };
  }

  /** A run whose journal can't be written must not go on: false, and the run ends with the reason, if `work` throws. */
  private guard(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.isEnding = true;
      this.state = 'interrupted';
      const tell = (): void => this.ended.reject(error);
      this.close().then(tell, tell);
      return false;
    }
  }

  /** Frees all that would keep the process from ending. */
  private async close(): Promise<void> {
    for (const callOff of this.scheduled) callOff();
    await this.target.close();
  }

  // ---- where it stands

  private instanceProgress(instance: string, { facts, deadline, sample, running }: LiveInstance): InstanceProgress {
    return {
      instance,
      instanceType: facts.type,
      where: facts.where,
      lifeLeftSeconds: deadline === null ? null : Math.max(0, deadline - this.now()),
      lifeSeconds: facts.lifeSeconds,
      cpuShare: sample?.cpuShare ?? null,
      memoryShare: sample ? sample.memoryUsedBytes / sample.memoryTotalBytes : null,
      fragment: running && {
        id: running.fragment.id,
        items: running.items,
        done: running.done,
        tasks: Object.keys(itemsByTask(this.run.workload, running.fragment.pieces)),
        predictedSeconds: running.fragment.predictedSeconds,
      },
    };
  }

  private finishSeconds(tasks: RunProgress['tasks']): Interval | null {
    const isKnown = this.run.predictedSeconds !== null || tasks.some(({ items }) => items.committed > 0);
    const { scheduler } = this.run;
    return isKnown && !this.isEnding && !scheduler.isOutOfReach ? scheduler.forecast(this.now()) : null;
  }

  private schedule(at: number, callback: () => void): void {
    if (this.isEnding) return;
    const callOff = this.run.clock.schedule(at - this.run.beganAt, () => {
      this.scheduled.delete(callOff);
      callback();
    });
    this.scheduled.add(callOff);
  }

  /** Seconds since the run began. */
  private now(): number {
    return this.run.beganAt + this.run.clock.now();
  }
}

const isJournalled = ({ kind }: Decision): boolean => kind === 'assign' || kind === 'skip' || kind === 'give-up';

function outcomeOf(report: ItemReport): Outcome {
  const { task, start, end } = report;
  if (report.state === 'failed') return { task, start, end, state: 'failed' };
  const { seconds, squaredSeconds } = report;
  return { task, start, end, state: 'committed', seconds, squaredSeconds };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
