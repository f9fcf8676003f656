import type { CoreEvent, Decision, Fragment } from '../../scheduler/fragment-scheduler/events.ts';
import type { TargetSpec } from '../../scheduler/job-spec.ts';
import { concurrency } from '../../scheduler/resource-monitor/resource-monitor.ts';
import type { Range, Workload } from '../../scheduler/workload.ts';

type ItemState = 'open' | 'running' | 'committed' | 'failed' | 'given up' | 'skipped';

/** So many wakes may be on their way at once. */
const MOST_WAKES = 10;

/**
 * Keeps an account of every single item and instance, and throws as soon as the scheduler does what it must not: hands an
 * item out twice or too early, forgets one, uses an instance that is busy or gone, asks for too many, goes round in circles.
 */
export class Ledger {
  readonly gaveUp: string[] = [];
  /** Instances that were started and retired without a fragment in between. */
  uselessLives = 0;
  started = 0;
  isFinished = false;
  private readonly workload: Workload;
  private readonly target: TargetSpec;
  private readonly items: ItemState[][];
  private readonly running = new Map<number, Fragment>();
  private readonly live = new Map<string, { cpus: number; busy: boolean; fragments: number; retired: boolean }>();
  private readonly gone = new Set<string>();
  private starting = 0;
  private wakes = 0;
  private lastNow = -1;
  private assignsNow = 0;

  /** @param settled what the journal holds of earlier processes */
  constructor(
    workload: Workload,
    target: TargetSpec,
    settled: readonly (Range & { task: number; state: 'committed' | 'failed' })[],
  ) {
    this.workload = workload;
    this.target = target;
    this.items = workload.tasks.map(({ count, upToDate }) =>
      Array.from({ length: count }, (_, i): ItemState =>
        upToDate.some(({ start, end }) => i >= start && i < end) ? 'committed' : 'open',
      ),
    );
    for (const { task, start, end, state } of settled) this.items[task]!.fill(state, start, end);
    this.skipWhatFollows();
  }

  happened(event: CoreEvent): void {
    if (event.now > this.lastNow) [this.lastNow, this.assignsNow] = [event.now, 0];
    if (event.kind === 'wake') this.wakes--;
    if (event.kind === 'instance-up') this.up(event);
    if (event.kind === 'instance-down') this.down(event.instance);
    if (event.kind === 'fragment-end') this.end(event.instance, event.fragment);
    if (event.kind === 'safe-point' && this.running.get(event.fragment)?.instance === event.instance) {
      for (const { task, start, end, state } of event.outcomes) {
        for (let i = start; i < end; i++) if (this.items[task]![i] === 'running') this.items[task]![i] = state;
      }
    }
  }

  decided(decision: Decision, now: number): void {
    check(!this.isFinished, 'something was decided after the end');
    switch (decision.kind) {
      case 'assign':
        return this.assign(decision.fragment);
      case 'split':
        return check(this.running.has(decision.fragment), 'a fragment was split that does not run');
      case 'start-instance':
        this.started++;
        return check(this.live.size + ++this.starting <= this.target.instances.max, 'too many instances');
      case 'withdraw-instance':
        return check(--this.starting >= 0, 'an instance was called off that nobody asked for');
      case 'retire-instance':
        return this.retire(decision.instance);
      case 'skip':
        return this.skip(decision);
      case 'give-up':
        this.gaveUp.push(decision.why);
        return this.settle(decision, 'given up');
      case 'wake':
        check(++this.wakes <= MOST_WAKES, 'ever more wakes');
        return check(decision.at > now, 'a wake was asked for that is past');
      case 'finished':
        this.isFinished = true;
        check(this.running.size === 0, 'finished while fragments run');
        return check(!this.items.flat().includes('open'), 'finished with items that never ended');
      case 'learnt':
        return;
    }
  }

  /** What waits for something that failed has been skipped. */
  private skipWhatFollows(): void {
    for (const [task, { dependsOn }] of this.workload.tasks.entries()) {
      const states = this.items[task]!;
      for (const [item, state] of states.entries())
        if (state === 'open' && dependsOn.some((on) => this.hasFailed(on, item))) states[item] = 'skipped';
    }
  }

  private hasFailed({ task, on }: { task: number; on: 'item' | 'all' }, item: number): boolean {
    const isUnsuccessful = (state?: ItemState): boolean => ['failed', 'given up', 'skipped'].includes(state!);
    return on === 'item' ? isUnsuccessful(this.items[task]![item]) : this.items[task]!.some(isUnsuccessful);
  }

  private assign(fragment: Fragment): void {
    const instance = this.live.get(fragment.instance);
    if (!instance || instance.busy || instance.retired) throw new Error('assigned to an instance that is not idle');
    check(++this.assignsNow <= 4 * this.target.instances.max, 'round in circles without any time going by');
    check(!this.running.has(fragment.id), 'a fragment number was used twice');
    check(fragment.pieces.length > 0, 'an empty fragment');
    Object.assign(instance, { busy: true, fragments: instance.fragments + 1 });
    this.running.set(fragment.id, fragment);
    for (const { task, start, end } of fragment.pieces) {
      check(concurrency({ ...instance, memoryBytes: null }, this.workload.tasks[task]!.needs) > 0, 'needs not met');
      for (let i = start; i < end; i++) {
        check(
          this.items[task]![i] === 'open',
          `item ${i} of task ${task} was handed out while ${this.items[task]![i]}`,
        );
        check(this.mayRun(task, i), `item ${i} of task ${task} was handed out too early`);
        this.items[task]![i] = 'running';
      }
    }
  }

  private mayRun(task: number, item: number): boolean {
    return this.workload.tasks[task]!.dependsOn.every(({ task: on, on: what }) =>
      what === 'item' ? this.items[on]![item] === 'committed' : this.items[on]!.every((state) => state === 'committed'),
    );
  }

  private skip(skip: Range & { task: number; because: number }): void {
    const { dependsOn } = this.workload.tasks[skip.task]!;
    const on = dependsOn.find(({ task }) => task === skip.because)?.on;
    const isUnsuccessful = (state?: ItemState): boolean => ['failed', 'given up', 'skipped'].includes(state!);
    const upstream = this.items[skip.because]!;
    for (let i = skip.start; i < skip.end; i++) {
      check(on === 'item' ? isUnsuccessful(upstream[i]) : upstream.some(isUnsuccessful), 'skipped without a reason');
    }
    this.settle(skip, 'skipped');
  }

  private settle({ task, start, end }: Range & { task: number }, state: ItemState): void {
    for (let i = start; i < end; i++) {
      check(this.items[task]![i] === 'open', `item ${i} of task ${task} was ${state} while ${this.items[task]![i]}`);
      this.items[task]![i] = state;
    }
  }

  private retire(id: string): void {
    const instance = this.live.get(id);
    if (!instance || instance.busy || instance.retired) throw new Error('retired an instance that is not idle');
    instance.retired = true;
    if (instance.fragments === 0) this.uselessLives++;
  }

  private up({ instance, cpus }: CoreEvent & { kind: 'instance-up' }): void {
    if (this.live.has(instance) || this.gone.has(instance)) return;
    this.starting--;
    this.live.set(instance, { cpus, busy: false, fragments: 0, retired: false });
  }

  private down(instance: string): void {
    if (this.gone.has(instance)) return;
    this.gone.add(instance);
    if (!this.live.delete(instance)) this.starting--;
    for (const fragment of this.running.values()) if (fragment.instance === instance) this.close(fragment);
  }

  private end(instance: string, id: number): void {
    const fragment = this.running.get(id);
    if (fragment?.instance !== instance) return;
    this.live.get(instance)!.busy = false;
    this.close(fragment);
  }

  private close(fragment: Fragment): void {
    this.running.delete(fragment.id);
    this.reopen(fragment);
  }

  private reopen({ pieces }: Fragment): void {
    for (const { task, start, end } of pieces) {
      for (let i = start; i < end; i++) if (this.items[task]![i] === 'running') this.items[task]![i] = 'open';
    }
  }
}

function check(isRight: boolean, wrong: string): void {
  if (!isRight) throw new Error(wrong);
}
