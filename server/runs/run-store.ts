/** The runs of all workspace folders: those that are at work are attached to, those that have ended are remembered. */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRunFile, type RunFile, runsFolder } from '../../scheduler/run/run-folder.ts';
import { URI } from 'vscode-uri';
import type { RunInfo, RunRef } from '../protocol.ts';
import { LiveRun } from './live-run.ts';
import { runInfo } from './run-info.ts';

/** A run that begins has no control socket yet: it is looked at again so often, so many times. */
const RETRY_MS = 200;
const MOST_RETRIES = 25;

export interface KnownRun {
  folder: string;
  file: RunFile;
  /** When `run.json` was written, in ms since 1970. */
  writtenAt: number;
  live: LiveRun | null;
}

export interface RunStoreListener {
  /** Runs have come or gone. */
  onRuns: () => void;
  /** Where a run stands has changed. */
  onRun: (run: KnownRun) => void;
  /** A run has ended, or was found to have ended since it was last looked at. */
  onEnded: (run: KnownRun) => void;
  /** An item of a live run has failed. */
  onFailure: (run: KnownRun) => void;
}

export class RunStore {
  readonly #listener: RunStoreListener;
  readonly #runs = new Map<string, KnownRun>();
  readonly #attaching = new Set<string>();
  #retries = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(listener: RunStoreListener) {
    this.#listener = listener;
  }

  /** Newest first. */
  all(): KnownRun[] {
    return [...this.#runs.values()].toSorted((a, b) => (a.file.startedAt < b.file.startedAt ? 1 : -1));
  }

  find({ run, folder }: RunRef): KnownRun | undefined {
    return this.all().find((known) => known.file.id === run && (folder === undefined || known.folder === folder));
  }

  /** Of one job, newest first. */
  runsOf(file: string, job: string): KnownRun[] {
    return this.all().filter((known) => samePath(known.file.file, file) && known.file.job === job);
  }

  /** Looks at the runs of these `.morsel` folders; resolves when all that live are attached to. */
  async scan(morselFolders: readonly string[]): Promise<void> {
    const folders = morselFolders.flatMap(runFoldersIn);
    const changed = [this.#forgetAllBut(folders), ...folders.map((folder) => this.#look(folder))];
    if (changed.includes(true)) this.#listener.onRuns();
    await Promise.all([...this.#runs.values()].map((run) => this.#attach(run)));
    if (folders.some((folder) => this.#isBeginning(folder))) this.#scanAgain(morselFolders);
    else this.#retries = 0;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const { live } of this.#runs.values()) live?.close();
  }

  #forgetAllBut(folders: readonly string[]): boolean {
    const there = new Set(folders);
    const gone = [...this.#runs.keys()].filter((folder) => !there.has(folder));
    for (const folder of gone) this.#runs.delete(folder);
    return gone.length > 0;
  }

  /** Reads `run.json` where it is news. True if the run was not known. */
  #look(folder: string): boolean {
    const writtenAt = writtenTime(folder);
    const known = this.#runs.get(folder);
    if (writtenAt === null || known?.writtenAt === writtenAt) return false;
    const file = readRunFile(folder);
    if (file === null) return false;
    if (known === undefined) {
      this.#runs.set(folder, { folder, file, writtenAt, live: null });
      return true;
    }
    Object.assign(known, { file, writtenAt });
    if (known.live === null && file.socket === null) this.#listener.onEnded(known);
    return false;
  }

  async #attach(run: KnownRun): Promise<void> {
    if (run.file.socket === null || run.live !== null || this.#attaching.has(run.folder)) return;
    this.#attaching.add(run.folder);
    try {
      const live = await LiveRun.attach(run.folder, {
        onProgress: () => this.#listener.onRun(run),
        onFailure: () => this.#listener.onFailure(run),
      });
      if (this.#closed) return live.close();
      run.live = live;
      this.#listener.onRun(run);
      void live.ended.then(() => this.#ended(run, live));
    } catch {
      // No process is at it: it was cut off, or is just beginning.
    } finally {
      this.#attaching.delete(run.folder);
    }
  }

  #ended(run: KnownRun, live: LiveRun): void {
    if (this.#closed || run.live !== live) return;
    live.close();
    run.live = null;
    const file = readRunFile(run.folder);
    if (file !== null) Object.assign(run, { file, writtenAt: writtenTime(run.folder) });
    this.#listener.onRun(run);
    this.#listener.onEnded(run);
  }

  /** A folder without `run.json`, or a socket that does not answer yet. */
  #isBeginning(folder: string): boolean {
    const known = this.#runs.get(folder);
    return known === undefined || (known.file.socket !== null && known.live === null);
  }

  #scanAgain(morselFolders: readonly string[]): void {
    if (this.#closed || ++this.#retries > MOST_RETRIES) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.scan(morselFolders), RETRY_MS);
    this.#retry.unref();
  }
}

export const infoOf = ({ folder, file, live }: KnownRun): RunInfo => runInfo(folder, file, live?.progress ?? null);

/** The `.morsel` folder that a run is in. */
export const morselFolderOf = ({ folder }: KnownRun): string => dirname(dirname(folder));

/** Drive letters may be written either way. */
const samePath = (a: string, b: string): boolean => URI.file(a).fsPath === URI.file(b).fsPath;

function runFoldersIn(morselFolder: string): string[] {
  const runs = runsFolder(morselFolder);
  try {
    const entries = readdirSync(runs, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(runs, entry.name));
  } catch {
    return [];
  }
}

function writtenTime(folder: string): number | null {
  return statSync(join(folder, 'run.json'), { throwIfNoEntry: false })?.mtimeMs ?? null;
}
