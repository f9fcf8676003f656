/** Opens panels beside the editor, one for each plan or run, and brings them back after a reload. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Explanation, Problem } from '../../server/protocol.ts';
import type { Runs } from '../runs/runs.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import { drawMessage, drawPage, drawPicture } from './draw-page.ts';
import type { FromPage, ToPage } from './page/messages.ts';
import type { Picture } from './picture.ts';
import { isPanelState, keyOf, type PanelState, type PictureSource, pictureSource } from './sources.ts';

const VIEW_TYPE = 'morsel.panel';
/** A picture that changes without end is drawn at most so often. */
const REDRAW_MS = 300;

export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #server: MorselServer;
  readonly #runs: Runs;
  /** Where panel.css and panel.js are. */
  readonly #pageFolder: vscode.Uri;
  readonly #icon: { light: vscode.Uri; dark: vscode.Uri };
  readonly #open = new Map<string, vscode.WebviewPanel>();
  readonly #registration: vscode.Disposable;

  constructor(server: MorselServer, runs: Runs, extension: vscode.Uri) {
    this.#server = server;
    this.#runs = runs;
    this.#pageFolder = vscode.Uri.joinPath(extension, 'dist', 'client', 'panel');
    const icon = (theme: string) => vscode.Uri.joinPath(extension, 'icons', `file-${theme}.svg`);
    this.#icon = { light: icon('light'), dark: icon('dark') };
    this.#registration = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this);
  }

  show(state: PanelState): void {
    const open = this.#open.get(keyOf(state));
    if (open !== undefined) {
      open.reveal(undefined, true);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.#fill(vscode.window.createWebviewPanel(VIEW_TYPE, 'Morsel', place), state);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    if (isPanelState(state)) this.#fill(panel, state);
    else panel.dispose();
  }

  dispose(): void {
    this.#registration.dispose();
    for (const panel of this.#open.values()) panel.dispose();
  }

  #fill(panel: vscode.WebviewPanel, state: PanelState): void {
    this.#open.set(keyOf(state), panel);
    const source = pictureSource(state, this.#server, this.#runs);
    const page = new PanelPage(panel, source, state, this.#server);
    panel.title = source.title;
    panel.iconPath = this.#icon;
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.#pageFolder] };
    panel.webview.html = drawPage({
      cspSource: panel.webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      scriptUri: this.#uriOf(panel, 'panel.js'),
      styleUri: this.#uriOf(panel, 'panel.css'),
    });
    panel.onDidDispose(() => {
      page.dispose();
      this.#open.delete(keyOf(state));
    });
  }

  #uriOf(panel: vscode.WebviewPanel, file: string): string {
    return panel.webview.asWebviewUri(vscode.Uri.joinPath(this.#pageFolder, file)).toString();
  }
}

/** Keeps one panel's page up to date. A hidden page hears nothing, so it is told all when it is seen again. */
class PanelPage implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #source: PictureSource;
  readonly #state: PanelState;
  readonly #subscriptions: vscode.Disposable;
  /** The fragment whose explanation is wanted, and the last one that was given. */
  #fragment: number | null = null;
  #explanation: Explanation | null = null;
  /** The last picture that could be drawn: what stays while there is a problem. */
  #last: Picture | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Rises with each load, so that a slow answer never overwrites a newer one. */
  #generation = 0;

  constructor(panel: vscode.WebviewPanel, source: PictureSource, state: PanelState, server: MorselServer) {
    this.#panel = panel;
    this.#source = source;
    this.#state = state;
    this.#subscriptions = vscode.Disposable.from(
      panel.webview.onDidReceiveMessage((message: FromPage) => this.#receive(message)),
      source.onChange(() => this.#drawSoon()),
      server.onReady(() => this.#drawSoon()),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#generation++;
    this.#subscriptions.dispose();
  }

  #receive(message: FromPage): void {
    // The page is loaded anew each time when it becomes visible, and says so.
    if (message.type === 'show-task') void this.#source.showTask(message.task);
    else if (message.type === 'explain') this.#explain(message.fragment);
    else void this.#draw();
  }

  #explain(fragment: number | null): void {
    this.#fragment = fragment;
    this.#explanation = null;
    void this.#draw();
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => void this.#draw(), REDRAW_MS);
  }

  async #draw(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#panel.visible) return;
    const generation = ++this.#generation;
    const [answer, explanation] = await Promise.all([this.#source.load(), this.#loadExplanation()]);
    if (generation !== this.#generation) return;
    if (!isProblem(explanation)) this.#explanation = explanation;
    if (!isProblem(answer)) this.#last = answer;
    const message: ToPage = {
      type: 'content',
      content: this.#content(isProblem(answer) ? answer.problem : null),
      state: this.#state,
    };
    await this.#panel.webview.postMessage(message);
  }

  async #loadExplanation(): Promise<Explanation | Problem | null> {
    return this.#fragment === null ? null : ((await this.#source.explain?.(this.#fragment)) ?? null);
  }

  #content(problem: string | null): string {
    if (this.#last === undefined) return String(drawMessage(problem ?? 'There is nothing to show.'));
    if (problem === null) return String(drawPicture(this.#last, this.#explanation));
    const note = { kind: 'info' as const, text: `${problem} This is the last good picture.` };
    return String(drawPicture({ ...this.#last, notes: [note, ...this.#last.notes] }, this.#explanation));
  }
}
