/** A run as clients see it, from what its folder says. */
import type { RunProgress } from '../../scheduler/run/events.ts';
import type { RunFile } from '../../scheduler/run/run-folder.ts';
import { URI } from 'vscode-uri';
import type { RunInfo } from '../protocol.ts';

/** `progress`: of a live run, else null. */
export function runInfo(folder: string, file: RunFile, progress: RunProgress | null): RunInfo {
  return {
    run: file.id,
    folder,
    job: file.job,
    uri: URI.file(file.file).toString(),
    target: file.target,
    // A run without a process and without a last word was cut off.
    state: progress?.state ?? file.summary?.state ?? 'interrupted',
    startedAt: file.startedAt,
    live: progress !== null,
    items: progress?.items ?? file.summary?.items ?? null,
  };
}
