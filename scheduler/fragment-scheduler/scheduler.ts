import type { Pool } from '../fragment-generator/demand.ts';
import { FragmentGenerator } from '../fragment-generator/fragment-generator.ts';
import { TaskOrder } from '../fragment-generator/task-order.ts';
import { WorkLeft, type InstanceKind } from '../fragment-generator/work-left.ts';
import type { TargetSpec } from '../job-spec.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency, ResourceMonitor, type InstanceRecord } from '../resource-monitor/resource-monitor.ts';
import type { Overheads } from '../safe-points/injector.ts';
import { TaskQueue, type Skip, type TaskCounts } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';
import { cutOff } from './cut-off.ts';
import type { CoreEvent, Decision, FailedTry, Fragment, Outcome, RetireReason } from './events.ts';
import { forecast } from './forecast.ts';
import { InstanceStarts } from './instance-starts.ts';
import { Lessons } from './lessons.ts';
import { Losses } from './losses.ts';
import {
  hasItemsToSpare,
  itemCount,
  leastOverrun,
  length,
  overdueAt,
  overrunAt,
  remainingSeconds,
  stretchUnderWay,
  type RunningFragment,
  type StretchPart,
} from './running-fragment.ts';
import { Supply } from './supply.ts';

/** A fragment is split for an idle instance if what is left of it lasts so many times as long as handing it over. */
const WORTH_SPLITTING = 4;
/** After so many instances in a row that came up with no room for anything that is ready, that work is given up. */
const TOO_SMALL = 6;
/** An item that is overdue is noticed, and again each time that it has run so many times as long. */
const NOTICE = 1.5;
/** A timer may go off early by so much; it must not be waited for then. */
const TIMER_SECONDS = 0.01;

/** An item that left no checkpoint in a whole life may have been killed as it wrote it: that is half an honest try. */
const UNANSWERED = 0.5;

export interface SchedulerOptions {
  workload: Workload;
  target: Pick<TargetSpec, 'instances' | 'lifespanSeconds' | 'cpus' | 'memoryBytes'>;
  model: Predictor;
  overheads: Overheads;
  /** How its instances come and end; what local, ssh and slurm targets do unless said otherwise. */
  pool?: Partial<Omit<Pool, 'lifespanSeconds'>>;
  /** True if instances may wait for long in a queue with others: those that are no longer needed are called off then. */
  instancesQueue?: boolean;
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
  private readonly queue: TaskQueue;
  private readonly generator: FragmentGenerator;
  private readonly order: TaskOrder;
  private readonly lessons: Lessons;
  private readonly workLeft: WorkLeft;
  private readonly monitor = new ResourceMonitor();
  private readonly losses = new Losses();
  private readonly running = new Map<number, RunningFragment>();
  private readonly starts = new InstanceStarts();
  private readonly supply: Supply;
  private readonly retiring = new Set<string>();
  /** Instances that have ended: what is told of them later is old news. */
  private readonly gone = new Set<string>();
  private readonly overheads: Overheads;
  private readonly pool: Pool;
  private readonly instancesQueue: boolean;
  private nextFragment: number;
  private tooSmall = 0;
  private nextWake = 0;
  private begun = false;
  /** Tasks that were cancelled, and have items that have not ended. */
  private readonly cancelled = new Set<number>();
  private paused = false;
  private finished = false;
  private decisions: Decision[] = [];

  constructor({ workload, target, model, overheads, pool, instancesQueue = false, restore }: SchedulerOptions) {
    this.workload = workload;
    this.target = target;
    this.overheads = { ...overheads };
    this.queue = new TaskQueue(workload);
    const { lifespanSeconds } = target;
    this.pool = { replacesInstances: true, watchesDeadlines: true, ...pool, lifespanSeconds };
    this.instancesQueue = instancesQueue;
    this.generator = new FragmentGenerator(workload, this.queue, model, this.pool);
    this.order = new TaskOrder(workload, this.queue, model);
    this.lessons = new Lessons({ workload, model, generator: this.generator, order: this.order });
    this.workLeft = new WorkLeft(workload, this.queue, model, () => this.commonInstance());
    const { monitor, queue, workLeft, running } = this;
    this.supply = new Supply({ target, monitor, queue, workLeft, running, overheads: this.overheads });
    this.nextFragment = restore?.fragments ?? 0;
    for (const { task, start, end, state } of restore?.settled ?? []) this.queue.settle(task, { start, end }, state);
  }

  handle(event: CoreEvent): Decision[] {
    this.decisions = [];
    if (!this.begun) this.giveUpWhatFitsNowhere();
    this.begun = true;
    this.takeIn(event);
    this.giveUpCancelled();
    if (!this.finished) this.decide(event.now);
    return this.decisions;
  }

  /** True if the instance runs that fragment now. A report of any other comes from an instance thought dead: fence it off. */
  holds(instance: string, fragment: number): boolean {
    return this.running.get(fragment)?.fragment.instance === instance;
  }

  /** True if all items of a range are in that running fragment and have not ended. */
  hasOpen(id: number, range: Range & { task: number }): boolean {
    const { task, start, end } = range;
    if (!(start < end)) return false;
    const overlap = (part: Range): number => Math.max(0, Math.min(end, part.end) - Math.max(start, part.start));
    const pieces = this.running.get(id)?.fragment.pieces.filter((piece) => piece.task === task) ?? [];
    if (pieces.reduce((sum, piece) => sum + overlap(piece), 0) !== end - start) return false;
    return this.queue.unsettled(task, range).reduce((sum, part) => sum + overlap(part), 0) === end - start;
  }

  /** Where the items of each task stand, in the order of the workload. */
  counts(): TaskCounts[] {
    return this.workload.tasks.map((_, task) => this.queue.counts(task));
  }

  /** True where no instance is there and the last that were asked for could not be had: then nobody knows when the job ends. */
  get isOutOfReach(): boolean {
    return this.monitor.size === 0 && this.starts.areFailing;
  }

  /** Seconds from now until the job ends. */
  forecast(now: number): Interval {
    return forecast({
      work: this.workLeft.interval(),
      runningSeconds: [...this.running.values()].reduce((sum, fragment) => sum + remainingSeconds(fragment, now), 0),
      instances: Math.max(
        1,
        Math.min(this.target.instances.max, Math.max(this.monitor.size, this.supply.usefulInstances())),
      ),
      lifespanSeconds: this.target.lifespanSeconds,
      startupSeconds: this.overheads.startupSeconds,
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
        if (this.holds(event.instance, event.fragment)) this.safePoint(event.fragment, event.outcomes, event.now);
        return;
      case 'checkpoint':
        if (this.holds(event.instance, event.fragment)) this.checkpoint(event);
        return;
      case 'tried':
        if (this.holds(event.instance, event.fragment)) this.tried(event.fragment, event.tries, event.now);
        return;
      case 'fragment-end':
        if (this.holds(event.instance, event.fragment)) this.fragmentEnd(event);
        return;
      case 'instance-ending': {
        const instance = this.monitor.get(event.instance);
        if (!instance) return;
        instance.isCurtailed ||= event.deadline < (instance.deadline ?? Infinity);
        instance.deadline = event.deadline;
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
      case 'cancel':
        return this.cancel(event.tasks);
      case 'wake':
        if (event.now >= this.nextWake - TIMER_SECONDS) this.nextWake = 0;
        return;
    }
  }

  private instanceUp(event: CoreEvent & { kind: 'instance-up' }): void {
    const { instance: id, type, cpus, memoryBytes, deadline, load = 0, now } = event;
    if (this.gone.has(id) || this.monitor.get(id)) return;
    const seconds = this.starts.cameUp(now);
    if (seconds !== null) this.overheads.startupSeconds += (seconds - this.overheads.startupSeconds) / 2;
    this.supply.cameUp(type);
    this.monitor.add({ id, type, cpus, memoryBytes, deadline, load }, now);
  }

  private safePoint(id: number, outcomes: Outcome[], now: number): void {
    const running = this.running.get(id)!;
    running.lastPointAt = now;
    running.noticeAt = null;
    this.lessons.hasGoneOn(id);
    const instance = this.monitor.get(running.fragment.instance)!;
    for (const outcome of outcomes) {
      const { settled, skips } = this.queue.settle(outcome.task, outcome, outcome.state);
      // What is told twice is learnt once.
      if (outcome.state === 'committed' && settled === length(outcome))
        this.learnt(this.lessons.committed(outcome, instance, running));
      running.ended += settled;
      this.losses.forget(outcome.task, outcome);
      this.lessons.ended(outcome.task, outcome);
      this.generator.ended(outcome.task, outcome);
      this.skipped(skips);
    }
    if (!this.pool.watchesDeadlines && instance.deadline !== null) this.reconsider(running, instance, now);
  }

  /** For a worker that can't watch its deadline: is what it has left still the best for what is left of its life? */
  private reconsider(running: RunningFragment, instance: InstanceRecord, now: number): void {
    const left = running.fragment.pieces.flatMap((piece) =>
      this.queue.unsettled(piece.task, piece).map((range) => ({ ...piece, ...range })),
    );
    if (this.generator.wouldDoBetter(left, this.supply.demandOf(instance, now))) this.split(running);
  }

  private learnt(observations: readonly Observation[]): void {
    for (const observation of observations) this.decisions.push({ kind: 'learnt', observation });
  }

  /** However many lives an item takes, it is not given up as long as it makes progress from one to the next. */
  private checkpoint({
    instance: id,
    fragment,
    task,
    position,
    progressed,
    isUnderWay,
  }: CoreEvent & { kind: 'checkpoint' }): void {
    const item = { start: position, end: position + 1 };
    if (progressed) {
      this.losses.forget(task, item);
      this.generator.madeProgress(task, item);
      return;
    }
    if (isUnderWay || this.paused) return;
    const instance = this.monitor.get(id)!;
    const { ended } = this.running.get(fragment)!;
    const wholeLife = !instance.isCurtailed && ended === 0 && instance.fragments === 1;
    const { type: instanceType, load } = instance;
    const end = { inTime: wholeLife, wholeLife, instanceType, load, weight: UNANSWERED };
    for (const range of this.losses.record(task, [item], end, this.supply.instanceTypes)) {
      const why = 'left no new checkpoint when it was asked to, time and again: see that its program writes its state';
      this.giveUp(task, range, `${why} to {checkpoint} within the time that it has, or raise \`within\``);
    }
  }

  private tried(id: number, tries: readonly FailedTry[], now: number): void {
    const running = this.running.get(id)!;
    for (const each of tries) running.failedTries.set(`${each.task}:${each.position}`, each);
    // What runs from now on is another try.
    if (running.width === 1) [running.lastPointAt, running.noticeAt] = [now, null];
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
    if (this.gone.has(id)) return;
    this.gone.add(id);
    const wasRetiring = this.retiring.delete(id);
    const instance = this.monitor.remove(id);
    if (!instance) return this.startFailed(reason, now);
    this.starts.instanceEnded();
    const atItsEnd = instance.deadline !== null && now >= instance.deadline - 1;
    const isSudden = (!atItsEnd || instance.isCurtailed) && !wasRetiring;
    this.supply.ended(instance, isSudden, now);
    if (instance.fragment === null) return;
    const running = this.running.get(instance.fragment)!;
    this.release(running);
    this.recordLoss(running, instance, atItsEnd, now);
  }

  /** What was under way when an instance ended is learnt from, tried again by itself, or given up. */
  private recordLoss(running: RunningFragment, instance: InstanceRecord, inTime: boolean, now: number): void {
    const stretch = this.stretchOf(running);
    if (stretch.length === 0) return;
    const { piece } = stretch[0]!;
    const width = concurrency(instance, this.workload.tasks[piece.task]!.needs);
    const left = this.queue.unsettled(piece.task, piece);
    const risk = this.supply.risk(now);
    const loss = cutOff(stretch, left, running, instance, { width, inTime, risk, now });
    const { underWay, overrun, leastSeconds, end } = loss;
    if (overrun !== null) {
      this.workChanged(stretch);
      this.learnt(this.lessons.lost(stretch, overrun, instance, running));
    }
    for (const { start, end: stop } of underWay)
      for (let position = start; position < stop; position++)
        this.generator.retryLater(piece.task, position, leastSeconds, instance.type, end.wholeLife);
    for (const { why, ...range } of this.losses.record(piece.task, underWay, end, this.supply.instanceTypes))
      this.giveUp(piece.task, range, why);
  }

  /**
   * Items that are under way for longer than was predicted tell so before they end: what ends first is short, and whoever
   * learns from that alone takes all the others for short as well. Only this run learns that: the history is told in the end.
   */
  private noticeOverdue(now: number): void {
    for (const running of this.running.values()) {
      running.noticeAt ??= overrunAt(this.stretchOf(running), running, NOTICE);
      if (now < running.noticeAt) continue;
      const stretch = this.stretchOf(running);
      running.noticeAt = now + (NOTICE - 1) * (now - running.lastPointAt);
      const overrun = leastOverrun(stretch, running, now);
      this.workChanged(stretch);
      this.lessons.overdue(stretch, overrun, this.monitor.get(running.fragment.instance)!, running);
    }
  }

  private stretchOf(running: RunningFragment): StretchPart[] {
    return stretchUnderWay(running, (piece) => this.queue.unsettled(piece.task, piece));
  }

  private workChanged(stretch: readonly StretchPart[]): void {
    for (const { piece } of stretch) this.workLeft.changed(piece.task);
  }

  private startFailed(reason: string, now: number): void {
    this.starts.failed(now);
    const othersAreThere = this.monitor.size + this.starts.pending > 0;
    if (this.starts.areHopeless && !othersAreThere)
      this.giveUpAll((task) => `no instance could be started for ${task}: ${reason}`);
  }

  /** Takes a fragment from its instance and gives what it did not settle back to the queue. */
  private release({ fragment, failedTries }: RunningFragment): void {
    this.running.delete(fragment.id);
    this.lessons.hasGoneOn(fragment.id);
    for (const { task, position, tries } of failedTries.values()) {
      const isOpen = this.queue.unsettled(task, { start: position, end: position + 1 }).length > 0;
      if (isOpen) this.generator.continueTries(task, position, tries);
    }
    for (const piece of fragment.pieces) this.queue.giveBack(piece.task, piece);
  }

  // ---- what to do

  private decide(now: number): void {
    if (!this.paused) {
      this.noticeOverdue(now);
      if (this.order.update(this.commonInstance().type)) this.workLeft.allChanged();
      const workless = this.monitor.availableInstances().filter((instance) => !this.scheduleFragment(instance, now));
      if (workless.length > 0 && !this.queue.isFinished) this.shareRunningWork(workless, now);
      this.startInstances(now);
      this.withdrawInstances();
    }
    if (this.queue.isFinished && this.running.size === 0) {
      this.finished = true;
      this.decisions.push({ kind: 'finished' });
    }
  }

  /** Gives an available instance a fragment. False if it stays idle because nothing is ready. */
  private scheduleFragment(instance: InstanceRecord, now: number): boolean {
    if (this.retiring.has(instance.id)) return true;
    if (this.queue.ready === 0) return false;
    const draft = this.generator.createFragment(this.supply.demandOf(instance, now));
    if (draft)
      this.assignFragmentToInstance({ id: this.nextFragment++, instance: instance.id, ...draft }, instance, now);
    else if (!this.generator.hasRoom(instance)) this.hasNoRoom(instance);
    else if (this.pool.replacesInstances) this.retire(instance, 'too-little-life');
    return true;
  }

  /** It came with less than its target promised. Others can have what is ready; if none is there, another is tried. */
  private hasNoRoom(instance: InstanceRecord): void {
    for (const other of this.monitor.all()) if (!this.retiring.has(other.id) && this.generator.hasRoom(other)) return;
    this.retire(instance, 'too-small');
    if (instance.fragments > 0 || ++this.tooSmall < TOO_SMALL) return;
    for (const task of this.readyTasks()) this.giveUpTask(task, 'needs more than its instances come with');
  }

  private assignFragmentToInstance(fragment: Fragment, instance: InstanceRecord, now: number): void {
    const { needs } = this.workload.tasks[fragment.pieces.at(-1)!.task]!;
    const width = concurrency(instance, needs);
    const items = itemCount(fragment);
    this.running.set(fragment.id, {
      fragment,
      assignedAt: now,
      lastPointAt: now,
      noticeAt: null,
      items,
      ended: 0,
      width,
      failedTries: new Map(),
      splitting: false,
    });
    this.tooSmall = 0;
    instance.fragment = fragment.id;
    instance.fragments++;
    this.decisions.push({ kind: 'assign', fragment });
  }

  /** Nothing is ready for some idle instances: has the fragments that will run longest hand part of their work over. */
  private shareRunningWork(workless: readonly InstanceRecord[], now: number): void {
    const { dispatchSeconds, safePointSeconds } = this.overheads;
    const worthwhile = WORTH_SPLITTING * (dispatchSeconds + 2 * safePointSeconds);
    const running = [...this.running.values()];
    const spare = running.filter((fragment) => !fragment.splitting && hasItemsToSpare(fragment));
    const isSplitting = running.some((fragment) => fragment.splitting);
    if (!isSplitting && spare.length === 0 && this.queue.unassigned === 0) return this.retireIdle(workless);
    const byLength = spare
      .map((fragment) => ({ fragment, remaining: remainingSeconds(fragment, now) }))
      .toSorted((a, b) => b.remaining - a.remaining);
    // One that was told to split before may be in the middle of a long item: it is not counted on.
    for (const { fragment, remaining } of byLength.slice(0, workless.length)) {
      // One that has only just begun was sized for its share; cutting it at once would go round in circles.
      const ripeAt = fragment.assignedAt + worthwhile;
      if (remaining <= worthwhile) this.wake(overdueAt(fragment, worthwhile), now);
      else if (now < ripeAt) this.wake(ripeAt, now);
      else this.split(fragment);
    }
  }

  /** All that is left is under way: who is idle now will stay so. */
  private retireIdle(workless: readonly InstanceRecord[]): void {
    const spare = this.monitor.size - this.retiring.size - this.target.instances.min;
    for (const instance of workless.slice(0, Math.max(0, spare))) this.retire(instance, 'no-work');
  }

  /** Asks to be woken, but for one time only: whoever needs a later one asks again then. */
  private wake(at: number, now: number): void {
    if (at <= now || (this.nextWake > 0 && this.nextWake <= at)) return;
    // A clock that rounds may not tell the two apart: it would ring at once, for ever.
    this.nextWake = Math.max(at, now + TIMER_SECONDS);
    this.decisions.push({ kind: 'wake', at: this.nextWake });
  }

  private split(running: RunningFragment): void {
    if (running.splitting) return;
    running.splitting = true;
    this.decisions.push({ kind: 'split', instance: running.fragment.instance, fragment: running.fragment.id });
  }

  private retire(instance: InstanceRecord, reason: RetireReason): void {
    if (this.retiring.has(instance.id) || !this.pool.replacesInstances) return;
    this.retiring.add(instance.id);
    this.decisions.push({ kind: 'retire-instance', instance: instance.id, reason });
  }

  private startInstances(now: number): void {
    if (this.queue.isFinished) return;
    const { min, max } = this.target.instances;
    const ready = this.queue.ready > 0;
    const wanted = Math.min(max, Math.max(min, ready ? this.running.size + this.supply.usefulInstances() : 0));
    const missing = wanted - this.monitor.size - this.starts.pending;
    const allowed = this.starts.allowed(missing, now);
    if (allowed < missing) this.wake(this.starts.notBefore, now);
    for (let i = 0; i < allowed; i++) {
      this.starts.ask(now);
      this.decisions.push({ kind: 'start-instance' });
    }
  }

  /** Of those that wait in a queue no more are kept than there are items that could go to them. */
  private withdrawInstances(): void {
    if (!this.instancesQueue) return;
    const { pending } = this.starts;
    let excess = pending - this.queue.unassigned;
    if (excess <= 0) return;
    for (const { items, ended, width } of this.running.values()) excess -= Math.max(0, items - ended - width);
    const overMinimum = this.monitor.size - this.retiring.size + pending - this.target.instances.min;
    for (let left = Math.min(excess, overMinimum); left > 0; left--) {
      this.starts.withdraw();
      this.decisions.push({ kind: 'withdraw-instance' });
    }
  }

  private readyTasks(): Set<number> {
    const apart = this.queue.readyApart().map(({ task }) => task);
    return new Set([...Array.from(this.queue.readyCohorts(), ({ task }) => task), ...apart]);
  }

  private giveUpWhatFitsNowhere(): void {
    for (const [task, { needs }] of this.workload.tasks.entries()) {
      if (concurrency(this.target, needs) === 0)
        this.giveUpTask(task, 'needs more cpus or memory than an instance has');
    }
  }

  private cancel(tasks: readonly number[]): void {
    for (const task of tasks) this.cancelled.add(task);
    for (const running of this.running.values())
      if (running.fragment.pieces.some(({ task }) => this.cancelled.has(task))) this.split(running);
  }

  /** What was under way may come back to the queue later. */
  private giveUpCancelled(): void {
    for (const task of this.cancelled) {
      for (const range of this.queue.unassignedRanges(task)) this.giveUp(task, range, 'its task was cancelled');
      if (this.queue.counts(task).running === 0) this.cancelled.delete(task);
    }
  }

  private giveUpAll(why: (task: string) => string): void {
    for (const [task, { name }] of this.workload.tasks.entries()) this.giveUpTask(task, why(name));
  }

  private giveUpTask(task: number, why: string): void {
    this.giveUp(task, { start: 0, end: this.workload.tasks[task]!.count }, why);
  }

  private giveUp(task: number, range: Range, why: string): void {
    for (const part of this.queue.unsettled(task, range)) {
      this.decisions.push({ kind: 'give-up', task, ...part, why });
      this.lessons.ended(task, part);
      this.skipped(this.queue.settle(task, part, 'failed').skips);
    }
  }

  private skipped(skips: Skip[]): void {
    for (const skip of skips) this.decisions.push({ kind: 'skip', ...skip });
  }

  /** What most work will run on, as far as is known. */
  private commonInstance(): InstanceKind {
    for (const instance of this.monitor.all()) return instance;
    return { type: '', cpus: this.target.cpus, memoryBytes: this.target.memoryBytes };
  }
}
