/**
 * What this server and its client say to each other beyond plain LSP. docs/protocol.md explains each for the author of a
 * client; a test holds that page to this file. The file imports types and `vscode-jsonrpc` alone, so that a client in
 * the browser can use it too.
 *
 * Every request answers in words where it cannot do what was asked: `{problem}` is one sentence for the user. Errors
 * are left for what they are in LSP: a cancelled request, a bug.
 */
import { NotificationType, NotificationType0, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { Explanation } from '../scheduler/explain/explain.ts';
import type { Interval } from '../scheduler/predictive-model/prediction.ts';
import type { Plan, PlanFigures } from '../scheduler/plan/plan.ts';
import type { ItemCounts, RunProgress, RunState, RunSummary } from '../scheduler/run/events.ts';

/** What a client may say in `initializationOptions`; all of it may be left out. */
export interface MorselInitializationOptions {
  /** False in a workspace that the user has not trusted: nothing is run until {@link TrustGranted}. Default true. */
  trusted?: boolean;
  /** The commands of {@link ClientCommand} that the client has. A code lens stands only where its command is known. */
  commands?: string[];
  /**
   * What hints, lenses and hovers say, in the language of the editor, by the English of it: as l10n/bundle.l10n.*.json have
   * it. What is left out stays English, as diagnostics do, which the command line prints too.
   */
  messages?: Record<string, string>;
  /** The file of the command line, which runs are started with. Default: the one that this server was installed with. */
  cliPath?: string;
  /** The Node program that runs it. Default: the one that runs this server. */
  nodePath?: string;
}

/** Commands that code lenses carry. Each is called with one {@link JobArgument}, `testTargets` with its `uri` alone. */
export const ClientCommand = {
  run: 'morsel.runJob',
  runOn: 'morsel.runJobOn',
  plan: 'morsel.previewPlan',
  testTargets: 'morsel.testTargets',
} as const;

export interface JobArgument {
  uri: string;
  job: string;
}

/** Settings, section `morsel`, as `workspace/configuration` and `workspace/didChangeConfiguration` carry them. */
export interface MorselSettings {
  /** Which of the hints with the predicted plan are shown; each is on unless it says false. */
  inlayHints?: { job?: boolean; task?: boolean; safePoint?: boolean };
  /** By code of a diagnostic of plans or runs, what it counts as; each code that is left out as docs/diagnostics.md says. */
  diagnostics?: Record<string, 'error' | 'warning' | 'information' | 'hint' | 'off'>;
}

/** A range of text, as in LSP: lines and UTF-16 characters from 0. */
export interface TextRange {
  start: { line: number; character: number };
  end: { line: number; character: number };
}

/** An answer where what was asked cannot be done: one sentence that says why, and what to do. */
export interface Problem {
  problem: string;
}

// ------------------------------------------------------------------------------------------------- jobs and plans

/** The jobs of a document, and the targets that they can run on. */
export const Jobs = new RequestType<{ uri: string }, JobsResult | Problem, void>('morsel/jobs');

export interface JobsResult {
  jobs: JobInfo[];
  targets: TargetInfo[];
}

export interface JobInfo {
  name: string;
  /** The target that the job names; null where it names none. */
  target: string | null;
  /** The whole job, and its name. */
  range: TextRange;
  nameRange: TextRange;
  tasks: TaskInfo[];
}

export interface TaskInfo {
  name: string;
  range: TextRange;
  nameRange: TextRange;
}

export interface TargetInfo {
  name: string;
  kind: string;
  /** Where it is declared, which may be an imported document; null for the target that is there without being declared. */
  declaration: { uri: string; nameRange: TextRange } | null;
}

/**
 * The plan of a job as the text stands, unsaved edits included. While the text is broken the last good plan is
 * answered, with `stale` true. With `whatIf` the plan is made anew for the changed target.
 */
export const PlanJob = new RequestType<PlanParams, PlanResult | Problem, void>('morsel/plan');

export interface PlanParams {
  uri: string;
  /** May be left out where the document has one job. */
  job?: string;
  /** Default: the target that the job names. */
  target?: string;
  whatIf?: WhatIf;
}

/** Changes to the target for one plan. */
export interface WhatIf {
  instances?: number;
  /** Null for instances that live for ever. */
  lifespanSeconds?: number | null;
}

export interface PlanResult {
  plan: Plan;
  /** True where the plan is of an earlier text, because this one has errors. */
  stale: boolean;
}

/** The plan of a job on every target that it can run on, for a table. Answered at once for all of them. */
export const CompareTargets = new RequestType<CompareParams, CompareResult | Problem, void>('morsel/compareTargets');

export interface CompareParams {
  uri: string;
  /** May be left out where the document has one job. */
  job?: string;
}

export interface CompareResult {
  targets: TargetPlan[];
}

export interface TargetPlan {
  name: string;
  kind: string;
  /** The job runs on it unless another is asked for. */
  isOwn: boolean;
  /** Null where there is no plan, for the reason in `problem`. */
  plan: PlanFigures | null;
  problem: string | null;
}

/** The edit that writes a what-if into the file: the job's target, and the target's instances and lifespan. */
export const WhatIfEdit = new RequestType<PlanParams, WhatIfEditResult | Problem, void>('morsel/whatIfEdit');

export interface WhatIfEditResult {
  /** As in LSP. A target may be declared in another file than the job. */
  edit: { changes: Record<string, { range: TextRange; newText: string }[]> };
}

/** The plan of a job has changed: ask for it again where it is shown. */
export const PlanChanged = new NotificationType<JobArgument>('morsel/planChanged');

// ------------------------------------------------------------------------------------------------- runs

/** Starts a run in a process of its own, which goes on when this server ends. Answered as soon as the run has an id. */
export const StartRun = new RequestType<StartRunParams, RunRef | Problem, void>('morsel/run');

export interface StartRunParams {
  uri: string;
  /** May be left out where the document has one job. */
  job?: string;
  /** Default: the target that the job names. */
  target?: string;
  /** Values for params of the job. */
  set?: Record<string, string>;
}

/** Names a run. */
export interface RunRef {
  run: string;
  /** Absolute path of the run's folder; tells runs of one id in two workspace folders apart. */
  folder?: string;
}

/** The runs of all workspace folders, newest first. */
export const Runs = new RequestType0<RunInfo[], void>('morsel/runs');

export interface RunInfo extends Required<RunRef> {
  job: string;
  /** Document that declares the job. */
  uri: string;
  target: string;
  state: RunState;
  /** ISO 8601. */
  startedAt: string;
  /** True where a process is at work on it. */
  live: boolean;
  /** Where it stands; null where that was never recorded. */
  items: ItemCounts | null;
}

/** All that is known of one run, for a tree or a picture. */
export const RunDetails = new RequestType<RunRef, RunDetailsResult | Problem, void>('morsel/runDetails');

export interface RunDetailsResult {
  run: RunInfo;
  /** Where a live run stands. */
  progress: RunProgress | null;
  /** The last word on a run that has ended. */
  summary: RunSummary | null;
  tasks: RunTask[];
  fragments: RunFragment[];
  instances: RunInstance[];
  failures: RunFailure[];
}

export interface RunTask {
  task: string;
  /** The tasks that it waits for: item by item, or until all of theirs have ended. */
  after: { task: string; on: 'item' | 'all' }[];
  items: ItemCounts;
}

/** Times in seconds from the start of the run. */
export interface RunFragment {
  fragment: number;
  instance: string;
  /** In the order in which they are run; `share`: their part of the fragment's length as predicted, from 0 to 1. */
  items: { task: string; items: number; share: number }[];
  /** Why it has its size, in a few words; {@link ExplainFragment} has more. */
  why: string;
  startSeconds: number;
  /** Null while it is running. */
  endSeconds: number | null;
  predictedSeconds: Interval;
  /** How it ended; null while it is running. */
  how: 'done' | 'split' | 'deadline' | 'lost' | null;
  /** When its safe points were reached. */
  safePointSeconds: number[];
}

export interface RunInstance {
  instance: string;
  instanceType: string;
  where: string;
  startSeconds: number;
  endSeconds: number | null;
  /** When its life ends; null where that is not known. */
  deadlineSeconds: number | null;
  /** Why it ended; null while it lives. */
  reason: string | null;
}

export interface RunFailure {
  task: string;
  item: string;
  attempts: number;
  message: string;
  /** The end of what it printed. */
  output: string;
}

/** Why a fragment has the size that it has, what was predicted of it, and what happened: as `morsel explain` says it. */
export const ExplainFragment = new RequestType<ExplainParams, Explanation | Problem, void>('morsel/explain');

export type { Explanation };

export interface ExplainParams extends RunRef {
  fragment: number;
}

/** What items of a run printed. */
export const Logs = new RequestType<LogsParams, LogsResult | Problem, void>('morsel/logs');

export interface LogsParams extends RunRef {
  /** Only this task. */
  task?: string;
  /** Only this item: its path, line, row number or value. */
  item?: string;
}

export interface LogsResult {
  text: string;
}

/** Ends a run at its next safe points, so that it can be resumed. Answered when it has ended. */
export const StopRun = new RequestType<RunRef, RunRef | Problem, void>('morsel/stop');
/** Goes on with a run that was stopped or cut off, as {@link StartRun} starts one. */
export const ResumeRun = new RequestType<RunRef, RunRef | Problem, void>('morsel/resume');
/** Holds a live run: nothing new is begun, what runs is cut at its next safe point. */
export const PauseRun = new RequestType<RunRef, RunRef | Problem, void>('morsel/pause');
/** Cancels one task of a live run: nothing more of it begins, what waits for it is skipped, and the rest goes on. */
export const CancelTask = new RequestType<CancelTaskParams, RunRef | Problem, void>('morsel/cancelTask');

export interface CancelTaskParams extends RunRef {
  task: string;
}

/** Lets a paused run go on. */
export const ContinueRun = new RequestType<RunRef, RunRef | Problem, void>('morsel/continue');

/** Where a run stands. Sent for every live run of the workspace, at most twice a second, and once more when it has ended. */
export const RunChanged = new NotificationType<RunChangedParams>('morsel/runChanged');

export interface RunChangedParams {
  run: RunInfo;
  /** Null where no process is at work on it. */
  progress: RunProgress | null;
}

/** Runs have come or gone: ask for the list again where it is shown. */
export const RunsChanged = new NotificationType0('morsel/runsChanged');

// ------------------------------------------------------------------------------------------------- files of a browser

/** To the client: the job files below a workspace folder. Asked only by a server that runs in a browser and has no files. */
export const JobFiles = new RequestType<{ folder: string }, string[], void>('morsel/jobFiles');
/** To the client: a file's text, or null where it cannot be read. */
export const ReadFile = new RequestType<{ uri: string }, { text: string } | null, void>('morsel/readFile');
/** To the client: what is in a folder; nothing where it cannot be read. */
export const ReadDirectory = new RequestType<{ uri: string }, DirectoryEntry[], void>('morsel/readDirectory');

export interface DirectoryEntry {
  name: string;
  isDirectory: boolean;
}

// ------------------------------------------------------------------------------------------------- from the client

/** From the client: the user trusts the workspace now. */
export const TrustGranted = new NotificationType0('morsel/trustGranted');
