/** The arena's side of the contract: what a policy is given, what it is told, and what it may answer. Times in seconds. */

/** What is known before anything runs. */
export interface Setup {
  tasks: ArenaTask[];
  target: ArenaTarget;
  /** What an earlier run left behind. */
  history: { type: string; cost: number | null; instance_type: string; runtime_s: number }[];
}

export interface ArenaTask {
  id: string;
  type: string;
  cost: number | null;
  parents: string[];
}

export interface ArenaTarget {
  slots: number;
  lifespan_s: number | null;
  startup_s: number;
  /** Once for each instance, before its first fragment. */
  cold_s: number;
  /** For each fragment. */
  dispatch_s: number;
  safepoint_s: number;
  /** How long before its end an instance is told of it; null for never. */
  notice_s: number | null;
  lifetimes_hidden: boolean;
}

export type ArenaEvent = { now: number } & (
  | { kind: 'ready'; tasks: string[] }
  | { kind: 'instance-up'; instance: string; type: string; deadline: number | null; load: number }
  | ({ kind: 'safepoint'; remaining: number } & Progress)
  | ({ kind: 'fragment-end'; remainder: string[] } & Progress)
  | { kind: 'instance-down'; instance: string; fragment: number | null; lost: string[]; remainder: string[] }
  | { kind: 'notice'; instance: string; deadline: number }
  | { kind: 'timer'; id: string }
);

interface Progress {
  instance: string;
  fragment: number;
  completed: { task: string; runtime_s: number }[];
  load: number;
}

export type ArenaAction =
  | { kind: 'assign'; instance: string; tasks: string[]; safepoints: number[] }
  | { kind: 'split'; instance: string }
  | { kind: 'timer'; at: number; id: string };

export interface ArenaPolicy {
  onEvent(event: ArenaEvent): ArenaAction[];
}
