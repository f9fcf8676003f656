/** Keeps one panel's page up to date, and does what its user wants. A hidden page hears nothing: it is told all when it is seen again. */
import * as vscode from 'vscode';
import type { Explanation, Problem } from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import type { FromPage, ToPage } from './page/messages.ts';
import { savePicture } from './save-picture.ts';
import type { Loaded, PictureSource } from './sources.ts';

/** A picture that changes without end is drawn at most so often. */
const REDRAW_MS = 300;

export class PanelPage implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #source: PictureSource;
  readonly #subscriptions: vscode.Disposable;
  /** The fragment whose explanation is wanted, and the last one that was given. */
  #fragment: number | null = null;
  #explanation: Explanation | null = null;
  /** The last that could be drawn: what stays while there is a problem. */
  #last: Loaded | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What is being loaded, or was last: a newer wish cancels it. */
  #loading = new vscode.CancellationTokenSource();
  #comparing = new vscode.CancellationTokenSource();
  #marked: string | null = null;

  constructor(panel: vscode.WebviewPanel, source: PictureSource, server: MorselServer) {
    this.#panel = panel;
    this.#source = source;
    this.#subscriptions = vscode.Disposable.from(
      panel.webview.onDidReceiveMessage((message: FromPage) => void this.#receive(message)),
      source.onChange(() => this.#drawSoon()),
      source.onCursor((task) => this.#mark(task)),
      server.onReady(() => this.#drawSoon()),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    end(this.#loading);
    end(this.#comparing);
    this.#subscriptions.dispose();
  }

  async #receive(message: FromPage): Promise<void> {
    const { plan } = this.#source;
    switch (message.type) {
      case 'ready':
        // The page is loaded anew each time when it becomes visible, and says so.
        await this.#draw();
        return this.#mark(this.#marked);
      case 'show-task':
        return this.#source.showTask(message.task);
      case 'explain':
        this.#fragment = message.fragment;
        this.#explanation = null;
        return this.#draw();
      case 'what-if':
        plan?.choose(message.choice);
        return this.#draw();
      case 'apply':
        return plan?.apply();
      case 'compare':
        return this.#compare();
      case 'save':
        return savePicture(this.#source.title, message.format, message.data);
    }
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => void this.#draw(), REDRAW_MS);
  }

  async #draw(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#panel.visible) return;
    end(this.#loading);
    const { token } = (this.#loading = new vscode.CancellationTokenSource());
    const [answer, explanation] = await Promise.all([this.#source.load(token), this.#loadExplanation()]);
    if (token.isCancellationRequested) return;
    if (!isProblem(explanation)) this.#explanation = explanation;
    if (!isProblem(answer)) this.#last = answer;
    await this.#tell({
      type: 'content',
      picture: this.#last?.picture ?? null,
      whatIf: this.#last?.whatIf ?? null,
      problem: isProblem(answer) ? answer.problem : null,
      explanation: this.#explanation,
      state: this.#source.state(),
    });
  }

  async #loadExplanation(): Promise<Explanation | Problem | null> {
    return this.#fragment === null ? null : ((await this.#source.explain?.(this.#fragment)) ?? null);
  }

  async #compare(): Promise<void> {
    end(this.#comparing);
    const { token } = (this.#comparing = new vscode.CancellationTokenSource());
    const answer = await this.#source.plan?.compare(token);
    if (answer === undefined || token.isCancellationRequested) return;
    const problem = isProblem(answer) ? answer.problem : null;
    await this.#tell({ type: 'targets', targets: isProblem(answer) ? null : answer.targets, problem });
  }

  #mark(task: string | null): void {
    this.#marked = task;
    void this.#tell({ type: 'mark', task });
  }

  async #tell(message: ToPage): Promise<void> {
    await this.#panel.webview.postMessage(message);
  }
}

/** Cancels what is under way; nothing listens to it from then on. */
function end(source: vscode.CancellationTokenSource): void {
  source.cancel();
  source.dispose();
}
