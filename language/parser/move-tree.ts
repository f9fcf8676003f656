/* oxlint-disable no-underscore-dangle -- that is how Langium names these properties */
import type { IToken } from 'chevrotain';
import type { CompositeCstNode, CstNode } from 'langium';

/** Where Langium keeps the place of a word; lines and characters count from 0. */
interface Leaf {
  _offset: number;
  _startLine: number;
  _startColumn: number;
  _endLine: number;
  _endColumn: number;
}

interface Composite {
  content: CstNode[];
  /** Remembered once it was asked for. */
  _rangeCache: unknown;
}

interface Move {
  characters: number;
  lines: number;
  /** Of what stands in the first line. */
  columns: number;
  firstLine: number;
}

export const isComposite = (node: CstNode): node is CompositeCstNode => 'content' in node;

/** Moves the tree of a piece of text to where the same text stands now. @param first the word that it begins with there */
export function moveTo(node: CompositeCstNode, first: IToken): void {
  const { offset, range } = node;
  const { line: firstLine, character } = range.start;
  const move = {
    characters: first.startOffset - offset,
    lines: first.startLine! - 1 - firstLine,
    columns: first.startColumn! - 1 - character,
    firstLine,
  };
  if (move.characters !== 0 || move.lines !== 0 || move.columns !== 0) moveAll(node, move);
}

function moveAll(node: CstNode, move: Move): void {
  if (isComposite(node)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Composite
    (node as unknown as Composite)._rangeCache = undefined;
    for (const child of node.content) moveAll(child, move);
    return;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Leaf
  const leaf = node as unknown as Leaf;
  leaf._offset += move.characters;
  if (leaf._startLine === move.firstLine) leaf._startColumn += move.columns;
  if (leaf._endLine === move.firstLine) leaf._endColumn += move.columns;
  leaf._startLine += move.lines;
  leaf._endLine += move.lines;
}
