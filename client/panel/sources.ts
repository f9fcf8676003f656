/** Where a panel's picture comes from: the plan of a job, or a run. */
import type * as vscode from 'vscode';
import type { Picture } from '../../drawing/picture.ts';
import type { CompareResult, Explanation, JobArgument, Problem, RunRef } from '../../server/protocol.ts';
import type { Runs } from '../runs/runs.ts';
import type { MorselServer } from '../server/morsel-server.ts';
import type { WhatIfChoice, WhatIfFields } from './page/messages.ts';
import { planSource } from './plan-source.ts';
import { runSource } from './run-source.ts';

/** What a panel shows, as plain data that VS Code keeps over a reload. */
export type PanelState = PlanState | RunState;
export type PlanState = { kind: 'plan'; whatIf?: WhatIfChoice | null } & JobArgument;
export type RunState = { kind: 'run'; job: string } & Required<RunRef>;

export interface PictureSource {
  title: string;
  /** As it is now, to be kept. */
  state(): PanelState;
  load(token: vscode.CancellationToken): Promise<Loaded | Problem>;
  /** Calls back when the picture has changed; live runs change twice a second. */
  onChange(handler: () => void): vscode.Disposable;
  /** Calls back when the cursor comes into a task of the job, or leaves it. */
  onCursor(handler: (task: string | null) => void): vscode.Disposable;
  /** Explains a fragment; a plan has nothing to explain. */
  explain?(fragment: number): Promise<Explanation | Problem>;
  /** Shows a task in the job file. */
  showTask(task: string): Promise<void>;
  /** What can be done with a plan alone. */
  plan?: PlanActions;
}

export interface Loaded {
  picture: Picture;
  whatIf?: WhatIfFields;
}

export interface PlanActions {
  /** From now on the plan is another than that of the file; null: it is not. */
  choose(choice: WhatIfChoice | null): void;
  /** Writes the choice into the file. */
  apply(): Promise<void>;
  compare(token: vscode.CancellationToken): Promise<CompareResult | Problem>;
}

export function pictureSource(state: PanelState, server: MorselServer, runs: Runs): PictureSource {
  return state.kind === 'plan' ? planSource(state, server) : runSource(state, server, runs);
}

/** The same for the same plan or run: there is one panel for each. */
export const keyOf = (state: PanelState): string =>
  state.kind === 'plan' ? `plan ${state.uri} ${state.job}` : `run ${state.folder}`;

export function isPanelState(value: unknown): value is PanelState {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('job' in value)) return false;
  return (value.kind === 'plan' && 'uri' in value) || (value.kind === 'run' && 'folder' in value);
}
