/** Strings of a job file: where their text stands between the quotes. */
import { CstUtils, type LangiumDocument, type LeafCstNode } from 'langium';
import type { Range } from 'vscode-languageserver';
import * as ast from '../language/generated/ast.ts';
import { isClosed } from '../language/parser/text.ts';

/** A string as written, and where what is between its quotes begins and ends in the document. */
export interface StringContent {
  /** A string is a node of its own, but for the path of an import. */
  node: ast.Text | ast.Import;
  start: number;
  end: number;
  /** Written with three quotes. */
  isBlock: boolean;
}

/** Null for what is no string. One whose closing quotes are still to be typed goes to the end of the leaf. */
function contentOfLeaf(leaf: LeafCstNode | undefined): StringContent | null {
  const node = leaf?.astNode;
  if (leaf === undefined || !leaf.text.startsWith('"') || !(ast.isText(node) || ast.isImport(node))) return null;
  const isBlock = leaf.text.startsWith('"""');
  const quotes = isBlock ? 3 : 1;
  const end = isClosed(leaf.text) ? leaf.end - quotes : leaf.end;
  return { node, start: leaf.offset + quotes, end, isBlock };
}

/** Where the text between the quotes stands. */
export function contentRange(document: LangiumDocument, node: ast.Text | ast.Import): Range | null {
  const end = node.$cstNode?.end;
  const content = end === undefined ? null : stringAt(document, end - 1);
  if (content === null || content.node !== node) return null;
  const { textDocument } = document;
  return { start: textDocument.positionAt(content.start), end: textDocument.positionAt(content.end) };
}

/** The string that an offset is inside of, its ends included. */
export function stringAt(document: LangiumDocument, offset: number): StringContent | null {
  const root = document.parseResult.value.$cstNode;
  if (root === undefined) return null;
  // At the closing quote the leaf may be what follows, so the one before is asked as well.
  for (const at of [offset, offset - 1]) {
    const content = at < 0 ? null : contentOfLeaf(CstUtils.findLeafNodeAtOffset(root, at));
    if (content !== null && content.start <= offset && offset <= content.end) return content;
  }
  return null;
}
