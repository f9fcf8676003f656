import type { CoreEvent, Decision, Fragment, FragmentEnd } from '../fragment-scheduler/events.ts';
import { FragmentScheduler } from '../fragment-scheduler/scheduler.ts';
import type { TargetSpec } from '../job-spec.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import type { TaskCounts } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';
import { PreviewModel } from './preview-model.ts';
import type { TargetConditions } from './target-profile.ts';
import { VirtualWorld, type WorldOptions } from './virtual-world.ts';

/** How often a long simulation looks whether it is still wanted, in events. */
const LOOK_EVERY = 512;

/** A task of which so many items were given up, one after the other, and none came to its end: there is no more to learn. */
const MOST_GIVEN_UP = 10;

/** Anything that decides as {@link FragmentScheduler} does: events in, decisions out. */
export interface Policy {
  handle(event: CoreEvent): Decision[];
  /** Where the items of each task stand, in the order of the workload. */
  counts(): TaskCounts[];
  /** Seconds from now until the job ends. */
  forecast(now: number): Interval;
}

/** A world, who decides in it, and for how long it is looked at. */
export interface CourseOptions extends Pick<
  WorldOptions,
  'workload' | 'instanceType' | 'itemSeconds' | 'alikeUntil' | 'hiddenLifeSeconds' | 'mostPoints'
> {
  target: TargetSpec;
  conditions: Pick<TargetConditions, 'overheads'> & Partial<TargetConditions>;
  policy: Policy;
  /** After so many events and pieces of fragments the rest is extrapolated. */
  mostSteps: number;
  /** Beyond that time likewise; default: never. */
  mostSeconds?: number;
  /** True if it breaks off once it is plain that the job can't finish; default: it goes on with what can. */
  stopsWhenHopeless?: boolean;
  isCancelled: () => boolean;
}

export interface SimulationOptions extends Omit<CourseOptions, 'policy'> {
  model: Predictor;
}

/** One course that the job may take. */
export interface Simulation {
  /** When the job ends; beyond {@link simulatedSeconds} it is a forecast. */
  makespanSeconds: number;
  /** How far the simulation went: to the end of the job, unless that took too many events. */
  simulatedSeconds: number;
  /** The share of the items that had ended by then. */
  simulatedShare: number;
  /** Events and pieces of fragments that it took. */
  steps: number;
  fragments: SimulatedFragment[];
  instances: SimulatedInstance[];
  /** Items that will never be run, by task, with the reason. */
  hopeless: { task: number; why: string }[];
}

export interface SimulatedFragment {
  fragment: Fragment;
  startSeconds: number;
  endSeconds: number;
  safePointSeconds: number[];
  /** Seconds of item run time that it committed, as a share of the instance. */
  committedSeconds: number;
  /** Items that it committed, by task, in the order in which they ran. */
  committed: Map<number, number>;
  how: FragmentEnd | 'lost';
}

export interface SimulatedInstance {
  instance: string;
  /** When it is asked for; until `startSeconds` it starts up. */
  askedSeconds: number;
  startSeconds: number;
  endSeconds: number;
}

/** Thrown when nobody wants the simulation any more. */
export class Cancelled extends Error {
  constructor() {
    super('the plan was cancelled');
  }
}

/**
 * Previews a job on a virtual clock, with the very scheduler that runs it for real.
 * @throws {Cancelled} once `isCancelled` says so
 */
export function simulate(options: SimulationOptions): Simulation {
  const { workload, target, conditions } = options;
  const model = new PreviewModel(options.model, workload);
  const policy = new FragmentScheduler({ workload, target, model, overheads: conditions.overheads });
  return playCourse({ ...options, policy, stopsWhenHopeless: true });
}

/**
 * Runs a job on a virtual clock as a policy decides.
 * @throws {Cancelled} once `isCancelled` says so
 */
export function playCourse(options: CourseOptions): Simulation {
  const {
    workload,
    target,
    conditions,
    policy,
    isCancelled,
    mostSteps,
    mostSeconds = Infinity,
    stopsWhenHopeless = false,
  } = options;
  const world = new VirtualWorld({ ...options, ...conditions });
  const recorder = new Recorder(workload, target.cpus);
  let decisions = policy.handle({ kind: 'wake', now: 0 });
  let events = 0;
  for (; ; events++) {
    if (events % LOOK_EVERY === 0 && isCancelled()) throw new Cancelled();
    for (const decision of decisions) recorder.decided(decision, world);
    const isVain = stopsWhenHopeless && recorder.isHopeless;
    const isOver = isVain || recorder.isFinished || events + recorder.pieces >= mostSteps || world.now > mostSeconds;
    const event = isOver ? null : world.next();
    if (!event) break;
    recorder.happened(event);
    decisions = policy.handle(event);
  }
  const isComplete = recorder.isFinished;
  const utilisation = recorder.utilisation(world.now);
  return {
    ...recorder.result(world.now),
    makespanSeconds: world.now + (isComplete ? 0 : policy.forecast(world.now).expected / utilisation),
    simulatedSeconds: world.now,
    simulatedShare: isComplete ? 1 : endedShare(policy.counts()),
    steps: events + recorder.pieces,
  };
}

function endedShare(tasks: readonly TaskCounts[]): number {
  let ended = 0;
  let all = 0;
  for (const { count, waiting, ready, running } of tasks) {
    all += count;
    ended += count - waiting - ready - running;
  }
  return ended / all;
}

/** Carries decisions out in the virtual world, and keeps what comes of them. */
class Recorder {
  isFinished = false;
  /** Pieces of all fragments. */
  pieces = 0;
  private readonly workload: Workload;
  private readonly cpus: number;
  private readonly fragments = new Map<number, SimulatedFragment>();
  private readonly asked = new Map<string, number>();
  private readonly instances = new Map<string, SimulatedInstance>();
  /** The fragment that each instance runs. */
  private readonly running = new Map<string, SimulatedFragment>();
  private readonly hopeless = new Map<number, string>();
  /** How often something of a task was given up since an item of it was committed. */
  private readonly givenUp = new Map<number, number>();
  private started = 0;

  constructor(workload: Workload, cpus: number) {
    this.workload = workload;
    this.cpus = cpus;
  }

  decided(decision: Decision, world: VirtualWorld): void {
    switch (decision.kind) {
      case 'assign': {
        const open = {
          startSeconds: world.now,
          endSeconds: Infinity,
          safePointSeconds: [],
          committedSeconds: 0,
          committed: new Map(),
        };
        const simulated: SimulatedFragment = { fragment: decision.fragment, ...open, how: 'lost' };
        this.pieces += decision.fragment.pieces.length;
        this.fragments.set(decision.fragment.id, simulated);
        this.running.set(decision.fragment.instance, simulated);
        return world.assign(decision.fragment);
      }
      case 'split':
        return world.split(decision.instance, decision.fragment);
      case 'start-instance':
        this.asked.set(`i${++this.started}`, world.now);
        return world.start(`i${this.started}`);
      case 'retire-instance':
        return world.stop(decision.instance);
      case 'wake':
        return world.wakeAt(decision.at);
      case 'give-up':
        if (!this.hopeless.has(decision.task)) this.hopeless.set(decision.task, decision.why);
        this.givenUp.set(decision.task, (this.givenUp.get(decision.task) ?? 0) + 1);
        return;
      case 'finished':
        this.isFinished = true;
        return;
      case 'skip':
      case 'withdraw-instance':
      case 'learnt':
        return;
    }
  }

  happened(event: ReturnType<VirtualWorld['next']> & object): void {
    const { now } = event;
    if (event.kind === 'instance-up') {
      const { instance } = event;
      const askedSeconds = this.asked.get(instance) ?? now;
      this.instances.set(instance, { instance, askedSeconds, startSeconds: now, endSeconds: Infinity });
    } else if (event.kind === 'instance-down') {
      this.instances.get(event.instance)!.endSeconds = now;
      const running = this.running.get(event.instance);
      if (running) running.endSeconds = now;
    } else if (event.kind === 'safe-point') {
      const fragment = this.fragments.get(event.fragment)!;
      fragment.safePointSeconds.push(now);
      for (const outcome of event.outcomes) {
        this.givenUp.delete(outcome.task);
        fragment.committed.set(outcome.task, (fragment.committed.get(outcome.task) ?? 0) + outcome.end - outcome.start);
        if (outcome.state === 'committed')
          fragment.committedSeconds += outcome.seconds * this.instanceShare(outcome.task);
      }
    } else if (event.kind === 'fragment-end') {
      Object.assign(this.fragments.get(event.fragment)!, { endSeconds: now, how: event.how });
      this.running.delete(event.instance);
    }
  }

  get isHopeless(): boolean {
    return this.givenUp.values().some((times) => times >= MOST_GIVEN_UP);
  }

  /** Work of the fragments that have ended over the life that instances had for them; 1 before there is any. */
  utilisation(now: number): number {
    let life = 0;
    let committed = 0;
    for (const { startSeconds, endSeconds } of this.instances.values())
      life += Math.min(endSeconds, now) - startSeconds;
    for (const { startSeconds, endSeconds, committedSeconds } of this.fragments.values()) {
      if (endSeconds === Infinity) life -= now - startSeconds;
      else committed += committedSeconds;
    }
    return committed > 0 && life > 0 ? committed / life : 1;
  }

  /** What still runs is taken to end `now`. */
  result(now: number): Pick<Simulation, 'fragments' | 'instances' | 'hopeless'> {
    for (const instance of this.instances.values()) instance.endSeconds = Math.min(instance.endSeconds, now);
    for (const fragment of this.fragments.values()) fragment.endSeconds = Math.min(fragment.endSeconds, now);
    return {
      fragments: [...this.fragments.values()],
      instances: [...this.instances.values()],
      hopeless: [...this.hopeless].map(([task, why]) => ({ task, why })),
    };
  }

  /** The part of an instance that an item of the task holds while it runs. */
  private instanceShare(task: number): number {
    return Math.min(1, this.workload.tasks[task]!.needs.cpus / this.cpus);
  }
}
