import type { Piece } from '../../scheduler/fragment-scheduler/events.ts';
import type { TargetSpec } from '../../scheduler/job-spec.ts';
import { uniform } from '../../scheduler/plan/random.ts';
import type { Policy, Simulation } from '../../scheduler/plan/simulate.ts';
import { playCourse } from '../../scheduler/plan/simulate.ts';
import { longestChain } from '../../scheduler/replay/bound.ts';
import { RecordedWork } from '../../scheduler/replay/recorded-work.ts';
import type { Overheads } from '../../scheduler/safe-points/injector.ts';
import type { Workload } from '../../scheduler/workload.ts';
import { InformedModel } from '../arena/informed-model.ts';
import { workloadOf } from '../arena/workload.ts';
import type { Scenario } from './scenarios.ts';

/** Where nothing is known of how long instances live. */
const GUESSED_LIFE_SECONDS = 3600;
/** A policy that goes round in circles has failed, … */
const MOST_STEPS = 2_000_000;
/** … and so has one that takes so many times as long as the bound. */
const MOST_BOUNDS = 20;

/**
 * The truth of a scenario: how long each item takes on each instance, and when instances end. The nth instance that is
 * started is the same for every policy.
 */
export class ScenarioWorld {
  readonly workload: Workload;
  readonly target: TargetSpec;
  /** What a policy is told of them. */
  readonly overheads: Overheads;
  private readonly scenario: Scenario;
  private readonly work: RecordedWork;
  private readonly totalSeconds: number;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    const { tasks, slots, lifespanSeconds, startupSeconds, dispatchSeconds, safePointSeconds } = scenario;
    const { workload, places } = workloadOf(tasks);
    this.workload = workload;
    const ranges = tasks.map(({ id, seconds }) => {
      const { task, position } = places.get(id)!;
      return { task, start: position, end: position + 1, seconds };
    });
    this.work = new RecordedWork(workload, ranges, () => 0);
    this.totalSeconds = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
    this.overheads = {
      startupSeconds,
      dispatchSeconds,
      coldSeconds: 0,
      safePointSeconds,
      meanTimeBetweenFailuresSeconds: lifespanSeconds === null ? GUESSED_LIFE_SECONDS : 10 * lifespanSeconds,
    };
    this.target = {
      name: 'bench',
      kind: 'simulated',
      instances: { min: slots, max: slots },
      lifespanSeconds,
      cpus: 1,
      memoryBytes: null,
      startupSeconds,
      pricePerHour: null,
      options: {},
      source: { file: '', start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    };
  }

  /** What becomes of the job if a policy decides; null if it is not done after many times the bound. */
  play(policy: Policy): Simulation | null {
    const course = playCourse({
      workload: this.workload,
      target: this.target,
      conditions: { overheads: this.overheads },
      policy,
      instanceType: (instance) => this.typeOf(instance),
      itemSeconds: (piece, instance, at) => this.finish(instance, at, this.secondsOf(piece)) - at,
      alikeUntil: ({ start }) => start + 1,
      hiddenLifeSeconds: (instance) => this.lifeSeconds(instance),
      mostPoints: Infinity,
      mostSteps: MOST_STEPS,
      mostSeconds: MOST_BOUNDS * this.bound(),
      isCancelled: () => false,
    });
    return course.simulatedShare === 1 && course.hopeless.length === 0 ? course : null;
  }

  /** The truth about the first item of a piece. */
  secondsOf(piece: Pick<Piece, 'task' | 'start'>): number {
    return this.work.itemSeconds(piece);
  }

  /** What is true of items and instances, but for which item takes how long. */
  informedModel(): InformedModel {
    const { tasks, speeds, load } = this.scenario;
    const items = tasks.map(({ type, cost, seconds }) => ({ key: type, cost, seconds }));
    return new InformedModel(items, { speedOf: (type) => speeds[type] ?? 1, load });
  }

  /** How long an instance lives from coming up. */
  lifeSeconds(instance: string): number {
    const { hiddenLifeSeconds, lifespanSeconds, seed } = this.scenario;
    const hidden = hiddenLifeSeconds?.(uniform(seed * 7919 + numberOf(instance))()) ?? Infinity;
    return Math.min(hidden, lifespanSeconds ?? Infinity);
  }

  /** When an instance has done so many seconds of work that it begins `at`. */
  finish(instance: string, at: number, seconds: number): number {
    const { load } = this.scenario;
    const speed = this.speedOf(instance);
    if (load.swing === 0) return at + seconds / speed;
    let time = at;
    let left = seconds;
    for (let period = Math.floor(at / load.periodSeconds); ; period++) {
      const rate = speed / (1 + this.loadIn(instance, period));
      const rest = (period + 1) * load.periodSeconds - time;
      if (left <= rest * rate) return time + left / rate;
      left -= rest * rate;
      time += rest;
    }
  }

  /**
   * A makespan that no policy beats: every second that an instance lives, and may start to live, is work at its own pace,
   * but for one dispatch and one safe point each; and the longest chain of tasks runs without a pause on the fastest.
   */
  bound(): number {
    const { startupSeconds, dispatchSeconds, safePointSeconds } = this.overheads;
    const overhead = dispatchSeconds + safePointSeconds;
    const fastest = Math.max(...Object.values(this.scenario.speeds));
    const byChain = startupSeconds + overhead + longestChain(this.work, this.workload) / fastest;
    let low = 0;
    let high = 1;
    while (this.workUntil(high, overhead) < this.totalSeconds) high *= 2;
    while (high - low > 1e-6 * high) {
      const middle = (low + high) / 2;
      if (this.workUntil(middle, overhead) < this.totalSeconds) low = middle;
      else high = middle;
    }
    return Math.max(high, byChain);
  }

  /** The most work that can be done by then. */
  private workUntil(end: number, overhead: number): number {
    const free = Array.from({ length: this.scenario.slots }, () => 0);
    let work = 0;
    for (let number = 1; ; number++) {
      const slot = free.indexOf(Math.min(...free));
      const instance = `i${number}`;
      const up = free[slot]! + this.overheads.startupSeconds;
      if (up + overhead >= end) return work;
      const down = up + this.lifeSeconds(instance);
      work += this.capacity(instance, up + overhead, Math.min(down, end));
      if (work >= this.totalSeconds) return work;
      free[slot] = down;
    }
  }

  /** How much an instance can do from one time to another. */
  private capacity(instance: string, from: number, to: number): number {
    const { load } = this.scenario;
    const speed = this.speedOf(instance);
    if (to <= from) return 0;
    if (load.swing === 0) return (to - from) * speed;
    let work = 0;
    for (let time = from; time < to;) {
      const period = Math.floor(time / load.periodSeconds + 1e-9);
      const until = Math.min(to, (period + 1) * load.periodSeconds);
      work += ((until - time) * speed) / (1 + this.loadIn(instance, period));
      time = until;
    }
    return work;
  }

  private typeOf(instance: string): string {
    const types = Object.keys(this.scenario.speeds);
    return types[numberOf(instance) % types.length]!;
  }

  private speedOf(instance: string): number {
    return this.scenario.speeds[this.typeOf(instance)]!;
  }

  private loadIn(instance: string, period: number): number {
    const { seed, load } = this.scenario;
    return load.swing * uniform(seed * 104_729 + numberOf(instance) * 1009 + period)();
  }
}

/** Instances are named i1, i2, … in the order in which they are started. */
const numberOf = (instance: string): number => Number(instance.slice(1));
