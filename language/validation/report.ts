import type { AstNode, ValidationAcceptor } from 'langium';
import type { Range } from 'vscode-languageserver';
import { documentOf } from '../placeholders/template.ts';
import type { Place } from '../placeholders/placeholder.ts';
import { diagnosticCodes, type DiagnosticCode } from './codes.ts';

/** A change of the text that mends what a diagnostic is about. Stands in `diagnostic.data.fixes`, best first. */
export interface Fix {
  /** As a person chooses it: `Change to \`photo\``. */
  title: string;
  edits: { range: Range; newText: string }[];
}

/** What `diagnostic.data` holds. */
export interface DiagnosticData {
  code: DiagnosticCode;
  fixes: Fix[];
}

/** Where a diagnostic stands: a node, a property of it, or a place in the text. */
export interface At {
  node: AstNode;
  property?: string;
  index?: number;
  place?: Place;
}

/** Takes what a check found. */
export type Report = (code: DiagnosticCode, message: string, at: At, fixes?: Fix[]) => void;

/** What a check says that looked at more than a node and what is in it. */
export const RESTS_ON_OTHERS = Symbol('rests on others');
type Check<T> = (node: T, report: Report) => typeof RESTS_ON_OTHERS | void;

/** Nodes in which a check that looked at nothing else found nothing. */
const sound = new WeakMap<Check<never>, WeakSet<AstNode>>();

/** Runs a check, unless it looked at this very node and what is in it alone before, and found nothing. True for nothing. */
export function isSound<T extends AstNode>(node: T, report: Report, check: Check<T>): boolean {
  const known = sound.get(check) ?? new WeakSet();
  if (known.has(node)) return true;
  let found = 0;
  const rests = check(node, (...finding) => {
    found++;
    report(...finding);
  });
  if (found === 0 && rests === undefined) sound.set(check, known.add(node));
  return found === 0;
}

export const reportTo =
  (accept: ValidationAcceptor): Report =>
  (code, message, { node, property, index, place }, fixes = []) => {
    const data: DiagnosticData = { code, fixes };
    accept(diagnosticCodes[code], message, {
      node,
      code,
      data,
      ...(property !== undefined && { property }),
      ...(index !== undefined && { index }),
      ...(place !== undefined && { range: rangeOf(node, place) }),
      ...(code.startsWith('unused-') && diagnosticCodes[code] === 'warning' && { tags: [1] }),
    });
  };

export function rangeOf(node: AstNode, { offset, end }: Place): Range {
  const { textDocument } = documentOf(node);
  return { start: textDocument.positionAt(offset), end: textDocument.positionAt(end) };
}

/** Replaces a place by other text. */
export const replaceBy = (node: AstNode, place: Place, newText: string): Fix => ({
  title: newText === '' ? 'Remove it' : `Change to \`${newText}\``,
  edits: [{ range: rangeOf(node, place), newText }],
});

/** Replaces a place by the name that was probably meant; none where no name is near. */
export const fixesFor = (node: AstNode, place: Place | undefined, newText: string | undefined): Fix[] =>
  place === undefined || newText === undefined ? [] : [replaceBy(node, place, newText)];

/** Text that is put in at an offset. */
export const insertAt = (node: AstNode, offset: number, newText: string, title: string): Fix => ({
  title,
  edits: [{ range: rangeOf(node, { offset, end: offset }), newText }],
});
