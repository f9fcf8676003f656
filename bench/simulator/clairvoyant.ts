import { UNWEIGHED } from '../../scheduler/fragment-scheduler/events.ts';
import type { CoreEvent, Decision, Fragment, Piece } from '../../scheduler/fragment-scheduler/events.ts';
import type { Policy } from '../../scheduler/plan/simulate.ts';
import type { Interval } from '../../scheduler/predictive-model/prediction.ts';
import { TaskQueue, type TaskCounts } from '../../scheduler/task-queue/task-queue.ts';
import type { ScenarioWorld } from './scenario-world.ts';

const NOTHING: Interval = { low: 0, expected: 0, high: 0 };
/** What a worker keeps of its life for its last safe point. */
const RESERVE_SECONDS = 0.1;

interface Item {
  task: number;
  start: number;
  seconds: number;
}

/**
 * Knows all run times and all ends, which nobody can: what foresight would be worth, not a scheduler. Packs each life
 * greedily, long items first, up to a fair half of what is left, and puts one safe point at the end.
 */
export class Clairvoyant implements Policy {
  private readonly world: ScenarioWorld;
  private readonly queue: TaskQueue;
  private readonly ready: Item[] = [];
  private readonly ends = new Map<string, number>();
  private readonly idle = new Set<string>();
  private asked = false;
  private fragments = 0;

  constructor(world: ScenarioWorld) {
    this.world = world;
    this.queue = new TaskQueue(world.workload);
  }

  handle(event: CoreEvent): Decision[] {
    this.takeIn(event);
    this.takeReady();
    if (this.queue.isFinished) return [{ kind: 'finished' }];
    return [...this.starts(event), ...[...this.idle].flatMap((instance) => this.assign(instance, event.now) ?? [])];
  }

  counts(): TaskCounts[] {
    return this.world.workload.tasks.map((_, task) => this.queue.counts(task));
  }

  forecast(): Interval {
    return { low: Infinity, expected: Infinity, high: Infinity };
  }

  private takeIn(event: CoreEvent): void {
    if (event.kind === 'instance-up') {
      this.idle.add(event.instance);
      this.ends.set(event.instance, event.now + this.world.lifeSeconds(event.instance));
    } else if (event.kind === 'safe-point') {
      for (const { task, start, end } of event.outcomes) this.queue.settle(task, { start, end }, 'committed');
    } else if (event.kind === 'fragment-end') this.idle.add(event.instance);
    else if (event.kind === 'instance-down') this.idle.delete(event.instance);
  }

  /** Each instance that ends is replaced. */
  private starts(event: CoreEvent): Decision[] {
    if (event.kind === 'instance-down') return [{ kind: 'start-instance' }];
    if (this.asked) return [];
    this.asked = true;
    const { max } = this.world.target.instances;
    return Array.from({ length: max }, () => ({ kind: 'start-instance' }));
  }

  private takeReady(): void {
    if (this.queue.ready === 0) return;
    for (const { task, cohort } of Array.from(this.queue.readyCohorts())) {
      for (const { start, end } of this.queue.take(task, cohort, Infinity)) {
        for (let item = start; item < end; item++)
          this.ready.push({ task, start: item, seconds: this.world.secondsOf({ task, start: item }) });
      }
    }
    this.ready.sort((a, b) => b.seconds - a.seconds);
  }

  private assign(instance: string, now: number): Decision | null {
    const { dispatchSeconds, safePointSeconds } = this.world.overheads;
    const last = this.ends.get(instance)! - Math.max(safePointSeconds, RESERVE_SECONDS) - 1e-6;
    const from = now + dispatchSeconds;
    const left = this.ready.reduce((sum, { seconds }) => sum + seconds, 0);
    const aim = from + left / this.world.target.instances.max / 2;
    const taken: Item[] = [];
    const kept: Item[] = [];
    let until = from;
    for (const item of this.ready) {
      const end = until < aim ? this.world.finish(instance, until, item.seconds) : Infinity;
      if (end <= last && (end <= aim || taken.length === 0)) {
        taken.push(item);
        until = end;
      } else kept.push(item);
    }
    if (taken.length === 0) return null;
    this.ready.splice(0, Infinity, ...kept);
    this.idle.delete(instance);
    return { kind: 'assign', fragment: this.fragmentOf(instance, taken) };
  }

  private fragmentOf(instance: string, items: readonly Item[]): Fragment {
    const pieces = items.map(({ task, start }): Piece => ({
      task,
      start,
      end: start + 1,
      everyItems: 0,
      everySeconds: null,
      itemSeconds: NOTHING,
    }));
    return { id: this.fragments++, instance, pieces, predictedSeconds: NOTHING, limit: 'queue', sizing: UNWEIGHED };
  }
}
