/** What is wrong with a job file, as plain data: what `morsel check --json` prints. */
import type { LangiumDocument } from 'langium';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Lines and characters count from 0, as in LSP. */
export interface Finding {
  severity: Severity;
  code: string;
  message: string;
  range: { start: Place; end: Place };
}

export interface Place {
  line: number;
  character: number;
}

/** LSP's numbers for severities begin at 1. */
export const severities: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** The findings of a validated document, in order of place. */
export function findingsOf(document: LangiumDocument): Finding[] {
  const findings = (document.diagnostics ?? []).map(({ severity, code, message, range, data }) => ({
    severity: severities[(severity ?? 1) - 1] ?? 'error',
    code: String(code ?? codeIn(data) ?? 'unknown'),
    message: typeof message === 'string' ? message : message.value,
    range: { start: { ...range.start }, end: { ...range.end } },
  }));
  return findings.toSorted(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
}

export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');

/** Langium's own findings, such as those of its parser, carry their code in their data. */
function codeIn(data: unknown): string | undefined {
  const code = typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
