import { checkpointGraceSeconds } from '../checkpoint-grace.ts';
import type { CoreEvent, Fragment, Outcome, Piece } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import type { Overheads } from '../safe-points/injector.ts';
import type { Workload } from '../workload.ts';
import { EventQueue } from './event-queue.ts';
import { outcomesOf, playFragment, splitCourse, type Course } from './virtual-fragment.ts';

const MOST_POINTS = 24;

export interface WorldOptions {
  workload: Workload;
  target: Pick<TargetSpec, 'name' | 'lifespanSeconds' | 'cpus' | 'memoryBytes'>;
  overheads: Overheads;
  /** The type that instances come with, or that each does; default: the target's name. */
  instanceType?: string | ((instance: string) => string);
  /** The load that they report; default: none. */
  load?: number;
  /** How much of its lifespan an instance has lived when it comes up; default: nothing. */
  bootSeconds?: number;
  /** From telling an instance to stop until it is gone; default: no time. */
  stopSeconds?: number;
  /** What one item of a piece really takes in this world, if it begins at that time on that instance. */
  itemSeconds: (piece: Piece, instance: string, at: number) => number;
  /** Up to which position items take alike, from a piece's first on; default: all of a piece. */
  alikeUntil?: (piece: Piece) => number;
  /**
   * More safe points than these in one fragment are played as these, at the cost of all, so that a preview does not take as
   * long as its job is long. An instance that ends without warning loses more for it. Default: 24.
   */
  mostPoints?: number;
  /** How long an instance really lives, if it ends before its lifespan does; infinite if not. */
  hiddenLifeSeconds?: (instance: string) => number;
}

interface VirtualInstance {
  id: string;
  upAt: number;
  deadline: number | null;
  fragments: number;
  fragment: Fragment | null;
  course: Course | null;
  /** How many stretches of the course have reached their safe points. */
  reached: number;
  /** Raised whenever its future changes: what was foreseen before is void. */
  version: number;
}

type Happening =
  | { kind: 'up'; instance: string }
  | { kind: 'down'; instance: string; reason: string }
  | { kind: 'point'; instance: string; version: number; index: number }
  | { kind: 'end'; instance: string; version: number }
  | { kind: 'state'; instance: string; version: number; index: number }
  | { kind: 'load'; instance: string }
  | { kind: 'wake' };

/**
 * Instances and their workers on a virtual clock: takes the core's decisions, and yields what happens in consequence, in
 * order of time. Deterministic; all chance comes in through {@link WorldOptions}.
 */
export class VirtualWorld {
  /** Seconds since the run began. */
  now = 0;
  private readonly options: WorldOptions;
  private readonly instances = new Map<string, VirtualInstance>();
  /** Seconds of work that items have left in their states, by task and position. */
  private readonly states = new Map<string, number>();
  private readonly happenings = new EventQueue<Happening>();

  constructor(options: WorldOptions) {
    this.options = options;
  }

  /** When the next thing happens; null if nothing is under way. */
  nextAt(): number | null {
    return this.happenings.nextAt();
  }

  start(instance: string): void {
    this.happenings.push(this.now + this.options.overheads.startupSeconds, { kind: 'up', instance });
  }

  stop(id: string): void {
    if (this.instances.has(id)) this.downAt(this.now + (this.options.stopSeconds ?? 0), id, 'retired');
  }

  wakeAt(at: number): void {
    this.happenings.push(at, { kind: 'wake' });
  }

  assign(fragment: Fragment): void {
    const instance = this.instances.get(fragment.instance);
    if (!instance) return;
    const { workload, target, overheads, mostPoints = MOST_POINTS } = this.options;
    const course = playFragment(fragment, {
      startAt: this.now,
      deadline: instance.deadline,
      dispatchSeconds: overheads.dispatchSeconds,
      safePointSeconds: overheads.safePointSeconds,
      fresh: instance.fragments === 0,
      width: ({ task }) => concurrency(target, workload.tasks[task]!.needs),
      itemSeconds: (piece, at) => this.secondsLeft(piece, instance.id, at),
      alikeUntil: (piece) => this.alikeUntil(piece),
      graceSeconds: ({ task }) => this.graceSeconds(task),
      mostPoints,
    });
    instance.fragments++;
    instance.fragment = fragment;
    instance.reached = 0;
    this.foresee(instance, course);
  }

  split(id: string, fragment: number): void {
    const instance = this.instances.get(id);
    if (instance?.fragment?.id !== fragment || !instance.course) return;
    this.foresee(instance, splitCourse(instance.course, this.now));
  }

  /** Advances the clock to the next thing that the core should know of; null if nothing more will happen. */
  next(): CoreEvent | null {
    for (let next = this.happenings.pop(); next; next = this.happenings.pop()) {
      this.now = Math.max(this.now, next.at);
      const event = this.happen(next.value);
      if (event) return event;
    }
    return null;
  }

  private downAt(at: number, instance: string, reason: string): void {
    this.happenings.push(at, { kind: 'down', instance, reason });
  }

  private foresee(instance: VirtualInstance, course: Course): void {
    instance.version++;
    instance.course = course;
    const { id, version } = instance;
    for (const [index, { at }] of course.stretches.entries()) {
      if (index >= instance.reached) this.happenings.push(at, { kind: 'point', instance: id, version, index });
    }
    for (const index of course.end ? course.interrupted.keys() : [])
      this.happenings.push(course.end!.at, { kind: 'state', instance: id, version, index });
    if (course.end) this.happenings.push(course.end.at, { kind: 'end', instance: id, version });
  }

  private happen(happening: Happening): CoreEvent | null {
    const { now } = this;
    if (happening.kind === 'wake') return { kind: 'wake', now };
    if (happening.kind === 'up') return this.up(happening.instance);
    const instance = this.instances.get(happening.instance);
    if (!instance) return null;
    if (happening.kind === 'load') return { kind: 'load', now, instance: instance.id, load: this.options.load ?? 0 };
    if (happening.kind === 'down') {
      this.instances.delete(instance.id);
      return { kind: 'instance-down', now, instance: instance.id, reason: happening.reason };
    }
    if (happening.version !== instance.version || !instance.fragment || !instance.course) return null;
    const fragment = instance.fragment.id;
    if (happening.kind === 'point') {
      instance.reached = happening.index + 1;
      const outcomes = outcomesOf(instance.course.stretches[happening.index]!).map((outcome) =>
        this.withState(outcome),
      );
      return { kind: 'safe-point', now, instance: instance.id, fragment, outcomes };
    }
    if (happening.kind === 'state') {
      const { task, position, seconds } = instance.course.interrupted[happening.index]!;
      const key = stateKey(task, position);
      const all = (this.states.get(key) ?? 0) + seconds;
      this.states.set(key, all);
      const facts = { task, position, seconds: all, progressed: seconds > 0, isUnderWay: false };
      return { kind: 'checkpoint', now, instance: instance.id, fragment, ...facts };
    }
    instance.fragment = null;
    return { kind: 'fragment-end', now, instance: instance.id, fragment, how: instance.course.end!.how };
  }

  /** What the first item of a piece still takes. */
  private secondsLeft(piece: Piece, instance: string, at: number): number {
    const seconds = this.options.itemSeconds(piece, instance, at);
    return this.states.size === 0 ? seconds : seconds - (this.states.get(stateKey(piece.task, piece.start)) ?? 0);
  }

  /** Items that have left a state differ from their neighbours. */
  private alikeUntil(piece: Piece): number {
    const end = Math.min(piece.end, this.options.alikeUntil?.(piece) ?? piece.end);
    if (this.states.size === 0) return end;
    for (let next = piece.start; next < end; next++)
      if (this.states.has(stateKey(piece.task, next))) return Math.max(next, piece.start + 1);
    return end;
  }

  /** What an item took is all that it took, on all its instances. */
  private withState(outcome: Outcome): Outcome {
    const { task, start, end } = outcome;
    const before = end - start === 1 ? this.states.get(stateKey(task, start)) : undefined;
    if (outcome.state === 'failed' || before === undefined) return outcome;
    this.states.delete(stateKey(task, start));
    const seconds = outcome.seconds + before;
    return { ...outcome, seconds, squaredSeconds: seconds ** 2 };
  }

  private graceSeconds(task: number): number | null {
    const { workload, target } = this.options;
    const { checkpoint } = workload.tasks[task]!;
    return checkpoint ? checkpointGraceSeconds(checkpoint.graceSeconds, target.lifespanSeconds) : null;
  }

  private up(id: string): CoreEvent {
    const { target, hiddenLifeSeconds, bootSeconds = 0, load = 0, instanceType = target.name } = this.options;
    const { now } = this;
    const deadline = target.lifespanSeconds === null ? null : now + Math.max(0, target.lifespanSeconds - bootSeconds);
    this.instances.set(id, {
      id,
      upAt: now,
      deadline,
      fragments: 0,
      fragment: null,
      course: null,
      reached: 0,
      version: 0,
    });
    const hidden = now + (hiddenLifeSeconds?.(id) ?? Infinity);
    const end = Math.min(hidden, deadline ?? Infinity);
    const reason = end === deadline ? 'its lifespan ended' : 'it ended before its time';
    if (end < Infinity) this.downAt(end, id, reason);
    if (load > 0) this.happenings.push(now, { kind: 'load', instance: id });
    const { cpus, memoryBytes } = target;
    const type = typeof instanceType === 'string' ? instanceType : instanceType(id);
    return { kind: 'instance-up', now, instance: id, type, cpus, memoryBytes, deadline };
  }
}

const stateKey = (task: number, position: number): string => `${task} ${position}`;
