/** The Runs view: runs → tasks and fragments → failed items. What stands below a run is asked for when it is opened. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { RunDetails } from '../../server/protocol.ts';
import type { Runs } from '../runs/runs.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import { childrenOfNode, childrenOfRun, type RunNode } from './run-nodes.ts';
import { treeItem } from './tree-items.ts';

/** An open run is drawn anew at most so often. */
const REFRESH_MS = 1000;

export function showRunsView(runs: Runs, server: MorselServer): vscode.Disposable {
  const tree = new RunsTree(runs, server);
  const view = vscode.window.createTreeView('morsel.runs', { treeDataProvider: tree, showCollapseAll: true });
  const tellTrust = (): void => {
    const isRestricted = !vscode.workspace.isTrusted && runs.all().length > 0;
    if (isRestricted) view.message = t('Restricted Mode: no jobs are run until you trust this workspace.');
    // Setting it to undefined is not allowed for by the types, and an empty text leaves no gap.
    else view.message = '';
  };
  const badge = (): void => {
    const live = runs.live().length;
    view.badge = { value: live, tooltip: live === 1 ? t('1 run is live') : t('{0} runs are live', live) };
  };
  return vscode.Disposable.from(
    tree,
    view,
    runs.onDidChange(() => {
      badge();
      tellTrust();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(tellTrust),
  );
}

class RunsTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #runs: Runs;
  readonly #server: MorselServer;
  readonly #changed = new vscode.EventEmitter<RunNode | undefined>();
  readonly #subscriptions: vscode.Disposable;
  /** VS Code knows nodes by identity: the same run is the same node as long as it is listed. */
  #nodes = new Map<string, RunNode & { kind: 'run' }>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(runs: Runs, server: MorselServer) {
    this.#runs = runs;
    this.#server = server;
    this.#subscriptions = vscode.Disposable.from(
      runs.onDidChangeList(() => this.#changed.fire(undefined)),
      runs.onDidChangeRun(({ run }) => this.#refreshSoon(run.folder)),
      runs.onDidEndRun(({ run }) => this.#refresh(run.folder)),
    );
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    return treeItem(node);
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node === undefined) return this.#roots();
    if (node.kind !== 'run') return childrenOfNode(node);
    const details = await this.#server.tryTo(RunDetails, { run: node.run.run, folder: node.run.folder });
    if (isProblem(details)) return [{ kind: 'note', run: node.run, id: 'problem', text: details.problem }];
    return childrenOfRun(node.run, details);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    vscode.Disposable.from(this.#subscriptions, this.#changed).dispose();
  }

  #roots(): RunNode[] {
    const nodes = this.#runs
      .all()
      .map((run) => this.#nodes.get(run.folder) ?? { kind: 'run' as const, run, items: null });
    this.#nodes = new Map(nodes.map((node) => [node.run.folder, node]));
    for (const node of nodes) this.#fill(node);
    return nodes;
  }

  #fill(node: RunNode & { kind: 'run' }): void {
    const known = this.#runs.find(node.run.folder);
    if (known === undefined) return;
    node.run = known.run;
    node.items = known.progress?.items ?? known.run.items;
  }

  #refreshSoon(folder: string): void {
    if (this.#waiting.has(folder)) return;
    this.#waiting.set(
      folder,
      setTimeout(() => this.#refresh(folder), REFRESH_MS),
    );
  }

  #refresh(folder: string): void {
    clearTimeout(this.#waiting.get(folder));
    this.#waiting.delete(folder);
    const node = this.#nodes.get(folder);
    if (node === undefined) return;
    this.#fill(node);
    this.#changed.fire(node);
  }
}
