/** Strings of a job file: where their text stands between the quotes. */
import { CstUtils, type LangiumDocument } from 'langium';
import type { Range } from 'vscode-languageserver';
import * as ast from '../language/generated/ast.ts';
import { documentOf } from './outline.ts';

/** A string as written, and where what is between its quotes begins and ends in the document. */
export interface StringContent {
  text: ast.Text;
  start: number;
  end: number;
}

/** Null for a string that is not closed. */
export function contentOf(text: ast.Text): StringContent | null {
  const node = text.$cstNode;
  if (node === undefined) return null;
  const quotes = node.text.startsWith('"""') ? 3 : 1;
  if (node.length < 2 * quotes) return null;
  return { text, start: node.offset + quotes, end: node.end - quotes };
}

/** Where the text between the quotes stands. */
export function contentRange(text: ast.Text): Range | null {
  const content = contentOf(text);
  if (content === null) return null;
  const document = documentOf(text).textDocument;
  return { start: document.positionAt(content.start), end: document.positionAt(content.end) };
}

/** The string that an offset is inside of, its ends included. */
export function stringAt(document: LangiumDocument, offset: number): StringContent | null {
  const root = document.parseResult.value.$cstNode;
  if (root === undefined) return null;
  // At the closing quote the leaf may be what follows, so the one before is asked as well.
  for (const at of [offset, offset - 1]) {
    const node = at < 0 ? undefined : CstUtils.findLeafNodeAtOffset(root, at)?.astNode;
    const content = ast.isText(node) ? contentOf(node) : null;
    if (content !== null && content.start <= offset && offset <= content.end) return content;
  }
  return null;
}
