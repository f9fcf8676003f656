/**
 * The JobSpec: one job as plain JSON. `language/` makes it, and it is all of the language that the scheduler ever sees.
 * It holds no functions, no cycles and no `undefined`, so it can be written to a journal and sent over a wire as it is.
 *
 * A reader accepts every version up to its own; a change of meaning raises {@link JOB_SPEC_VERSION}.
 */

/** The version that this code writes. */
export const JOB_SPEC_VERSION = 1;

/** One job, lowered: names resolved, params filled in, units in seconds and bytes, tasks in an order that respects dependencies. */
export interface JobSpec {
  version: number;
  /** The job's name as written. */
  job: string;
  /** Absolute path of the file that declares the job. */
  file: string;
  /** Absolute path of the folder that the job's relative paths start from: the folder of {@link file}. */
  directory: string;
  /** The values that params had when the job was lowered, for the record. */
  params: Record<string, string | number>;
  /** Only the inputs that some task of the job goes over. */
  inputs: InputSpec[];
  /** Every task stands after all tasks that it depends on. */
  tasks: TaskSpec[];
  target: TargetSpec;
}

/** Where a task's items come from. Paths may be relative to {@link JobSpec.directory}. */
export type InputSpec = { name: string; source: SourceSpan } & InputSource;

export type InputSource =
  /**
   * One item per file, in path order: `{path, name, stem, ext, dir, below, size}`; `path` is relative to the job's folder
   * where it lies below it, `below` to the part of the pattern before its first wildcard.
   */
  | { kind: 'files'; patterns: string[]; exclude: string[] }
  /** One item per row: an object with a string for each column of the header line. */
  | { kind: 'csv'; path: string }
  /** One item per line that is not empty: a string. */
  | { kind: 'lines'; path: string }
  /** One item per line of JSON: any value. */
  | { kind: 'json'; path: string }
  /** The whole numbers from `from` to `to`, both included. */
  | { kind: 'range'; from: number; to: number }
  | { kind: 'list'; values: (string | number)[] };

/**
 * One task, or one stage of a task whose steps have safe points between them: the language makes a chain of stages of it,
 * each going over the same items and each item of a stage depending on the same item of the stage before.
 */
export interface TaskSpec {
  /** Unique in the job: the task's name, with `#2`, `#3`, … for its later stages. */
  name: string;
  /** The task as the user wrote it; what progress and messages speak of. Equal to `name` but for later stages. */
  task: string;
  /** Which stage this is, from 1, and of how many. */
  stage: { index: number; of: number };
  /** The input that the task goes over, or null for a task that has exactly one item. */
  input: string | null;
  dependsOn: Dependency[];
  work: WorkSpec;
  /** The path that an item's result is published at, relative to {@link JobSpec.directory}; null where it has none. */
  output: Template | null;
  /** Where an item's program keeps what it needs to go on elsewhere; missing where it can only begin anew. */
  checkpoint?: CheckpointSpec;
  /** What an item's run time is expected to grow with; null where the user said nothing. */
  cost: CostSpec | null;
  needs: { cpus: number; memoryBytes: number };
  safePoint: SafePointSpec;
  /** How often an item that failed is tried again. */
  retry: number;
  /** After so long a try of one item is killed and counts as failed; null for never. */
  timeoutSeconds: number | null;
  /** The user's guess of one item's run time. */
  estimateSeconds: number | null;
  /** Where commands run, relative to {@link JobSpec.directory}. */
  workdir: Template;
  env: { name: string; value: Template }[];
  /** The program that takes a `run` command as its last argument after `-c`; null for the built-in POSIX shell. */
  shell: string[] | null;
  source: SourceSpan;
}

/** `item`: item i waits for item i of that task (both go over the same input). `all`: it waits until every item there has ended. */
export interface Dependency {
  task: string;
  on: 'item' | 'all';
}

/** How an item's program is asked for its state, and where it is kept until the item is committed. */
export interface CheckpointSpec {
  /** Relative to {@link JobSpec.directory}. */
  path: Template;
  /** Sent to the program when its instance is about to end: it writes its state and exits. */
  signal: CheckpointSignal;
  /** How long before the instance's end; null for 30 s or a tenth of the instance's life, whichever is shorter. */
  graceSeconds: number | null;
}

/** Names without `SIG`: those that a program can catch, and that mean nothing else while it runs. */
export const checkpointSignals = ['TERM', 'INT', 'HUP', 'USR1', 'USR2'] as const;
export type CheckpointSignal = (typeof checkpointSignals)[number];

export const isCheckpointSignal = (name: string): name is CheckpointSignal =>
  checkpointSignals.some((each) => each === name);

export type WorkSpec =
  /** Shell commands, one after the other; the item fails with the first that fails. Values are quoted for the place they stand in. */
  | { kind: 'run'; commands: Template[] }
  /** One long-lived process per instance that reads items and writes results, a line of JSON each. */
  | { kind: 'stream'; command: Template }
  /** An exported async function `(item, { out, signal }) => result`, called in worker threads. */
  | { kind: 'module'; path: string; export: string };

/** Text with holes. Params are filled in already; holes are filled for each item. */
export type Template = TemplatePart[];

export type TemplatePart =
  | { kind: 'text'; text: string }
  | {
      kind: 'hole';
      hole: Hole;
      /** How the value is written into a shell command: for the quotes that the hole stands in, or as it is (`raw`, and in paths). */
      quote: 'raw' | 'none' | 'single' | 'double';
    };

export type Hole =
  /** A value of the item: `[]` is the item itself, `['size']` a field. */
  | { kind: 'item'; path: string[] }
  /** Where the item's output is to be written (the staging path). */
  | { kind: 'out' }
  /** Where the item's program finds its state, if it has any yet, and writes it. */
  | { kind: 'checkpoint' }
  /** The published output of the same item of another task or stage. */
  | { kind: 'output-of'; task: string };

export type CostSpec = { kind: 'constant'; value: number } | { kind: 'field'; path: string[] };

export type SafePointSpec =
  | { kind: 'auto' }
  | { kind: 'items'; everyItems: number }
  | { kind: 'time'; everySeconds: number };

/** Where instances come from. */
export interface TargetSpec {
  name: string;
  kind: TargetKind;
  instances: { min: number; max: number };
  /** How long an instance lives from its start; null for no end. */
  lifespanSeconds: number | null;
  /** Of each instance. */
  cpus: number;
  memoryBytes: number | null;
  /** From asking for an instance until it can take work, as far as is known. */
  startupSeconds: number | null;
  /** What an instance costs in an hour, in the user's currency; null where it was not said. */
  pricePerHour: number | null;
  /** Options that only this kind of target knows, such as `partition`, checked by the language. */
  options: Record<string, string | number | string[]>;
  source: SourceSpan;
}

export type TargetKind = 'local' | 'simulated' | 'slurm' | 'ssh';

/** A place in a source file; lines and characters count from 0, as in LSP. */
export interface SourceSpan {
  file: string;
  start: { line: number; character: number };
  end: { line: number; character: number };
}
