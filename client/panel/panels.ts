/** Opens panels beside the editor, one for each plan or run, and brings them back after a reload. */
import * as vscode from 'vscode';
import type { Runs } from '../runs/runs.ts';
import type { MorselServer } from '../server/morsel-server.ts';
import { pageHtml } from './page-html.ts';
import { PanelPage } from './panel-page.ts';
import { isPanelState, keyOf, type PanelState, pictureSource } from './sources.ts';

const VIEW_TYPE = 'morsel.panel';

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
    const page = new PanelPage(panel, source, this.#server);
    panel.title = source.title;
    panel.iconPath = this.#icon;
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.#pageFolder] };
    panel.webview.html = pageHtml({
      cspSource: panel.webview.cspSource,
      nonce: crypto.randomUUID(),
      scriptUri: this.#uriOf(panel, 'panel.js'),
      styleUri: this.#uriOf(panel, 'panel.css'),
      language: vscode.env.language,
      messages: vscode.l10n.bundle ?? {},
    });
    panel.onDidDispose(() => {
      page.dispose();
      // After a reload another panel may have come in its place.
      if (this.#open.get(keyOf(state)) === panel) this.#open.delete(keyOf(state));
    });
  }

  #uriOf(panel: vscode.WebviewPanel, file: string): string {
    return panel.webview.asWebviewUri(vscode.Uri.joinPath(this.#pageFolder, file)).toString();
  }
}
