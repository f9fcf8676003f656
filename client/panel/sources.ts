/** Where a panel's picture comes from: the plan of a job, or a run. */
import * as vscode from 'vscode';
import {
  ExplainFragment,
  type Explanation,
  type JobArgument,
  Jobs,
  PlanChanged,
  PlanJob,
  type PlanResult,
  type Problem,
  RunDetails,
  type RunRef,
} from '../../server/protocol.ts';
import type { Runs } from '../runs/runs.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import type { Picture } from './picture.ts';
import { planPicture } from './plan-picture.ts';
import { runPicture } from './run-picture.ts';

/** What a panel shows, as plain data that VS Code keeps over a reload. */
export type PanelState = ({ kind: 'plan' } & JobArgument) | ({ kind: 'run'; job: string } & Required<RunRef>);

export interface PictureSource {
  title: string;
  load(): Promise<Picture | Problem>;
  /** Calls back when the picture has changed; live runs change twice a second. */
  onChange(handler: () => void): vscode.Disposable;
  /** Explains a fragment; a plan has nothing to explain. */
  explain?(fragment: number): Promise<Explanation | Problem>;
  /** Shows a task in the job file. */
  showTask(task: string): Promise<void>;
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

function planSource({ uri, job }: JobArgument, server: MorselServer): PictureSource {
  // Newer than what the server remembers while a text breaks just after it was planned for this panel.
  let lastGood: PlanResult | undefined;
  return {
    title: `Plan: ${job}`,
    async load() {
      const answer = await server.tryTo(PlanJob, { uri, job });
      if (isProblem(answer)) return answer;
      if (!answer.stale) lastGood = answer;
      return planPicture(answer.stale && lastGood !== undefined ? { ...lastGood, stale: true } : answer);
    },
    onChange: (handler) =>
      vscode.Disposable.from(
        server.on<JobArgument>(PlanChanged, (changed) => {
          if (changed.job === job && isSameUri(changed.uri, uri)) handler();
        }),
        // A text that breaks has no new plan, but the one that is shown is of an earlier text then.
        vscode.languages.onDidChangeDiagnostics(({ uris }) => {
          if (uris.some((changed) => isSameUri(changed.toString(), uri))) handler();
        }),
      ),
    showTask: (task) => showTask(server, { uri, job }, task),
  };
}

function runSource(
  { run, folder, job }: PanelState & { kind: 'run' },
  server: MorselServer,
  runs: Runs,
): PictureSource {
  return {
    title: `Run: ${job}`,
    async load() {
      const answer = await server.tryTo(RunDetails, { run, folder });
      return isProblem(answer) ? answer : runPicture(answer);
    },
    explain: (fragment) => server.tryTo(ExplainFragment, { run, folder, fragment }),
    onChange: (handler) =>
      vscode.Disposable.from(
        runs.onDidChangeRun((changed) => {
          if (changed.run.folder === folder) handler();
        }),
        runs.onDidEndRun((ended) => {
          if (ended.run.folder === folder) handler();
        }),
      ),
    async showTask(task) {
      const known = runs.find(folder);
      if (known !== undefined) await showTask(server, { uri: known.run.uri, job }, task);
    },
  };
}

/** Editor and server may write the same address differently. */
const isSameUri = (a: string, b: string): boolean =>
  a === b || vscode.Uri.parse(a).toString() === vscode.Uri.parse(b).toString();

async function showTask(server: MorselServer, { uri, job }: JobArgument, name: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const answer = await server.ask(Jobs, { uri: document.uri.toString() });
  const task = answer?.jobs.find((known) => known.name === job)?.tasks.find((known) => known.name === name);
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const viewColumn = open?.viewColumn ?? vscode.ViewColumn.One;
  const editor = await vscode.window.showTextDocument(document, { viewColumn });
  if (task === undefined) return;
  const { start, end } = task.nameRange;
  editor.selection = new vscode.Selection(start.line, start.character, end.line, end.character);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
