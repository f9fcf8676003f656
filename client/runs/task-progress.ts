/** While a job runs, where each of its tasks stands, behind the task's own name in the text. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { count } from '../../l10n/words.ts';
import type { RunProgress } from '../../scheduler/run/events.ts';
import { type JobInfo, Jobs } from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import { LANGUAGE } from '../server/client-options.ts';
import type { LiveRun, Runs } from './runs.ts';
import { itemsText, percent } from './words.ts';

type TaskProgress = RunProgress['tasks'][number];

export function showTaskProgress(runs: Runs, server: MorselServer): vscode.Disposable {
  const style = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 1ch' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const outlines = new Outlines(server);

  async function draw(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    if (document.languageId !== LANGUAGE) return;
    const live = isWanted() ? liveIn(runs, document) : [];
    const jobs = live.length === 0 ? [] : await outlines.of(document);
    editor.setDecorations(
      style,
      live.flatMap((run) => decorations(run, jobs, document)),
    );
  }
  const drawAll = (): void => {
    for (const editor of vscode.window.visibleTextEditors) void draw(editor);
  };
  return vscode.Disposable.from(
    style,
    runs.onDidChange(drawAll),
    vscode.window.onDidChangeVisibleTextEditors(drawAll),
    vscode.workspace.onDidChangeConfiguration((changed) => {
      if (changed.affectsConfiguration('morsel.runs.taskProgress')) drawAll();
    }),
  );
}

const isWanted = (): boolean => vscode.workspace.getConfiguration('morsel').get('runs.taskProgress', true);

/** The newest live run of each job of a document. */
function liveIn(runs: Runs, document: vscode.TextDocument): LiveRun[] {
  const uri = document.uri.toString();
  const newest = new Map<string, LiveRun>();
  for (const live of runs.live()) {
    const isHere = vscode.Uri.parse(live.run.uri).toString() === uri;
    if (isHere && live.progress !== null && !newest.has(live.run.job)) newest.set(live.run.job, live);
  }
  return [...newest.values()];
}

function decorations(
  { run, progress }: LiveRun,
  jobs: JobInfo[],
  document: vscode.TextDocument,
): vscode.DecorationOptions[] {
  const places = new Map(jobs.find(({ name }) => name === run.job)?.tasks.map((task) => [task.name, task.nameRange]));
  return (progress?.tasks ?? []).flatMap((task) => {
    const place = places.get(task.task);
    const text = taskText(task);
    if (place === undefined || text === null || place.start.line >= document.lineCount) return [];
    const { start, end } = place;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    return [{ range, hoverMessage: itemsText(task.items), renderOptions: { after: { contentText: text } } }];
  });
}

/** By sign and by word, and short, so that a narrow editor has room for it; null where there is nothing to say yet. */
function taskText({ items, state }: TaskProgress): string | null {
  switch (state) {
    case 'waiting':
      return null;
    case 'running':
      return `▶ ${percent(items)}${items.failed === 0 ? '' : ` · ${t('{0} failed', count(items.failed))}`}`;
    case 'done':
      return `✓ ${t('done')}`;
    case 'failed':
      return `✗ ${t('{0} failed', count(items.failed))}`;
    case 'skipped':
      return `− ${t('skipped')}`;
  }
}

/** The jobs of documents, asked for once for each version of a text. */
class Outlines {
  readonly #server: MorselServer;
  readonly #known = new WeakMap<vscode.TextDocument, { version: number; jobs: Promise<JobInfo[]> }>();

  constructor(server: MorselServer) {
    this.#server = server;
  }

  of(document: vscode.TextDocument): Promise<JobInfo[]> {
    const known = this.#known.get(document);
    if (known?.version === document.version) return known.jobs;
    const jobs = this.#ask(document);
    this.#known.set(document, { version: document.version, jobs });
    return jobs;
  }

  async #ask({ uri }: vscode.TextDocument): Promise<JobInfo[]> {
    const answer = await this.#server.tryTo(Jobs, { uri: uri.toString() });
    return isProblem(answer) ? [] : answer.jobs;
  }
}
