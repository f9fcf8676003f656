import { FragmentGenerator } from '../fragment-generator/fragment-generator.ts';
import { WorkLeft, type InstanceKind } from '../fragment-generator/work-left.ts';
import type { TargetSpec } from '../job-spec.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency, ResourceMonitor, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { Overheads } from '../safe-points/injector.ts';
import { eachCohort, TaskQueue, type Skip, type TaskCounts } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';
import type { CoreEvent, Decision, Fragment, Outcome } from './events.ts';
import { forecast } from './forecast.ts';
import { Losses } from './losses.ts';
import { itemCount, length, remainingSeconds, type RunningFragment } from './running-fragment.ts';

/** A fragment is split for an idle instance if what is left of it lasts so many times as long as handing it over. */
const WORTH_SPLITTING = 4;
/** After so many instances in a row that did not come up, the job is given up. */
const FAILED_STARTS = 6;

export interface SchedulerOptions {
  workload: Workload;
  target: Pick<TargetSpec, 'instances' | 'lifespanSeconds' | 'cpus' | 'memoryBytes'>;
  model: Predictor;
  overheads: Overheads;
  /** What the journal of an earlier process of this run holds. */
  restore?: { settled: (Range & { task: number; state: 'committed' | 'failed' })[]; fragments: number };
}

/**
 * The Fragment Scheduler: a deterministic state machine over the task queue, the fragment generator, the predictive
 * model, the safe point injector and the resource monitor. {@link handle} takes one event and answers with decisions; the
 * host carries them out in order. The first event is a `wake`.
 *
 * An instance is *asked for* (`start-instance`), *idle* from `instance-up` on, *busy* from `assign` to `fragment-end`, and
 * gone with `instance-down`; an idle one for which nothing is left to do is retired. A fragment lives from `assign` to
 * `fragment-end` or `instance-down`; the items that it did not settle by then go back to the queue.
 */
export class FragmentScheduler {
  private readonly workload: Workload;
  private readonly target: SchedulerOptions['target'];
  private readonly model: Predictor;
  private readonly queue: TaskQueue;
  private readonly generator: FragmentGenerator;
  private readonly workLeft: WorkLeft;
  private readonly monitor = new ResourceMonitor();
  private readonly losses = new Losses();
  private readonly running = new Map<number, RunningFragment>();
  /** When the instances were asked for that have not come up yet. */
  private readonly starting: number[] = [];
  private readonly retiring = new Set<string>();
  private overheads: Overheads;
  private nextFragment: number;
  private failedStarts = 0;
  private startNotBefore = 0;
  private nextWake = 0;
  private paused = false;
  private finished = false;
  private suddenEnds = 0;
  private decisions: Decision[] = [];

  constructor({ workload, target, model, overheads, restore }: SchedulerOptions) {
    this.workload = workload;
    this.target = target;
    this.model = model;
    this.overheads = { ...overheads };
    this.queue = new TaskQueue(workload);
    this.generator = new FragmentGenerator(workload, this.queue, model);
    this.workLeft = new WorkLeft(workload, this.queue, model, () => this.commonInstance());
    this.nextFragment = restore?.fragments ?? 0;
    for (const { task, start, end, state } of restore?.settled ?? []) this.queue.settle(task, { start, end }, state);
  }

  handle(event: CoreEvent): Decision[] {
    this.decisions = [];
    this.takeIn(event);
    if (!this.finished) this.decide(event.now);
    return this.decisions;
  }

  /** True if the instance runs that fragment now. A report of any other comes from an instance thought dead: fence it off. */
  holds(instance: string, fragment: number): boolean {
    return this.running.get(fragment)?.fragment.instance === instance;
  }

  /** Where the items of each task stand, in the order of the workload. */
  counts(): TaskCounts[] {
    return this.workload.tasks.map((_, task) => this.queue.counts(task));
  }

  /** Seconds from now until the job ends. */
  forecast(now: number): Interval {
    return forecast({
      workload: this.workload,
      queue: this.queue,
      model: this.model,
      instance: this.commonInstance(),
      instances: Math.max(1, Math.min(this.target.instances.max, Math.max(this.monitor.size, this.usefulInstances()))),
      overheads: this.overheads,
      lifespanSeconds: this.target.lifespanSeconds,
      runningSeconds: [...this.running.values()].reduce((sum, fragment) => sum + remainingSeconds(fragment, now), 0),
    });
  }

  // ---- what happened

  private takeIn(event: CoreEvent): void {
    switch (event.kind) {
      case 'instance-up':
        return this.instanceUp(event);
      case 'load': {
        const instance = this.monitor.get(event.instance);
        if (instance) instance.load = event.load;
        return;
      }
      case 'safe-point':
        if (this.holds(event.instance, event.fragment)) this.safePoint(event.fragment, event.outcomes);
        return;
      case 'fragment-end':
        if (this.holds(event.instance, event.fragment)) this.fragmentEnd(event);
        return;
      case 'instance-ending': {
        const instance = this.monitor.get(event.instance);
        if (instance) instance.deadline = event.deadline;
        return;
      }
      case 'instance-down':
        return this.instanceDown(event.instance, event.reason, event.now);
      case 'pause':
        this.paused = true;
        for (const fragment of this.running.values()) this.split(fragment);
        return;
      case 'resume':
        this.paused = false;
        return;
      case 'wake':
        return;
    }
  }

  private instanceUp(event: CoreEvent & { kind: 'instance-up' }): void {
    const { instance: id, type, cpus, memoryBytes, deadline, now } = event;
    const askedAt = this.starting.shift();
    if (askedAt !== undefined) this.overheads.startupSeconds += (now - askedAt - this.overheads.startupSeconds) / 2;
    this.failedStarts = 0;
    this.monitor.add({ id, type, cpus, memoryBytes, deadline }, now);
  }

  private safePoint(id: number, outcomes: Outcome[]): void {
    const running = this.running.get(id)!;
    const instance = this.monitor.get(running.fragment.instance)!;
    for (const outcome of outcomes) {
      if (outcome.state === 'committed') this.learn(outcome, instance, running);
      const { settled, skips } = this.queue.settle(outcome.task, outcome, outcome.state);
      running.ended += settled;
      this.workLeft.changed(outcome.task);
      this.skipped(skips);
    }
  }

  private learn(outcome: Outcome & { state: 'committed' }, instance: InstanceRecord, running: RunningFragment): void {
    const { key, cohorts } = this.workload.tasks[outcome.task]!;
    const count = length(outcome);
    eachCohort(cohorts, outcome, (cohort, start, end) => {
      const share = (end - start) / count;
      const observation = {
        key,
        instanceType: instance.type,
        cost: cohorts[cohort]!.cost,
        count: end - start,
        seconds: outcome.seconds * share,
        squaredSeconds: outcome.squaredSeconds * share,
        load: instance.load,
        idleSeconds: running.assignedAt - instance.idleSince,
      };
      this.model.observe(observation);
      this.decisions.push({ kind: 'learnt', observation });
    });
  }

  private fragmentEnd({ instance: id, fragment, how, now }: CoreEvent & { kind: 'fragment-end' }): void {
    const running = this.running.get(fragment)!;
    const instance = this.monitor.get(id)!;
    this.release(running);
    instance.fragment = null;
    instance.idleSince = now;
    // It would be given the same again, and hand it back again.
    if (how === 'deadline' && running.ended === 0) this.retire(instance, 'too-little-life');
  }

  private instanceDown(id: string, reason: string, now: number): void {
    const wasRetiring = this.retiring.delete(id);
    const instance = this.monitor.remove(id);
    if (!instance) return this.startFailed(reason, now);
    if (instance.fragment === null) return;
    const running = this.running.get(instance.fragment)!;
    const atItsEnd = instance.deadline !== null && now >= instance.deadline - 1;
    if (!atItsEnd && !wasRetiring) this.suddenEnd(now - instance.upAt);
    this.release(running);
    this.recordLoss(running, instance, atItsEnd);
  }

  /** Keeps the mean time between failures that safe points are spaced by: observed lives weigh in with the prior one. */
  private suddenEnd(livedSeconds: number): void {
    this.suddenEnds++;
    const mean = this.overheads.meanTimeBetweenFailuresSeconds;
    this.overheads.meanTimeBetweenFailuresSeconds = mean + (livedSeconds - mean) / (this.suddenEnds + 1);
  }

  private recordLoss({ fragment, ended }: RunningFragment, instance: InstanceRecord, atItsEnd: boolean): void {
    const piece = fragment.pieces.find((candidate) => this.queue.unsettled(candidate.task, candidate).length > 0);
    if (!piece) return;
    const width = concurrency(instance, this.workload.tasks[piece.task]!.needs);
    const underWay = firstItems(this.queue.unsettled(piece.task, piece), width);
    const wholeLife = atItsEnd && ended === 0 && instance.fragments === 1;
    for (const { why, ...range } of this.losses.record(piece.task, underWay, wholeLife))
      this.giveUp(piece.task, range, why);
  }

  private startFailed(reason: string, now: number): void {
    this.starting.shift();
    this.failedStarts++;
    this.startNotBefore = now + Math.min(60, 0.5 * 2 ** this.failedStarts);
    if (this.failedStarts < FAILED_STARTS) return this.wake(this.startNotBefore, now);
    this.giveUpAll((task) => `no instance could be started for ${task}: ${reason}`);
  }

  /** Takes a fragment from its instance and gives what it did not settle back to the queue. */
  private release({ fragment }: RunningFragment): void {
    this.running.delete(fragment.id);
    for (const piece of fragment.pieces) {
      this.queue.giveBack(piece.task, piece);
      this.workLeft.changed(piece.task);
    }
  }

  // ---- what to do

  private decide(now: number): void {
    this.giveUpWhatFitsNowhere();
    if (!this.paused) {
      for (const instance of this.monitor.idle()) this.scheduleFragment(instance, now);
      this.startInstances(now);
    }
    if (this.queue.isFinished && this.running.size === 0) {
      this.finished = true;
      this.decisions.push({ kind: 'finished' });
    }
  }

  /** The seed's `schedule_fragment` for one available instance. */
  private scheduleFragment(instance: InstanceRecord, now: number): void {
    if (this.retiring.has(instance.id)) return;
    const draft = this.generator.createFragment({
      now,
      instance,
      sharers: this.sharers(),
      workLeftSeconds: this.workLeft.total(),
      overheads: this.overheads,
    });
    if (draft) return this.assign({ id: this.nextFragment++, instance: instance.id, ...draft }, instance, now);
    if (this.queue.isFinished) return;
    if (this.queue.readyTasks().length > 0) this.retire(instance, 'too-little-life');
    else this.shareRunningWork(now);
  }

  private assign(fragment: Fragment, instance: InstanceRecord, now: number): void {
    this.running.set(fragment.id, { fragment, assignedAt: now, ended: 0, splitting: false });
    instance.fragment = fragment.id;
    instance.fragments++;
    for (const { task } of fragment.pieces) this.workLeft.changed(task);
    this.decisions.push({ kind: 'assign', fragment });
  }

  /** Nothing is ready for an idle instance: has the fragment that will run longest hand part of its work over. */
  private shareRunningWork(now: number): void {
    const { dispatchSeconds, safePointSeconds } = this.overheads;
    const worthwhile = WORTH_SPLITTING * (dispatchSeconds + 2 * safePointSeconds);
    let longest: RunningFragment | null = null;
    let most = worthwhile;
    for (const running of this.running.values()) {
      if (running.splitting) return;
      const remaining = remainingSeconds(running, now);
      if (remaining > most && itemCount(running.fragment) - running.ended > 1) [longest, most] = [running, remaining];
    }
    if (!longest) return;
    // One that has only just begun was sized for its share; cutting it at once would go round in circles.
    const ripeAt = longest.assignedAt + worthwhile;
    if (now >= ripeAt) this.split(longest);
    else this.wake(ripeAt, now);
  }

  private wake(at: number, now: number): void {
    if (this.nextWake > now && this.nextWake <= at) return;
    this.nextWake = at;
    this.decisions.push({ kind: 'wake', at });
  }

  private split(running: RunningFragment): void {
    if (running.splitting) return;
    running.splitting = true;
    this.decisions.push({ kind: 'split', instance: running.fragment.instance, fragment: running.fragment.id });
  }

  private retire(instance: InstanceRecord, reason: 'no-work' | 'too-little-life'): void {
    if (this.retiring.has(instance.id)) return;
    this.retiring.add(instance.id);
    this.decisions.push({ kind: 'retire-instance', instance: instance.id, reason });
  }

  private startInstances(now: number): void {
    if (this.queue.isFinished || now < this.startNotBefore) return;
    const { min, max } = this.target.instances;
    const ready = this.queue.readyTasks().length > 0;
    const wanted = Math.min(max, Math.max(min, ready ? this.running.size + this.usefulInstances() : 0));
    for (let have = this.monitor.size + this.starting.length; have < wanted; have++) {
      this.starting.push(now);
      this.decisions.push({ kind: 'start-instance' });
    }
  }

  /** How many more instances the work that is left could keep busy for longer than it takes to start them. */
  private usefulInstances(): number {
    const { startupSeconds, dispatchSeconds, safePointSeconds } = this.overheads;
    const worthwhile = startupSeconds + dispatchSeconds + safePointSeconds;
    let items = 0;
    for (const task of this.queue.readyTasks()) {
      items += this.queue.counts(task).ready;
      if (items >= this.target.instances.max) break;
    }
    return Math.min(items, Math.max(1, Math.ceil(this.workLeft.total() / Math.max(worthwhile, 1e-3))));
  }

  /** Instances that the work left is shared among: those that are there or could be. */
  private sharers(): number {
    return Math.max(
      1,
      this.monitor.size,
      Math.min(this.target.instances.max, this.monitor.size + this.usefulInstances()),
    );
  }

  private giveUpWhatFitsNowhere(): void {
    const { cpus, memoryBytes } = this.target;
    for (const task of this.queue.readyTasks().slice()) {
      const { needs, count } = this.workload.tasks[task]!;
      if (concurrency({ cpus, memoryBytes }, needs) > 0) continue;
      this.giveUp(task, { start: 0, end: count }, `needs more cpus or memory than an instance has`);
    }
  }

  private giveUpAll(why: (task: string) => string): void {
    for (const [task, { name, count }] of this.workload.tasks.entries()) {
      for (const range of this.queue.unsettled(task, { start: 0, end: count })) this.giveUp(task, range, why(name));
    }
  }

  private giveUp(task: number, range: Range, why: string): void {
    for (const part of this.queue.unsettled(task, range)) {
      this.decisions.push({ kind: 'give-up', task, ...part, why });
      this.skipped(this.queue.settle(task, part, 'failed').skips);
    }
    this.workLeft.changed(task);
  }

  private skipped(skips: Skip[]): void {
    for (const skip of skips) {
      this.decisions.push({ kind: 'skip', ...skip });
      this.workLeft.changed(skip.task);
    }
  }

  /** What most work will run on, as far as is known. */
  private commonInstance(): InstanceKind {
    for (const instance of this.monitor.all()) return instance;
    return { type: '', cpus: this.target.cpus, memoryBytes: this.target.memoryBytes };
  }
}

/** The first `count` numbers of some ranges. */
function firstItems(ranges: readonly Range[], count: number): Range[] {
  const first: Range[] = [];
  let left = count;
  for (const { start, end } of ranges) {
    if (left <= 0) break;
    first.push({ start, end: Math.min(end, start + left) });
    left -= end - start;
  }
  return first;
}
