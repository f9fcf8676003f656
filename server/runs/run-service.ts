/** Starts, lists, watches and steers runs for a client. A run is a process of its own: this server only looks on. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { URI } from 'langium';
import type { Folders } from '../folders.ts';
import { described } from '../errors.ts';
import type { RunsOptions } from '../host.ts';
import { explainFragment, type Explanation } from '../../scheduler/explain/explain.ts';
import { taskInWords } from '../../scheduler/explain/task-words.ts';
import {
  type CancelTaskParams,
  type ExplainParams,
  type LogsParams,
  type LogsResult,
  type Problem,
  RunChanged,
  type RunDetailsResult,
  type RunFailure,
  type RunInfo,
  type RunRef,
  RunsChanged,
  type StartRunParams,
} from '../protocol.ts';
import { launch, ownCli } from './launch.ts';
import { failuresOf, logText, runDetails } from './run-details.ts';
import type { FailedRun } from './run-problems.ts';
import { infoOf, type KnownRun, morselFolderOf, RunStore } from './run-store.ts';
import { RunsWatch } from './runs-watch.ts';

const UNTRUSTED = 'This workspace is not trusted, so nothing in it is run. Trust it first.';
const UNSAVED: Problem = {
  problem: 'The file has changes that are not saved: a run reads what is on disk. Save it, then run.',
};
const NO_CLI =
  'The command line of Morsel was not found beside the language server: name it in the setting for its path.';

export interface RunServiceOptions extends RunsOptions {
  folders: Folders;
}

/** A job of a file, to be run. */
export interface JobToRun extends Pick<StartRunParams, 'target' | 'set'> {
  uri: URI;
  /** As the editor has it. */
  text: string;
  job: string;
}

export class RunService {
  readonly #options: RunServiceOptions;
  readonly #store: RunStore;
  readonly #watches = new Map<string, RunsWatch>();
  /** Failures of runs that have ended, as their journals have them, by folder. */
  readonly #pastFailures = new Map<string, RunFailure[]>();
  /** How each task fared in runs that have ended, by folder. */
  readonly #taskWords = new Map<string, Promise<Map<string, string>>>();
  /** Homes of runs that lie outside the workspace folders: files that were opened by themselves. */
  readonly #moreHomes = new Set<string>();

  constructor(options: RunServiceOptions) {
    const { connection } = options;
    this.#options = options;
    this.#store = new RunStore({
      onRuns: () => {
        void connection.sendNotification(RunsChanged);
        this.#failuresChanged();
      },
      onRun: (run) => {
        const progress = run.live?.progress ?? null;
        void connection.sendNotification(RunChanged, { run: infoOf(run), progress });
      },
      onFailure: (run) => options.onFailuresChanged(run.file.file),
      onEnded: (run) => {
        this.#pastFailures.delete(run.folder);
        this.#taskWords.delete(run.folder);
        options.onHistoryChanged(morselFolderOf(run));
        this.#failuresChanged();
      },
    });
  }

  /** Finds the runs that are there and watches for more. */
  async start(): Promise<void> {
    this.foldersChanged();
    await this.#scan();
  }

  foldersChanged(): void {
    const homes = new Set([...this.#options.folders.paths, ...this.#moreHomes]);
    for (const [home, watch] of this.#watches) {
      if (homes.has(home)) continue;
      watch.close();
      this.#watches.delete(home);
    }
    for (const home of homes) {
      if (!this.#watches.has(home)) this.#watches.set(home, new RunsWatch(home, () => void this.#scan()));
    }
  }

  trustGranted(): void {
    this.#options.client.trusted = true;
  }

  async list(): Promise<RunInfo[]> {
    await this.#scan();
    return this.#store.all().map(infoOf);
  }

  async details(ref: RunRef): Promise<RunDetailsResult | Problem> {
    const run = await this.#find(ref);
    return 'problem' in run ? run : runDetails(infoOf(run), run.live?.progress ?? null, await report(run));
  }

  async explain({ fragment, ...ref }: ExplainParams): Promise<Explanation | Problem> {
    const run = await this.#find(ref);
    if ('problem' in run) return run;
    const explanation = explainFragment(await report(run), fragment);
    return explanation ?? { problem: `Run ${run.file.id} has no fragment ${fragment}.` };
  }

  async logs({ task, item, ...ref }: LogsParams): Promise<LogsResult | Problem> {
    const run = await this.#find(ref);
    if ('problem' in run) return run;
    const { readLogs } = await import('../../scheduler/run/runs.ts');
    const wanted = { ...(task === undefined ? {} : { task }), ...(item === undefined ? {} : { item }) };
    return { text: logText(readLogs(run.folder, wanted)) };
  }

  async run({ uri, text, job, target, set }: JobToRun, signal: AbortSignal): Promise<RunRef | Problem> {
    if (!(await isSaved(uri, text))) return UNSAVED;
    const file = uri.fsPath;
    const home = this.#options.folders.homeOf(file);
    const on = target === undefined ? [] : ['--on', target];
    const values = Object.entries(set ?? {}).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    return this.#launch(['run', '--json', '--job', job, ...on, ...values, '--', file], home, signal);
  }

  async resume(ref: RunRef, signal: AbortSignal): Promise<RunRef | Problem> {
    const run = await this.#find(ref);
    if ('problem' in run) return run;
    return this.#launch(['resume', '--json', '--', run.file.id], dirname(morselFolderOf(run)), signal);
  }

  async steer(ref: RunRef, how: 'stop' | 'pause' | 'continue'): Promise<RunRef | Problem> {
    const run = await this.#find(ref);
    if ('problem' in run) return run;
    if (run.live === null) return { problem: `Run ${run.file.id} is not at work.` };
    await run.live.steer(how);
    return refOf(run);
  }

  async cancelTask({ task, ...ref }: CancelTaskParams): Promise<RunRef | Problem> {
    const run = await this.#find(ref);
    if ('problem' in run) return run;
    if (run.live === null) return { problem: `Run ${run.file.id} is not at work.` };
    const problem = await run.live.cancelTask(task);
    return problem === null ? refOf(run) : { problem: `The task can't be cancelled: ${problem}.` };
  }

  /** The failures of a job's newest run; null where there are none. */
  failedRunOf(file: string, job: string): FailedRun | null {
    const run = this.#store.runsOf(file, job)[0];
    if (run === undefined) return null;
    const failures = run.live?.failures ?? this.#pastFailures.get(run.folder) ?? [];
    return failures.length === 0 ? null : { ...refOf(run), failures };
  }

  /** The same of all jobs in a file. */
  failedRunsOf(file: string): FailedRun[] {
    const jobs = new Set(this.#store.all().flatMap((run) => (run.file.file === file ? [run.file.job] : [])));
    return [...jobs].flatMap((job) => this.failedRunOf(file, job) ?? []);
  }

  /** How a task fared in the last run of its job that has ended, as Markdown; null where there was none. */
  async lastRunOf(file: string, job: string, task: string): Promise<string | null> {
    const run = this.#store.runsOf(file, job).find(({ live }) => live === null);
    if (run === undefined) return null;
    const words = this.#taskWords.get(run.folder) ?? this.#readTaskWords(run);
    this.#taskWords.set(run.folder, words);
    const said = (await words).get(task);
    return said === undefined ? null : `**Last run** (${run.file.id}): ${said}`;
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#store.close();
  }

  async #launch(words: string[], home: string, signal: AbortSignal): Promise<RunRef | Problem> {
    const { client } = this.#options;
    if (!client.trusted) return { problem: UNTRUSTED };
    const cliPath = client.cliPath ?? ownCli();
    if (cliPath === null) return { problem: NO_CLI };
    const nodePath = client.nodePath ?? process.execPath;
    const started = await launch({ arguments: words, folder: home, cliPath, nodePath }, signal);
    if ('problem' in started) return started;
    this.#moreHomes.add(home);
    this.foldersChanged();
    await this.#scan();
    const run = this.#store.find(started);
    return run === undefined ? started : refOf(run);
  }

  async #find(ref: RunRef): Promise<KnownRun | Problem> {
    if (this.#store.find(ref) === undefined) await this.#scan();
    return this.#store.find(ref) ?? { problem: `There is no run "${ref.run}" in this workspace.` };
  }

  async #scan(): Promise<void> {
    const more = [...this.#moreHomes].map((home) => this.#options.folders.morselFolderIn(home));
    await this.#store.scan([...new Set([...this.#options.folders.morselFolders(), ...more])]);
  }

  /** Reads what failed in the newest run of each job, where that is not known yet, and has it shown. */
  #failuresChanged(): void {
    const newest = new Map<string, KnownRun>();
    for (const run of this.#store.all()) {
      const key = `${run.file.file}\n${run.file.job}`;
      if (!newest.has(key)) newest.set(key, run);
    }
    for (const run of newest.values()) {
      const isRead = run.live !== null || this.#pastFailures.has(run.folder);
      const news = isRead ? Promise.resolve() : this.#readFailures(run);
      void news.then(() => this.#options.onFailuresChanged(run.file.file));
    }
  }

  async #readTaskWords(run: KnownRun): Promise<Map<string, string>> {
    try {
      const known = await report(run);
      const words = known.tasks.map(({ task }) => [task, taskInWords(known, task)] as const);
      return new Map(words.filter((each): each is readonly [string, string] => each[1] !== null));
    } catch (error) {
      this.#options.log(`run ${run.file.id} cannot be read: ${described(error)}`);
      return new Map();
    }
  }

  async #readFailures(run: KnownRun): Promise<void> {
    this.#pastFailures.set(run.folder, []);
    if (run.file.summary?.items.failed === 0) return;
    try {
      this.#pastFailures.set(run.folder, failuresOf(await report(run)));
    } catch (error) {
      // A run of a newer version, or one that was cut off before its journal was begun.
      this.#options.log(`run ${run.file.id} cannot be read: ${described(error)}`);
    }
  }
}

async function isSaved(uri: URI, text: string): Promise<boolean> {
  if (uri.scheme !== 'file') return false;
  const onDisk = await readFile(uri.fsPath, 'utf8').catch(() => null);
  // Editors keep a byte order mark to themselves.
  return onDisk?.replace(/^\uFEFF/, '') === text;
}

const refOf = ({ file, folder }: KnownRun): Required<RunRef> => ({ run: file.id, folder });

/** SQLite is loaded when it is first needed, not at the start. */
async function report(run: KnownRun) {
  const { readReport } = await import('../../scheduler/run/runs.ts');
  return readReport(run.folder);
}
