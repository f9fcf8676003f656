/** What a target tells of its instances, as the scheduler and the journal are told of it. */
import type { CoreEvent, FailedTry, FragmentEnd, Outcome } from '../../fragment-scheduler/events.ts';
import type { InstanceFacts, TargetListener } from '../../targets/target.ts';
import type { ItemCheckpoint, ItemReport, ResourceSample } from '../../worker/protocol.ts';
import type { ReportedSafePoint } from '../accepted-reports.ts';
import type { LiveInstances } from './live-instances.ts';
import type { RunHostOptions } from './options.ts';
import { SafePointInbox } from './safe-point-inbox.ts';

export interface TargetEventsOptions {
  run: RunHostOptions;
  instances: LiveInstances;
  /** Seconds since the run began. */
  now: () => number;
  /** Does what may fail because of the journal; false if it did, and the run is over. */
  guard: (work: () => void) => boolean;
  /** Hands an event to the scheduler; `record` writes down what happened. */
  handle: (event: CoreEvent, record?: () => void) => void;
  /** Told when an instance has become idle, or is gone. */
  freed: () => void;
}

export class TargetEvents implements TargetListener {
  /** Where safe points arrive; whatever else happens to an instance comes after those that it sent before. */
  readonly inbox: SafePointInbox;
  private readonly run: RunHostOptions;
  private readonly instances: LiveInstances;
  private readonly now: () => number;
  private readonly handle: TargetEventsOptions['handle'];
  private readonly freed: () => void;

  constructor({ run, instances, now, guard, handle, freed }: TargetEventsOptions) {
    this.run = run;
    this.instances = instances;
    this.now = now;
    this.handle = handle;
    this.freed = freed;
    this.inbox = new SafePointInbox({
      run,
      now,
      guard,
      takenIn: (safePoint, outcomes, at) => this.takenIn(safePoint, outcomes, at),
    });
  }

  up(instance: string, facts: InstanceFacts): void {
    const now = this.now();
    const { type, where, cpus, memoryBytes, lifeSeconds } = facts;
    const deadline = lifeSeconds === null ? null : now + lifeSeconds;
    if (!this.instances.cameUp(instance, facts, deadline)) return;
    this.run.log.emit({ type: 'instance-started', instance, instanceType: type, where, lifeSeconds });
    this.handle({ kind: 'instance-up', instance, type, cpus, memoryBytes, deadline, now }, () =>
      this.run.journal.instanceUp(this.run.process, instance, facts, now),
    );
  }

  safePoint(instance: string, fragment: number, reports: ItemReport[]): Promise<void> {
    return this.inbox.add({ instance, fragment, reports });
  }

  private takenIn({ instance, fragment, reports }: ReportedSafePoint, outcomes: Outcome[], now: number): void {
    const running = this.instances.get(instance)?.running;
    if (running) running.done += reports.reduce((sum, { start, end }) => sum + end - start, 0);
    this.handle({ kind: 'safe-point', instance, fragment, outcomes, now });
  }

  async checkpoint(instance: string, fragment: number, checkpoint: ItemCheckpoint): Promise<void> {
    this.inbox.takeIn();
    const { scheduler, states, log, items, job } = this.run;
    if (!scheduler.holds(instance, fragment)) return;
    const { task, position, seconds, isStaged, isUnderWay } = checkpoint;
    const progressed = isStaged && (states?.keep(fragment, checkpoint) ?? true);
    const item = items.label(task, position);
    log.emit({ type: 'checkpoint', task: job.tasks[task]!.task, item, fragment, instance, kept: progressed, seconds });
    const now = this.now();
    this.handle({ kind: 'checkpoint', instance, fragment, task, position, seconds, progressed, isUnderWay, now });
  }

  tried(instance: string, fragment: number, tries: FailedTry[]): void {
    this.handle({ kind: 'tried', instance, fragment, tries, now: this.now() });
  }

  fragmentEnd(instance: string, fragment: number, how: FragmentEnd): void {
    this.inbox.takeIn();
    if (!this.run.scheduler.holds(instance, fragment)) return;
    const now = this.now();
    const record = this.closeFragment(instance, how, now);
    this.handle({ kind: 'fragment-end', instance, fragment, how, now }, record);
    this.freed();
  }

  sample(instance: string, sample: ResourceSample): void {
    const live = this.instances.get(instance);
    if (!live) return;
    live.sample = sample;
    this.handle({ kind: 'load', instance, load: sample.otherCpuShare, now: this.now() });
  }

  ending(instance: string, lifeSeconds: number): void {
    const live = this.instances.get(instance);
    if (!live) return;
    live.deadline = this.now() + lifeSeconds;
    this.handle({ kind: 'instance-ending', instance, deadline: live.deadline, now: this.now() });
  }

  down(instance: string, reason: string): void {
    this.inbox.takeIn();
    const now = this.now();
    const record = this.closeInstance(instance, reason, now);
    if (record === null) return;
    this.handle({ kind: 'instance-down', instance, reason, now }, record);
    this.freed();
  }

  notice(message: string): void {
    this.run.log.emit({ type: 'warning', message });
  }

  async items(task: number, start: number, end: number): Promise<unknown[]> {
    return this.run.items.values(task, start, end);
  }

  /** The run is at its end, and all that is left with it: tells of it, and writes it down. */
  closeAll(now: number): void {
    const records = this.instances.names.map((instance) => this.closeInstance(instance, 'the run ended', now));
    this.run.journal.together(() => records.forEach((record) => record?.()));
  }

  /** Tells of the end of a fragment, if there is one; returns what writes it down. */
  private closeFragment(instance: string, how: FragmentEnd | 'lost', now: number): () => void {
    const fragment = this.instances.endFragment(instance);
    if (fragment === null) return () => {};
    this.run.log.emit({ type: 'fragment-ended', fragment, instance, how });
    return () => this.run.journal.fragmentEnded(fragment, how, now);
  }

  /** The same for an instance, and for the fragment that was lost with it. Null if its end is no news. */
  private closeInstance(instance: string, reason: string, now: number): (() => void) | null {
    const { log, journal } = this.run;
    const recordFragment = this.closeFragment(instance, 'lost', now);
    const was = this.instances.ended(instance);
    if (was === 'gone') return null;
    if (was === 'asked for') {
      log.emit({ type: 'warning', message: `instance ${instance} could not be started: ${reason}` });
      return () => {};
    }
    log.emit({ type: 'instance-ended', instance, reason });
    return () => {
      recordFragment();
      journal.instanceDown(instance, reason, now);
    };
  }
}
