/**
 * Progress of runs that this window started, and the end of each run in one message at most: only if items failed, or if
 * nobody is looking.
 */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type RunInfo, type RunRef, StopRun } from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import type { LiveRun, Runs } from './runs.ts';
import { finishText, itemsText, itemTotal } from './words.ts';

export class RunNotifications implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #server: MorselServer;
  readonly #listener: vscode.Disposable;

  constructor(runs: Runs, server: MorselServer) {
    this.#runs = runs;
    this.#server = server;
    this.#listener = runs.onDidEndRun(({ run }) => void tellOfEnd(run));
  }

  /** Shows a progress notification until the run ends, the user cancels it (which stops the run), or the window closes. */
  follow({ run, folder }: Required<RunRef>, job: string): void {
    const isWanted = vscode.workspace.getConfiguration('morsel').get('runs.progressNotification', true);
    if (!isWanted) return;
    const options = { location: vscode.ProgressLocation.Notification, title: job, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancel) => {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      let shown = 0;
      const listener = this.#runs.onDidChangeRun((changed) => {
        if (changed.run.folder !== folder) return;
        if (!changed.run.live) end();
        const done = doneShare(changed);
        progress.report({ message: messageOf(changed), increment: Math.max(0, done - shown) });
        shown = Math.max(shown, done);
      });
      // The run may have ended before this notification began to listen.
      const endListener = this.#runs.onDidChangeList(() => {
        if (this.#runs.find(folder)?.run.live === false) end();
      });
      cancel.onCancellationRequested(() => {
        end();
        void this.#stop({ run, folder });
      });
      if (this.#runs.find(folder)?.run.live === false) end();
      return ended.finally(() => vscode.Disposable.from(listener, endListener).dispose());
    });
  }

  dispose(): void {
    this.#listener.dispose();
  }

  /** The run may have ended meanwhile: that is what was wanted. */
  async #stop(ref: Required<RunRef>): Promise<void> {
    const answer = await this.#server.tryTo(StopRun, ref);
    const isLive = this.#runs.find(ref.folder)?.run.live ?? false;
    if (isProblem(answer) && isLive) void vscode.window.showErrorMessage(answer.problem);
  }
}

/** In percent of the whole run. */
function doneShare({ progress }: LiveRun): number {
  if (progress === null || itemTotal(progress.items) === 0) return 0;
  return 100 - (100 * (progress.items.pending + progress.items.running)) / itemTotal(progress.items);
}

function messageOf({ run, progress }: LiveRun): string {
  const parts = [itemsText(progress?.items ?? run.items)];
  if (progress?.finishSeconds) parts.push(finishText(progress.finishSeconds));
  return parts.join(' · ');
}

async function tellOfEnd(run: RunInfo): Promise<void> {
  const [show, again, resume] = [t('Show Run'), t('Run Failed Again'), t('Resume')];
  let choice: string | undefined;
  if (run.state === 'failed') {
    choice = await vscode.window.showWarningMessage(t('{0} ended: {1}.', run.job, itemsText(run.items)), show, again);
  } else if (run.state === 'interrupted') {
    const text = t('{0} was cut off: {1}. Nothing that was committed is lost.', run.job, itemsText(run.items));
    choice = await vscode.window.showWarningMessage(text, resume, show);
  } else if (run.state === 'done' && !vscode.window.state.focused) {
    choice = await vscode.window.showInformationMessage(t('{0} is done: {1}.', run.job, itemsText(run.items)), show);
  }
  if (choice === show) await vscode.commands.executeCommand('morsel.showRun', run);
  if (choice === again) await vscode.commands.executeCommand('morsel.rerunFailed', run);
  if (choice === resume) await vscode.commands.executeCommand('morsel.resumeRun', run);
}
