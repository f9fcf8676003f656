/** A run, live or past. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { ExplainFragment, RunDetails } from '../../server/protocol.ts';
import type { Runs } from '../runs/runs.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import { onCursor, showTask } from './job-text.ts';
import { runPicture } from './run-picture.ts';
import type { PictureSource, RunState } from './sources.ts';

export function runSource(state: RunState, server: MorselServer, runs: Runs): PictureSource {
  const { run, folder, job } = state;
  const uriOf = (): string | undefined => runs.find(folder)?.run.uri;
  return {
    title: t('Run: {0}', job),
    state: () => state,
    async load(token) {
      const answer = await server.tryTo(RunDetails, { run, folder }, token);
      return isProblem(answer) ? answer : { picture: runPicture(answer) };
    },
    explain: (fragment) => server.tryTo(ExplainFragment, { run, folder, fragment }),
    onChange: (handler) =>
      vscode.Disposable.from(
        runs.onDidChangeRun((changed) => {
          if (changed.run.folder === folder) handler();
        }),
        runs.onDidEndRun((ended) => {
          if (ended.run.folder === folder) handler();
        }),
      ),
    onCursor: (handler) => onCursor(server, () => ({ uri: uriOf() ?? '', job }), handler),
    async showTask(task) {
      const uri = uriOf();
      if (uri !== undefined) await showTask(server, { uri, job }, task);
    },
  };
}
