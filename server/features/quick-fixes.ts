/** The fixes that diagnostics bring along: those of the language in their data, those of plans made when they are asked for. */
import type { LangiumDocument } from 'langium';
import type { CodeActionProvider } from 'langium/lsp';
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type Range,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { DiagnosticData, Fix } from '../../language/validation/report.ts';
import type { PlanProblems } from '../plan/plan-problems.ts';

export class MorselQuickFixes implements CodeActionProvider {
  readonly #planProblems: PlanProblems;

  constructor(planProblems: PlanProblems) {
    this.#planProblems = planProblems;
  }

  /** From the document's own diagnostics: not every client sends back the data that came with them. */
  getCodeActions(document: LangiumDocument, { range, context }: CodeActionParams): CodeAction[] {
    const isWanted = context.only?.some((kind) => isWithinKind(CodeActionKind.QuickFix, kind)) ?? true;
    if (!isWanted) return [];
    const here = (document.diagnostics ?? []).filter((diagnostic) => touch(diagnostic.range, range));
    const ofLanguage = here.flatMap((diagnostic) =>
      fixesOf(diagnostic).map(({ title, edits }, index) =>
        action(diagnostic, title, { changes: { [document.uri.toString()]: edits } }, index === 0),
      ),
    );
    const ofPlans = this.#planProblems.mendable(document).flatMap(({ diagnostic, fixes }) => {
      if (!touch(diagnostic.range, range)) return [];
      return fixes().map(({ title, edit }, index) => action(diagnostic, title, edit, index === 0));
    });
    return [...ofLanguage, ...ofPlans];
  }
}

const action = (diagnostic: Diagnostic, title: string, edit: WorkspaceEdit, isPreferred: boolean): CodeAction => ({
  title,
  kind: CodeActionKind.QuickFix,
  diagnostics: [diagnostic],
  isPreferred,
  edit,
});

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
