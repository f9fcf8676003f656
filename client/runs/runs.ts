/** What this window knows of the runs of its workspace: the list that the server answers, kept fresh by its notifications. */
import * as vscode from 'vscode';
import type { RunProgress } from '../../scheduler/run/events.ts';
import {
  type RunChangedParams,
  type RunInfo,
  Runs as RunsRequest,
  RunChanged,
  RunsChanged,
} from '../../server/protocol.ts';
import type { MorselServer } from '../server/morsel-server.ts';

export interface LiveRun {
  run: RunInfo;
  progress: RunProgress | null;
}

export class Runs implements vscode.Disposable {
  readonly #server: MorselServer;
  /** By the run's folder, newest first. */
  #runs = new Map<string, LiveRun>();
  readonly #listChanged = new vscode.EventEmitter<void>();
  readonly #runChanged = new vscode.EventEmitter<LiveRun>();
  readonly #runEnded = new vscode.EventEmitter<LiveRun>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  /** The list itself: runs have come or gone. */
  readonly onDidChangeList = this.#listChanged.event;
  /** Where one run stands. */
  readonly onDidChangeRun = this.#runChanged.event;
  /** A run that was live in this window is not any more. */
  readonly onDidEndRun = this.#runEnded.event;
  /** Any of these. */
  readonly onDidChange = this.#changed.event;

  constructor(server: MorselServer) {
    this.#server = server;
    this.#subscriptions = vscode.Disposable.from(
      server.on<RunChangedParams>(RunChanged, (params) => this.#update(params)),
      server.on(RunsChanged, () => void this.refresh()),
      server.onReady(() => void this.refresh()),
    );
  }

  all(): RunInfo[] {
    return [...this.#runs.values()].map(({ run }) => run);
  }

  live(): LiveRun[] {
    return [...this.#runs.values()].filter(({ run }) => run.live);
  }

  find(folder: string): LiveRun | undefined {
    return this.#runs.get(folder);
  }

  /** Asks the server for the list. A server that is down leaves what is known. */
  async refresh(): Promise<void> {
    const list = await this.#server.request0(RunsRequest).catch(() => null);
    if (!Array.isArray(list)) return;
    const before = this.#runs;
    this.#runs = new Map(list.map((run) => [run.folder, { run, progress: before.get(run.folder)?.progress ?? null }]));
    this.#listChanged.fire();
    this.#changed.fire();
    for (const now of this.#runs.values()) this.#tellOfEnd(before.get(now.run.folder), now);
  }

  dispose(): void {
    vscode.Disposable.from(
      this.#subscriptions,
      this.#listChanged,
      this.#runChanged,
      this.#runEnded,
      this.#changed,
    ).dispose();
  }

  #update({ run, progress }: RunChangedParams): void {
    const before = this.#runs.get(run.folder);
    const now = { run, progress };
    if (before === undefined) {
      this.#runs = new Map([[run.folder, now], ...this.#runs]);
      this.#listChanged.fire();
    } else {
      this.#runs.set(run.folder, now);
    }
    this.#runChanged.fire(now);
    this.#changed.fire();
    this.#tellOfEnd(before, now);
  }

  #tellOfEnd(before: LiveRun | undefined, now: LiveRun): void {
    if (before?.run.live === true && !now.run.live) this.#runEnded.fire(now);
  }
}
