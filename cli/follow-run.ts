/** What `run` and `resume` have in common: a run in this process, shown while it works, stopped by Ctrl-C. */
import type { Run, RunOptions } from '../scheduler/run/run.ts';
import type { RunEvent, RunState, RunSummary } from '../scheduler/run/events.ts';
import { STOP_GRACE_SECONDS } from '../scheduler/run/control.ts';
import { duration } from '../scheduler/words.ts';
import { goOnWithoutReader } from './broken-pipe.ts';
import { ExitCode } from './exit-codes.ts';
import { workerCommand } from './installation.ts';
import { createNoter, createProgressView, type ProgressView } from './progress/progress-view.ts';
import { collectFailures, renderSummary } from './render-summary.ts';
import { paintFor, printJsonLine, printLines, say } from './terminal.ts';

export interface FollowOptions {
  morselFolder: string;
  json: boolean;
}

/** Starts a run, shows it until it ends, and answers with the exit code. */
export async function followRun(
  start: (options: RunOptions) => Promise<Run>,
  { morselFolder, json }: FollowOptions,
): Promise<number> {
  goOnWithoutReader();
  const view = json ? null : createProgressView();
  const failures = collectFailures();
  const show = view === null ? printJsonLine : showIn(view);
  const signals = listenToSignals(view === null ? say : (message) => view.note(message));
  const onEvent = (event: RunEvent): void => {
    failures.add(event);
    show(event);
  };
  let summary: RunSummary;
  try {
    const run = await start({ morselFolder, workerCommand: workerCommand(), onEvent });
    signals.stopsRun(run);
    summary = await run.finished;
  } finally {
    view?.end();
    signals.close();
  }
  if (!json) printLines(renderSummary(summary, failures.list(), paintFor(process.stdout)));
  if (summary.state === 'stopped') say(`\`morsel resume ${summary.run}\` goes on from here.`);
  return exitCodeOf(summary.state);
}

export function exitCodeOf(state: RunState): number {
  if (state === 'done') return ExitCode.done;
  return state === 'failed' ? ExitCode.failed : ExitCode.stopped;
}

/** Shows the events of a run in a view. */
export function showIn(view: ProgressView): (event: RunEvent) => void {
  const note = createNoter(view);
  return (event) => {
    if (event.type === 'progress') view.show(event.progress);
    else note(event);
  };
}

interface Signals {
  /** From now on the first signal stops this run at its next safe points. */
  stopsRun(run: Run): void;
  close(): void;
}

/**
 * Signals that follow each other so closely are one: what a launcher passes on comes a few milliseconds after what the
 * terminal sent. It is less than a person takes to press Ctrl-C twice, which is meant.
 */
const SAME_SIGNAL_MILLISECONDS = 100;

/** What becomes of items when a run is stopped. */
export const STOPPING = `at the next safe points; items still under way after ${duration(STOP_GRACE_SECONDS)} are ended, and run again by a resume`;

/** The first Ctrl-C stops the run so that it can be resumed, the second ends it at once. */
function listenToSignals(note: (message: string) => void): Signals {
  let running: Run | undefined;
  let askedAt = -Infinity;
  const onSignal = (): void => {
    const now = performance.now();
    // One signal to a whole process group comes twice where a launcher passes it on.
    if (now - askedAt < SAME_SIGNAL_MILLISECONDS) return;
    if (askedAt > 0 || running === undefined) process.exit(ExitCode.interrupted);
    askedAt = now;
    note(`Stopping ${STOPPING}. Ctrl-C again ends it at once; either way \`morsel resume\` goes on.`);
    // A run that cannot be stopped says so when it ends.
    running.stop().catch(() => {});
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    stopsRun(run) {
      running = run;
    },
    close() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
