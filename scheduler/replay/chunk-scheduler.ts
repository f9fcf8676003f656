import { UNWEIGHED } from '../fragment-scheduler/events.ts';
import type { CoreEvent, Decision, Fragment, Outcome, Piece } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { uniform } from '../plan/random.ts';
import type { Policy } from '../plan/simulate.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import { cohortAt, TaskQueue, type Skip, type TaskCounts } from '../task-queue/task-queue.ts';
import type { Range, Workload } from '../workload.ts';

const NOTHING: Interval = { low: 0, expected: 0, high: 0 };

/**
 * What people do without a scheduler that learns: chunks of a fixed number of items, in an order that knows nothing of
 * their run times, one safe point at the end of each. It has the same door as the Fragment Scheduler. A chunk whose
 * instance ends is run again from its beginning; it is never split, and no look is taken at what is left of a life.
 */
export class ChunkScheduler implements Policy {
  private readonly workload: Workload;
  private readonly target: TargetSpec;
  private readonly chunk: number;
  private readonly queue: TaskQueue;
  private readonly next = uniform(1);
  /** Instances that are there, and the fragment that each runs. */
  private readonly instances = new Map<string, Fragment | null>();
  private readonly retiring = new Set<string>();
  private pending = 0;
  private fragments = 0;
  private finished = false;

  constructor({ workload, target, chunk }: { workload: Workload; target: TargetSpec; chunk: number }) {
    this.workload = workload;
    this.target = target;
    this.chunk = chunk;
    this.queue = new TaskQueue(workload);
  }

  handle(event: CoreEvent): Decision[] {
    const decisions: Decision[] = event.kind === 'wake' ? this.giveUpWhatFitsNowhere() : this.takeIn(event);
    if (!this.finished) decisions.push(...this.assignments(), ...this.starts(), ...this.retirements(), ...this.end());
    return decisions;
  }

  counts(): TaskCounts[] {
    return this.workload.tasks.map((_, task) => this.queue.counts(task));
  }

  /** At the pace so far. */
  forecast(now: number): Interval {
    let ended = 0;
    let left = 0;
    for (const { count, waiting, ready, running, upToDate } of this.counts()) {
      left += waiting + ready + running;
      ended += count - waiting - ready - running - upToDate;
    }
    const seconds = ended === 0 ? Infinity : (now * left) / ended;
    return { low: seconds, expected: seconds, high: seconds };
  }

  private takeIn(event: CoreEvent): Decision[] {
    switch (event.kind) {
      case 'instance-up':
        this.pending = Math.max(0, this.pending - 1);
        this.instances.set(event.instance, null);
        return [];
      case 'safe-point':
        return event.outcomes.flatMap((outcome) => this.settle(outcome));
      case 'fragment-end':
        this.release(event.instance);
        this.instances.set(event.instance, null);
        return [];
      case 'instance-down':
        this.release(event.instance);
        this.instances.delete(event.instance);
        return [];
      default:
        return [];
    }
  }

  private settle({ task, start, end, state }: Outcome): Decision[] {
    return this.queue.settle(task, { start, end }, state).skips.map(skipped);
  }

  private giveUpWhatFitsNowhere(): Decision[] {
    return this.workload.tasks.flatMap(({ needs, count }, task): Decision[] => {
      if (concurrency(this.target, needs) > 0 || this.queue.counts(task).failed === count) return [];
      const why = 'needs more cpus or memory than an instance has';
      const { skips } = this.queue.settle(task, { start: 0, end: count }, 'failed');
      return [{ kind: 'give-up', task, start: 0, end: count, why }, ...skips.map(skipped)];
    });
  }

  private release(instance: string): void {
    for (const piece of this.instances.get(instance)?.pieces ?? []) this.queue.giveBack(piece.task, piece);
  }

  private assignments(): Decision[] {
    const decisions: Decision[] = [];
    for (const [instance, running] of this.instances) {
      if (running !== null || this.retiring.has(instance)) continue;
      const ranges = this.takeChunk();
      if (ranges.length === 0) break;
      const pieces = ranges.map((range): Piece => ({
        ...range,
        everyItems: 0,
        everySeconds: null,
        itemSeconds: NOTHING,
      }));
      const fragment: Fragment = {
        id: this.fragments++,
        instance,
        pieces,
        predictedSeconds: NOTHING,
        limit: 'queue',
        sizing: UNWEIGHED,
      };
      this.instances.set(instance, fragment);
      decisions.push({ kind: 'assign', fragment });
    }
    return decisions;
  }

  /** Items of one task, drawn as if its ready items stood in random order. */
  private takeChunk(): (Range & { task: number })[] {
    const [first] = this.queue.readyCohorts();
    if (first === undefined) return [];
    const { task } = first;
    const cohorts = this.workload.tasks[task]!.cohorts.map((_, cohort) => this.queue.readyIn(task, cohort));
    let ready = cohorts.reduce((sum, items) => sum + items, 0);
    const taken: Range[] = [];
    for (let left = Math.min(this.chunk, ready); left > 0; left--, ready--) {
      let place = Math.floor(this.next() * ready);
      const cohort = cohorts.findIndex((items) => (place -= items) < 0);
      cohorts[cohort]!--;
      taken.push(...this.queue.take(task, cohort, 1));
    }
    return joined(taken, this.workload.tasks[task]!.cohorts).map((range) => ({ task, ...range }));
  }

  private starts(): Decision[] {
    const idle = [...this.instances.values()].filter((running) => running === null).length;
    const useful = Math.ceil(this.queue.ready / this.chunk) - idle - this.pending;
    const room = this.target.instances.max - this.instances.size - this.pending;
    const missing = Math.max(0, Math.min(useful, room));
    this.pending += missing;
    return Array.from({ length: missing }, () => ({ kind: 'start-instance' }));
  }

  /** Nothing is left to hand out, and nothing will be. */
  private retirements(): Decision[] {
    if (this.queue.unassigned > 0) return [];
    const idle = [...this.instances].filter(([id, running]) => running === null && !this.retiring.has(id));
    return idle.map(([instance]) => {
      this.retiring.add(instance);
      return { kind: 'retire-instance', instance, reason: 'no-work' };
    });
  }

  private end(): Decision[] {
    if (!this.queue.isFinished) return [];
    this.finished = true;
    return [{ kind: 'finished' }];
  }
}

const skipped = (skip: Skip): Decision => ({ kind: 'skip', ...skip });

/** Neighbours of one cohort as one range, in order. */
function joined(ranges: readonly Range[], cohorts: readonly Range[]): Range[] {
  const whole: Range[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last?.end === start && cohortAt(cohorts, last.start) === cohortAt(cohorts, start)) last.end = end;
    else whole.push({ start, end });
  }
  return whole;
}
