/** The fixes that diagnostics of the language bring along. */
import type { LangiumDocument } from 'langium';
import type { CodeActionProvider } from 'langium/lsp';
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type Range,
} from 'vscode-languageserver';
import type { DiagnosticData, Fix } from '../../language/validation/report.ts';

export class MorselQuickFixes implements CodeActionProvider {
  /** From the document's own diagnostics: not every client sends back the data that came with them. */
  getCodeActions(document: LangiumDocument, { range, context }: CodeActionParams): CodeAction[] {
    const isWanted = context.only?.some((kind) => isWithinKind(CodeActionKind.QuickFix, kind)) ?? true;
    if (!isWanted) return [];
    const here = (document.diagnostics ?? []).filter((diagnostic) => touch(diagnostic.range, range));
    return here.flatMap((diagnostic) =>
      fixesOf(diagnostic).map((fix, index) => action(document, diagnostic, fix, index === 0)),
    );
  }
}

function action(
  document: LangiumDocument,
  diagnostic: Diagnostic,
  { title, edits }: Fix,
  isFirst: boolean,
): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: isFirst,
    edit: { changes: { [document.uri.toString()]: edits } },
  };
}

function fixesOf({ data }: Diagnostic): Fix[] {
  const carried: Partial<DiagnosticData> | undefined = data;
  return carried?.fixes ?? [];
}

/** `quickfix` belongs to a request for `quickfix` and to one for all kinds (the empty one). */
const isWithinKind = (kind: string, wanted: string): boolean =>
  wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`);

const touch = (a: Range, b: Range): boolean => !isBefore(a.end, b.start) && !isBefore(b.end, a.start);

const isBefore = (a: Range['start'], b: Range['start']): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);
