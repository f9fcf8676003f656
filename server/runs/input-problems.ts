/** Failed items that are files, as diagnostics on those files: where the fault often is. */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { URI } from 'langium';
import { type Connection, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { ClientFacts } from '../client-facts.ts';
import type { RunFailure } from '../protocol.ts';
import { failureText, type FailedRun, ITEM_FAILED } from './run-problems.ts';

/** More are in the Runs view. */
const MOST_FILES = 100;
const NOWHERE = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

export class InputProblems {
  readonly #connection: Connection;
  readonly #client: ClientFacts;
  readonly #failedRunsOf: (file: string) => FailedRun[];
  /** Addresses of the files that have diagnostics now, by the job file that they are inputs of. */
  readonly #told = new Map<string, Set<string>>();

  constructor(connection: Connection, client: ClientFacts, failedRunsOf: (file: string) => FailedRun[]) {
    this.#connection = connection;
    this.#client = client;
    this.#failedRunsOf = failedRunsOf;
  }

  /** Other items than before have failed in the newest runs of a job file's jobs. */
  refresh(file: string): void {
    const severity = this.#client.severityOf(ITEM_FAILED, DiagnosticSeverity.Error);
    const failures = severity === null ? [] : this.#failedRunsOf(file).flatMap((run) => run.failures);
    const found = new Map<string, Diagnostic[]>();
    for (const failure of failures) {
      if (found.size >= MOST_FILES) break;
      const path = inputOf(failure, file);
      if (path === null) continue;
      const uri = URI.file(path).toString();
      const diagnostic: Diagnostic = {
        range: NOWHERE,
        severity: severity!,
        source: 'morsel run',
        code: ITEM_FAILED,
        message: `${failure.task}: ${failureText(failure)}`,
      };
      found.set(uri, [...(found.get(uri) ?? []), diagnostic]);
    }
    for (const uri of this.#told.get(file) ?? []) if (!found.has(uri)) this.#send(uri, []);
    for (const [uri, diagnostics] of found) this.#send(uri, diagnostics);
    this.#told.set(file, new Set(found.keys()));
  }

  #send(uri: string, diagnostics: Diagnostic[]): void {
    void this.#connection.sendDiagnostics({ uri, diagnostics });
  }
}

/** The file that an item stands for; null where it is a row, a line or a value. Job files have diagnostics of their own. */
function inputOf({ item }: RunFailure, jobFile: string): string | null {
  if (item === '' || /^-?[\d.]+$/.test(item) || item.endsWith('.morsel')) return null;
  const path = resolve(dirname(jobFile), item);
  try {
    return statSync(path).isFile() ? path : null;
  } catch {
    // Not there, or no path at all.
    return null;
  }
}
