/**
 * How a job file is laid out. Only the white space between tokens is ever changed, so tokens and comments stay as they are.
 *
 * Line breaks are the author's, as with gofmt: a block on one line stays on one line; in a block on several lines each
 * declaration and statement begins a line. Two spaces a level, at most one blank line, one space between words.
 */
import { type AstNode, AstUtils, CstUtils, type LeafCstNode, type RootCstNode } from 'langium';
import * as ast from '../generated/ast.ts';

/** The white space that should stand between two tokens; offsets are of what stands there now. */
export interface Gap {
  offset: number;
  end: number;
  text: string;
}

const INDENT = '  ';

/** Every gap of a file, in order, also the one before its first token and the one after its last. */
export function layOut(root: RootCstNode, eol: string): Gap[] {
  const leaves = CstUtils.flattenCst(root).toArray();
  const text = root.fullText;
  if (leaves.length === 0) return [{ offset: 0, end: text.length, text: '' }];
  const layout = new Layout(root.astNode, leaves, text);
  const gaps: Gap[] = [{ offset: 0, end: leaves[0]!.offset, text: '' }];
  for (let index = 1; index < leaves.length; index++) {
    gaps.push({
      offset: leaves[index - 1]!.end,
      end: leaves[index]!.offset,
      text: layout.between(index).replaceAll('\n', eol),
    });
  }
  gaps.push({ offset: leaves.at(-1)!.end, end: text.length, text: eol });
  return gaps;
}

interface Block {
  isSpread: boolean;
  /** In brackets: its elements need no line of their own. */
  isList: boolean;
}

class Layout {
  readonly #leaves: readonly LeafCstNode[];
  #next = 0;
  readonly #text: string;
  /** Where declarations and statements begin. */
  readonly #starts: ReadonlySet<number>;
  /** By the index of a bracket that opens or closes it. */
  readonly #blocks: ReadonlyMap<number, Block>;
  readonly #open: Block[] = [];

  constructor(root: AstNode, leaves: readonly LeafCstNode[], text: string) {
    this.#leaves = leaves;
    this.#text = text;
    this.#starts = startsOf(root);
    this.#blocks = blocksOf(leaves, (index) => this.#newlines(index) > 0);
    this.#enter(0);
  }

  /** The white space before a token; to be asked in order. */
  between(index: number): string {
    const closes = this.#blocks.get(index) !== undefined && isCloser(this.#leaves[index]!);
    if (closes) this.#open.pop();
    const gap = this.#breaks(index) ? this.#lineBreak(index) : this.#space(index);
    this.#enter(index);
    return gap;
  }

  #enter(index: number): void {
    const block = this.#blocks.get(index);
    if (block !== undefined && !isCloser(this.#leaves[index]!)) this.#open.push(block);
  }

  #newlines(index: number): number {
    const gap = this.#text.slice(this.#leaves[index - 1]!.end, this.#leaves[index]!.offset);
    return gap.split('\n').length - 1;
  }

  #breaks(index: number): boolean {
    if (this.#newlines(index) > 0) return true;
    const leaf = this.#leaves[index]!;
    const before = this.#leaves[index - 1]!;
    if (leaf.hidden || before.hidden) return false;
    if (isCloser(leaf)) return this.#isSpreadBlock(index);
    if (isOpener(before)) return this.#isSpreadBlock(index - 1);
    return this.#starts.has(leaf.offset) && (this.#open.at(-1)?.isSpread ?? true);
  }

  #isSpreadBlock(index: number): boolean {
    const block = this.#blocks.get(index);
    return block !== undefined && block.isSpread && !block.isList;
  }

  #lineBreak(index: number): string {
    const leaf = this.#leaves[index]!;
    const before = this.#leaves[index - 1]!;
    const mayBeBlank = !isCloser(leaf) && !isOpener(before);
    const lines = mayBeBlank && this.#newlines(index) > 1 ? '\n\n' : '\n';
    return lines + INDENT.repeat(this.#depth(index));
  }

  #depth(index: number): number {
    const levels = this.#open.filter(({ isSpread }) => isSpread).length;
    const next = this.#nextToken(index);
    const isContinuation = next !== undefined && !isCloser(next) && !this.#starts.has(next.offset) && !this.#isInList();
    return levels + (isContinuation ? 1 : 0);
  }

  /** Behind comments. It is asked for in order of place. */
  #nextToken(index: number): LeafCstNode | undefined {
    this.#next = Math.max(this.#next, index);
    while (this.#leaves[this.#next]?.hidden === true) this.#next++;
    return this.#leaves[this.#next];
  }

  #isInList(): boolean {
    return this.#open.at(-1)?.isList ?? false;
  }

  #space(index: number): string {
    const leaf = this.#leaves[index]!;
    const before = this.#leaves[index - 1]!;
    if (leaf.hidden || before.hidden) return ' ';
    const [left, right] = [signOf(before), signOf(leaf)];
    if (right === ',' || right === '..' || left === '..' || right === '.' || left === '.') return '';
    if (left === '[' || right === ']' || (left === '{' && right === '}')) return '';
    return right === '[' && ast.isFieldName(leaf.astNode) ? '' : ' ';
  }
}

/** Strings are never taken for signs, whatever is in them. */
const signOf = (leaf: LeafCstNode): string => (leaf.length <= 2 ? leaf.text : '');

const isOpener = (leaf: LeafCstNode): boolean => leaf.text === '{' || leaf.text === '[';
const isCloser = (leaf: LeafCstNode): boolean => leaf.text === '}' || leaf.text === ']';

/** A block is spread over lines where its author broke a line in it, or where a line comment makes that necessary. */
function blocksOf(leaves: readonly LeafCstNode[], isAfterBreak: (index: number) => boolean): Map<number, Block> {
  const blocks = new Map<number, Block>();
  const open: Block[] = [];
  for (const [index, leaf] of leaves.entries()) {
    if (index > 0 && isAfterBreak(index)) for (const block of open) block.isSpread = true;
    if (leaf.hidden) continue;
    if (isOpener(leaf)) {
      const block = { isSpread: false, isList: leaf.text === '[' };
      blocks.set(index, block);
      open.push(block);
    } else if (isCloser(leaf)) {
      const block = open.pop();
      if (block !== undefined) blocks.set(index, block);
    }
  }
  return blocks;
}

function startsOf(root: AstNode): Set<number> {
  const starts = new Set<number>();
  for (const node of AstUtils.streamAllContents(root)) {
    if (isMember(node) && node.$cstNode !== undefined) starts.add(node.$cstNode.offset);
  }
  return starts;
}

function isMember(node: AstNode): boolean {
  const parent = node.$container;
  if (ast.isFile(parent)) return true;
  if (ast.isJob(parent) || ast.isTarget(parent)) return true;
  return (ast.isTask(parent) && !ast.isItem(node)) || ast.isStep(parent);
}
