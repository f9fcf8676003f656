import { concurrency } from '../resource-monitor/resource-monitor.ts';
import type { Executor, ExecutorHooks } from './executor.ts';
import { ModuleExecutor } from './module-executor.ts';
import type { Watchdog } from './processes.ts';
import type { InstanceContext } from './setup.ts';
import { ShellExecutor } from './shell-executor.ts';
import { StreamExecutor } from './stream-executor.ts';

/** All resident shells serve all `run` tasks; other executors serve one task each. */
type Key = number | 'shell';

interface Member {
  executor: Executor;
  /** What it holds of the instance while it has items in flight; null while it has none. */
  holds: { cpus: number; memoryBytes: number } | null;
}

/**
 * The executors of an instance, and how much of its cpus and memory they hold. They stay from one fragment to the next.
 */
export class ExecutorPool {
  private readonly context: InstanceContext;
  private readonly watchdog: Watchdog;
  private readonly hooks: ExecutorHooks;
  private readonly members = new Map<Key, Member[]>();

  constructor(context: InstanceContext, watchdog: Watchdog, hooks: ExecutorHooks) {
    this.context = context;
    this.watchdog = watchdog;
    this.hooks = hooks;
  }

  get inFlight(): number {
    let sum = 0;
    for (const { executor } of this.all()) sum += executor.inFlight;
    return sum;
  }

  /** Cpus that items hold now. */
  get cpusBusy(): number {
    this.settle();
    return this.held().cpus;
  }

  /** An executor that takes an item of that task now; null if the instance has no room. */
  withRoom(task: number): Executor | null {
    this.settle();
    const key = this.keyOf(task);
    const members = this.members.get(key) ?? [];
    this.members.set(key, members);
    const idle = members.find(({ holds }) => holds === null);
    if ((idle !== undefined || members.length < this.most(task)) && this.fits(task)) {
      const member = idle ?? this.add(members, task);
      this.hold(member, task);
      return member.executor;
    }
    let best: Executor | null = null;
    for (const { executor } of members) {
      if (executor.room > 0 && executor.inFlight < (best?.inFlight ?? Infinity)) best = executor;
    }
    return best;
  }

  flush(): void {
    for (const { executor } of this.all()) executor.flush();
  }

  tick(now: number): void {
    for (const { executor } of this.all()) executor.tick(now);
  }

  drain(now: number): void {
    for (const { executor } of this.all()) executor.drain(now);
  }

  /** Ends the executors of all tasks but these. */
  keepOnly(tasks: Set<number>): void {
    for (const [key, members] of this.members) {
      if (key === 'shell' || tasks.has(key)) continue;
      for (const { executor } of members) executor.kill();
      this.members.delete(key);
    }
  }

  kill(): void {
    for (const { executor } of this.all()) executor.kill();
    this.members.clear();
  }

  private *all(): Iterable<Member> {
    for (const members of this.members.values()) yield* members;
  }

  private keyOf(task: number): Key {
    return this.context.job.tasks[task]!.work.kind === 'run' ? 'shell' : task;
  }

  private most(task: number): number {
    const { needs, work } = this.context.job.tasks[task]!;
    // Shells are shared between tasks of different needs: there what is held decides.
    return work.kind === 'run' ? Infinity : Math.max(1, concurrency(this.context, needs));
  }

  /** Where nothing is held anything fits: an item must not wait for ever. */
  private fits(task: number): boolean {
    const held = this.held();
    if (held.cpus === 0 && held.memoryBytes === 0) return this.inFlight === 0 || this.countWithin(task);
    const { needs } = this.context.job.tasks[task]!;
    const cpus = held.cpus + needs.cpus <= this.context.cpus + 1e-9;
    const memory =
      this.context.memoryBytes === null || held.memoryBytes + needs.memoryBytes <= this.context.memoryBytes;
    return cpus && memory && this.countWithin(task);
  }

  private countWithin(task: number): boolean {
    const busy = (this.members.get(this.keyOf(task)) ?? []).filter(({ holds }) => holds !== null).length;
    return busy < Math.max(1, concurrency(this.context, this.context.job.tasks[task]!.needs));
  }

  private add(members: Member[], task: number): Member {
    const member: Member = { executor: this.create(task), holds: null };
    members.push(member);
    return member;
  }

  private create(task: number): Executor {
    switch (this.context.job.tasks[task]!.work.kind) {
      case 'run':
        return new ShellExecutor(this.context, this.watchdog, this.hooks);
      case 'stream':
        return new StreamExecutor(this.context, this.watchdog, this.hooks, task);
      case 'module':
        return new ModuleExecutor(this.context, this.hooks, task);
    }
  }

  private hold(member: Member, task: number): void {
    member.holds = this.context.job.tasks[task]!.needs;
  }

  /** What all executors hold together. Summed anew each time, so that one that is ended takes its share with it. */
  private held(): { cpus: number; memoryBytes: number } {
    const sum = { cpus: 0, memoryBytes: 0 };
    for (const { holds } of this.all()) {
      sum.cpus += holds?.cpus ?? 0;
      sum.memoryBytes += holds?.memoryBytes ?? 0;
    }
    return sum;
  }

  /** Takes back what those hold that have nothing in flight any more. */
  private settle(): void {
    for (const member of this.all()) {
      if (member.executor.inFlight === 0) member.holds = null;
    }
  }
}
