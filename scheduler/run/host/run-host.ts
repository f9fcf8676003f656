/** The process of a run: carries the scheduler's decisions out, and tells it what happened. */
import type { CoreEvent, Decision, Fragment } from '../../fragment-scheduler/events.ts';
import type { Interval } from '../../predictive-model/prediction.ts';
import type { Target } from '../../targets/target.ts';
import { STOP_GRACE_SECONDS } from '../control.ts';
import type { RunProgress, RunState, RunSummary } from '../events.ts';
import { itemsByTask, taskProgress, totalItems } from '../progress.ts';
import { usageOf } from '../summary.ts';
import { Alarms } from './alarms.ts';
import { recordDecisions } from './decision-record.ts';
import { gated, isCarriedOut, type Phase } from './gate.ts';
import { tellGivenUp, tellSkipped } from './item-events.ts';
import { KeptLessons } from './kept-lessons.ts';
import { LiveInstances } from './live-instances.ts';
import type { RunHostOptions } from './options.ts';
import { TargetEvents } from './target-events.ts';

/** How much of a stop's grace is left for what workers say at their end. */
const STOP_MARGIN_SECONDS = 1;

type EndState = 'done' | 'failed' | 'stopped';

/**
 * All that happens goes to the scheduler through `handle`, where what it decides is journalled and carried out. How far the
 * process has come is its phase, and that alone says what still counts (see gate.ts).
 */
export class RunHost {
  /** Resolves when the run has ended or was stopped; rejects with whatever it can't go on after, such as a full disk. */
  readonly finished: Promise<RunSummary>;
  private readonly run: RunHostOptions;
  private readonly target: Target;
  private readonly instances: LiveInstances;
  private readonly events: TargetEvents;
  private readonly lessons: KeptLessons;
  private readonly alarms: Alarms;
  private readonly ended = Promise.withResolvers<RunSummary>();
  private phase: Phase = 'working';
  private state: RunState = 'running';
  private isStopping = false;
  /** When the end began, or the last event after that. */
  private lastAt = 0;

  constructor(options: RunHostOptions) {
    this.run = options;
    this.finished = this.ended.promise;
    const { journal, job, history, log, clock } = options;
    this.instances = new LiveInstances(job.target.name, journal);
    this.lessons = new KeptLessons(history, log);
    this.alarms = new Alarms(clock);
    this.events = new TargetEvents({
      run: options,
      instances: this.instances,
      now: () => this.now(),
      guard: (work) => this.guard(work),
      handle: (event, record) => this.handle(event, record),
      freed: () => this.endIfStopped(),
    });
    this.target = options.connect(gated(this.events, () => this.phase));
  }

  begin(): void {
    this.handle({ kind: 'wake', now: this.now() });
  }

  /** Cuts all fragments at their next safe points and ends the run, so that it can be resumed. */
  async stop(): Promise<void> {
    if (!this.isStopping && this.phase === 'working') {
      this.isStopping = true;
      this.handle({ kind: 'pause', now: this.now() });
      this.askForStates();
      this.alarms.set(this.run.clock.now() + STOP_GRACE_SECONDS, () => this.end('stopped'));
      this.endIfStopped();
    }
    await this.finished;
  }

  /** Items that can go on from a state need not be run to their end. */
  private askForStates(): void {
    if (this.run.job.tasks.every(({ checkpoint }) => checkpoint === undefined)) return;
    for (const instance of this.instances.busy) this.target.stop(instance, STOP_GRACE_SECONDS - STOP_MARGIN_SECONDS);
  }

  pause(): void {
    if (this.state !== 'running' || this.isStopping) return;
    this.state = 'paused';
    this.handle({ kind: 'pause', now: this.now() });
  }

  continue(): void {
    if (this.state !== 'paused' || this.isStopping) return;
    this.state = 'running';
    this.handle({ kind: 'resume', now: this.now() });
  }

  /** Nothing more of a task begins, and what waits for it is skipped. Returns a sentence if there is nothing to cancel. */
  cancelTask(name: string): string | null {
    const { workload, scheduler } = this.run;
    const tasks = [...workload.tasks.keys()].filter((index) => workload.tasks[index]!.task === name);
    if (tasks.length === 0) return `the job has no task ${name}`;
    if (this.phase !== 'working') return 'the run is ending';
    const counts = scheduler.counts();
    const open = tasks.filter((task) => counts[task]!.waiting + counts[task]!.ready + counts[task]!.running > 0);
    if (open.length === 0) return `all items of ${name} have ended`;
    this.handle({ kind: 'cancel', now: this.now(), tasks: open });
    return null;
  }

  progress(): RunProgress {
    const { id, job, workload, scheduler } = this.run;
    const tasks = taskProgress(workload, scheduler.counts());
    return {
      run: id,
      job: job.job,
      state: this.state,
      elapsedSeconds: this.now(),
      items: totalItems(tasks),
      tasks,
      instances: this.instances.progress(workload, this.now()),
      fragments: { running: this.instances.busy.length, ended: this.instances.fragmentsEnded },
      finishSeconds: this.finishSeconds(tasks),
    };
  }

  private finishSeconds(tasks: RunProgress['tasks']): Interval | null {
    const isKnown = this.run.predictedSeconds !== null || tasks.some(({ items }) => items.committed > 0);
    const { scheduler } = this.run;
    const mayBeTold = isKnown && this.phase === 'working' && !scheduler.isOutOfReach;
    return mayBeTold ? scheduler.forecast(this.now()) : null;
  }

  /** To be called every few seconds: notes that the process is alive, for a resume to know how long it was, and what it has learnt. */
  heartbeat(): void {
    this.guard(() => this.run.journal.seen(this.run.process, this.now()));
    this.lessons.keep();
  }

  // ---- what the scheduler decides

  /** @param record writes down what happened: together with what is decided on it, as each trip to the disk takes its time */
  private handle(event: CoreEvent, record?: () => void): void {
    this.guard(() => {
      this.lastAt = event.now;
      const decisions = this.run.scheduler.handle(event).filter((decision) => isCarriedOut(decision, this.phase));
      recordDecisions(this.run, decisions, event.now, record);
      // One of them may end the run.
      for (const decision of decisions) if (isCarriedOut(decision, this.phase)) this.carryOut(decision);
    });
  }

  private carryOut(decision: Decision): void {
    switch (decision.kind) {
      case 'assign':
        return this.assign(decision.fragment);
      case 'split':
        return this.target.split(decision.instance, decision.fragment);
      case 'start-instance':
        return this.target.start(this.instances.ask());
      case 'withdraw-instance':
        return this.withdrawInstance();
      case 'retire-instance':
        return this.target.stop(decision.instance, 0);
      case 'skip':
        return tellSkipped(this.run, decision);
      case 'give-up':
        return tellGivenUp(this.run, decision);
      case 'learnt':
        return this.lessons.add(decision.observation);
      case 'wake':
        return this.alarms.set(decision.at - this.run.beganAt, () => this.handle({ kind: 'wake', now: this.now() }));
      case 'finished':
        return this.end(this.hasFailures() ? 'failed' : 'done');
    }
  }

  private assign(fragment: Fragment): void {
    const { id, instance, pieces, predictedSeconds } = fragment;
    const items = itemsByTask(this.run.workload, pieces);
    this.instances.beginFragment(fragment);
    this.run.log.emit({ type: 'fragment-assigned', fragment: id, instance, items, predictedSeconds });
    this.target.assign(fragment);
  }

  /** The scheduler has forgotten it: whatever becomes of it is old news. */
  private withdrawInstance(): void {
    const last = this.instances.withdraw();
    if (last !== null) this.target.stop(last, 0);
  }

  // ---- the end

  private endIfStopped(): void {
    if (this.isStopping && this.instances.busy.length === 0) this.end('stopped');
  }

  private hasFailures(): boolean {
    const { failed, skipped } = totalItems(taskProgress(this.run.workload, this.run.scheduler.counts()));
    return failed + skipped > 0 || (this.run.publisher?.problems ?? 0) > 0;
  }

  private end(state: EndState): void {
    this.events.inbox.takeIn();
    if (this.phase !== 'working') return;
    this.phase = 'ending';
    this.state = state;
    this.lastAt = this.now();
    this.finish(state).catch((reason: unknown) => this.breakOff(reason));
  }

  private async finish(state: EndState): Promise<void> {
    await this.close();
    this.events.inbox.takeIn();
    this.guard(() => {
      const { journal, publisher, process } = this.run;
      this.events.closeAll(this.lastAt);
      this.lessons.keep();
      publisher?.settle();
      const summary = this.summary(state, this.lastAt);
      journal.endProcess(process, this.lastAt, state, summary);
      this.phase = 'over';
      this.ended.resolve(summary);
    });
  }

  private summary(state: EndState, makespanSeconds: number): RunSummary {
    const { id, job, journal, predictedSeconds } = this.run;
    const { items } = this.progress();
    const usage = usageOf(journal, job, makespanSeconds);
    const { fragments, splits, instances } = journal.counts();
    return {
      run: id,
      job: job.job,
      state,
      items,
      makespanSeconds,
      predictedSeconds,
      ...usage,
      fragments,
      splits,
      instances,
    };
  }

  /** A run whose journal can't be written must not go on: false, and it breaks off with the reason, if `work` throws. */
  private guard(work: () => void): boolean {
    if (this.phase === 'over') return false;
    try {
      work();
      return true;
    } catch (error) {
      this.breakOff(error);
      return false;
    }
  }

  private breakOff(reason: unknown): void {
    this.phase = 'over';
    this.state = 'interrupted';
    const tell = (): void => this.ended.reject(reason);
    this.close().then(tell, tell);
  }

  /** Frees all that would keep the process from ending. */
  private async close(): Promise<void> {
    this.alarms.callOff();
    await this.target.close();
  }

  /** Seconds since the run began. */
  private now(): number {
    return this.run.beganAt + this.run.clock.now();
  }
}
