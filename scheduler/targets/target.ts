/**
 * Where instances come from. A target starts and ends instances and carries fragments to them; it decides nothing.
 * `local`, `ssh` and `slurm` do it with worker processes (see ../worker), `simulated` on a virtual clock.
 * test/scheduler/targets has one conformance suite that every target passes.
 */
import type { FailedTry, FragmentEnd, Fragment } from '../fragment-scheduler/events.ts';
import type { ItemCheckpoint, ItemReport, ResourceSample } from '../worker/protocol.ts';

export interface Target {
  /** Asks for one more instance. Answered by `listener.up` some time later, or by `listener.down` if it can't be had. */
  start(instance: string): void;
  /** Gives an idle instance a fragment. */
  assign(fragment: Fragment): void;
  /** Has the instance cut its fragment at the next safe point. */
  split(instance: string, fragment: number): void;
  /** Ends an instance: at once if it is idle, else after the safe point that it can reach within `graceSeconds`. */
  stop(instance: string, graceSeconds: number): void;
  /** Ends all instances and frees what the target holds; no listener is called after it resolves. */
  close(): Promise<void>;
}

/** What a target tells its run. Calls about one instance come in order. */
export interface TargetListener {
  up(instance: string, facts: InstanceFacts): void;
  /** A safe point was reached. Resolves once it is on disk; only then may the worker count on it. */
  safePoint(instance: string, fragment: number, reports: ItemReport[]): Promise<void>;
  /** An item's state is staged, or it left none though it was asked. Resolves once the state is in place. */
  checkpoint(instance: string, fragment: number, checkpoint: ItemCheckpoint): Promise<void>;
  /** Items failed that may be tried again, here or elsewhere. */
  tried(instance: string, fragment: number, tries: FailedTry[]): void;
  fragmentEnd(instance: string, fragment: number, how: FragmentEnd): void;
  sample(instance: string, sample: ResourceSample): void;
  /** The end is another than was known: nearer, as when a spot VM is called back, or later. `lifeSeconds`: what is left. */
  ending(instance: string, lifeSeconds: number): void;
  /** The instance is gone, with a reason that a person can read; what it had not committed is lost. */
  down(instance: string, reason: string): void;
  /** What the user should know of the target: why nothing comes of it, what is done about it. */
  notice(message: string): void;
  /** Values of a range of items, in order; an item's value as the input gave it. */
  items(task: number, start: number, end: number): Promise<unknown[]>;
}

export interface InstanceFacts {
  /** Instances of one type run at one speed, as far as the model knows. */
  type: string;
  cpus: number;
  memoryBytes: number | null;
  /** How long it will live from now; null where the end is not known. */
  lifeSeconds: number | null;
  /** Host and process, for people. */
  where: string;
}
