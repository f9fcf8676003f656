import type { Fragment, FragmentEnd } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import { overheadsOf } from '../safe-points/overheads.ts';
import type { Workload } from '../workload.ts';
import type { TargetMeasurement } from './target-profile.ts';

/** What is usual for a kind of target counts as much as so many fragments that were measured. */
const PRIOR_FRAGMENTS = 3;

/** A fragment under way whose items run one after the other. */
interface Open {
  fragment: number;
  assignedAt: number;
  workSeconds: number;
  safePoints: number;
}

/**
 * Watches a run, and measures what its target's instances cost beside the work. What a fragment takes beyond its items'
 * run times is its dispatch and its safe points; the two are told apart by least squares over fragments with many and few
 * safe points. Fragments whose items run side by side tell nothing of that. Times are seconds since the run began.
 */
export class TargetMeter {
  private readonly target: TargetSpec;
  private readonly workload: Workload;
  private readonly asked = new Map<string, number>();
  private readonly stopped = new Map<string, number>();
  private readonly open = new Map<string, Open>();
  private readonly startup = new Mean();
  private readonly boot = new Mean();
  private readonly stop = new Mean();
  private readonly load = new Mean();
  private instanceType: string | null = null;
  // Sums over fragments: their number, safe points, squares of these, seconds beside the work, and these times safe points.
  private fragments = 0;
  private points = 0;
  private squaredPoints = 0;
  private beside = 0;
  private besideTimesPoints = 0;

  constructor(target: TargetSpec, workload: Workload) {
    this.target = target;
    this.workload = workload;
  }

  startAsked(instance: string, now: number): void {
    this.asked.set(instance, now);
  }

  up(instance: string, type: string, lifeSeconds: number | null, now: number): void {
    const { lifespanSeconds } = this.target;
    this.instanceType = type;
    this.startup.add(now - (this.asked.get(instance) ?? now));
    if (lifespanSeconds !== null && lifeSeconds !== null) this.boot.add(Math.max(0, lifespanSeconds - lifeSeconds));
  }

  sampled(load: number): void {
    this.load.add(load);
  }

  assigned({ id, instance, pieces }: Fragment, now: number): void {
    const isSerial = pieces.every(({ task }) => concurrency(this.target, this.workload.tasks[task]!.needs) === 1);
    if (isSerial) this.open.set(instance, { fragment: id, assignedAt: now, workSeconds: 0, safePoints: 0 });
  }

  safePoint(instance: string, fragment: number, workSeconds: number): void {
    const open = this.open.get(instance);
    if (open?.fragment !== fragment) return;
    open.workSeconds += workSeconds;
    open.safePoints++;
  }

  fragmentEnded(instance: string, fragment: number, how: FragmentEnd, now: number): void {
    const open = this.open.get(instance);
    if (open?.fragment !== fragment) return;
    this.open.delete(instance);
    // One that nothing was committed of waited for items that failed, or for nothing.
    if (how === 'split' || open.workSeconds === 0) return;
    const beside = Math.max(0, now - open.assignedAt - open.workSeconds);
    this.fragments++;
    this.points += open.safePoints;
    this.squaredPoints += open.safePoints ** 2;
    this.beside += beside;
    this.besideTimesPoints += beside * open.safePoints;
  }

  stopAsked(instance: string, now: number): void {
    if (!this.open.has(instance)) this.stopped.set(instance, now);
  }

  down(instance: string, now: number): void {
    this.open.delete(instance);
    const at = this.stopped.get(instance);
    if (at !== undefined) this.stop.add(now - at);
  }

  /** @param pace ln of the makespan over the predicted one; null where nothing was predicted */
  measurement(pace: number | null): TargetMeasurement {
    return {
      instanceType: this.instanceType,
      load: this.load.value,
      startupSeconds: this.startup.value,
      bootSeconds: this.boot.value,
      stopSeconds: this.stop.value,
      ...this.fragmentCosts(),
      pace,
    };
  }

  /** Least squares of `beside = dispatch + points × safePoint`, drawn towards what is usual. */
  private fragmentCosts(): Pick<TargetMeasurement, 'dispatchSeconds' | 'safePointSeconds'> {
    if (this.fragments === 0) return { dispatchSeconds: null, safePointSeconds: null };
    const usual = overheadsOf(this.target);
    const meanPoints = this.points / this.fragments;
    const count = this.fragments + PRIOR_FRAGMENTS;
    const squares = this.squaredPoints + PRIOR_FRAGMENTS * meanPoints ** 2;
    const ofDispatch = this.beside + PRIOR_FRAGMENTS * usual.dispatchSeconds;
    const ofPoints = this.besideTimesPoints + PRIOR_FRAGMENTS * meanPoints ** 2 * usual.safePointSeconds;
    const determinant = count * squares - this.points ** 2;
    return {
      dispatchSeconds: Math.max(0, (ofDispatch * squares - ofPoints * this.points) / determinant),
      safePointSeconds: Math.max(0, (ofPoints * count - ofDispatch * this.points) / determinant),
    };
  }
}

class Mean {
  private sum = 0;
  private count = 0;

  /** Null before there is anything to average. */
  get value(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }

  add(number: number): void {
    this.sum += number;
    this.count++;
  }
}
