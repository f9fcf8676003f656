/** Failed items of a job's newest run, as diagnostics on the task's own line. */
import type { LangiumDocument } from 'langium';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { ClientFacts } from '../client-facts.ts';
import type { DiagnosticSource } from '../diagnostics.ts';
import { jobsOf, nameRangeOf, tasksByName } from '../outline.ts';
import type { RunFailure, RunRef } from '../protocol.ts';

/** The code of items that failed. */
export const ITEM_FAILED = 'run/item-failed';

const OUTPUT_LINES = 5;

/** The failures of one run of a job. */
export interface FailedRun extends Required<RunRef> {
  failures: RunFailure[];
}

/** What is known of a job's newest run; null where nothing failed in it, or it has not been run. */
export type FailedRunOf = (file: string, job: string) => FailedRun | null;

export class RunProblems implements DiagnosticSource {
  readonly #failedRunOf: FailedRunOf;
  readonly #client: ClientFacts;

  constructor(failedRunOf: FailedRunOf, client: ClientFacts) {
    this.#failedRunOf = failedRunOf;
    this.#client = client;
  }

  diagnosticsOf(document: LangiumDocument): Diagnostic[] {
    const severity = this.#client.severityOf(ITEM_FAILED, DiagnosticSeverity.Error);
    if (severity === null) return [];
    return jobsOf(document).flatMap((job) => {
      const failed = this.#failedRunOf(document.uri.fsPath, job.name);
      if (failed === null) return [];
      const tasks = tasksByName(job);
      return [...Map.groupBy(failed.failures, ({ task }) => task)].map(([name, failures]) => {
        const task = tasks.get(name);
        return { ...diagnostic(nameRangeOf(task ?? job), failures, failed, name), severity };
      });
    });
  }
}

function diagnostic(range: Diagnostic['range'], failures: RunFailure[], run: FailedRun, task: string): Diagnostic {
  return {
    range,
    source: 'morsel run',
    code: ITEM_FAILED,
    message: message(failures),
    data: { run: run.run, folder: run.folder, task },
  };
}

/** The first line stands alone in a list of problems; the end of the output follows. */
function message(failures: RunFailure[]): string {
  const more = failures.length === 1 ? '' : ` (and ${failures.length - 1} more failed)`;
  return `${failures[0]!.item}: ${failureText(failures[0]!, more)}`;
}

/** Why an item failed, and the end of what it printed. */
export function failureText({ message: why, output }: RunFailure, more = ''): string {
  const said = output.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n');
  return `${why}${more}${said === '' ? '' : `\n${said}`}`;
}
