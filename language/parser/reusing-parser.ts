/**
 * A parser that takes the tasks in which nothing has changed over from the last parse of a file. An edit concerns one task
 * as a rule, and a file may have thousands; to parse them all is most of what an edit would cost otherwise.
 *
 * Text is made into tokens anew, as a quote or a comment may change what all that follows means. A task is taken over where
 * the new tokens begin one at the same text, and only if it was parsed without an error: then parsing it again would give
 * the same, since nothing behind its `}` has a part in it. All else, recovery from errors too, goes on as ever. Nodes stay
 * the same objects, moved to where they stand now, so what is remembered of them is good for the next tree as well.
 */
import type { IToken } from 'chevrotain';
import {
  type AstNode,
  type CompositeCstNode,
  createParser,
  type CstNode,
  GrammarAST,
  isAstNode,
  type LangiumCoreServices,
  LangiumParser,
  type LexerResult,
  type ParseResult,
  type ParserOptions,
} from 'langium';
import * as ast from '../generated/ast.ts';
import { withManyComments } from './many-comments.ts';
import { isComposite, moveTo } from './move-tree.ts';
import { unchangedTasks } from './unchanged-tasks.ts';

type Rule = Parameters<LangiumParser['subrule']>[1];
type Arguments = Parameters<LangiumParser['subrule']>[4];

/** What Langium keeps to itself. Its version is fixed, and a test holds the trees of this parser to those of Langium's. */
interface Internals {
  wrapper: {
    input: IToken[];
    errors: ParseResult['parserErrors'];
    exportLexerState(): number;
    importLexerState(index: number): void;
  };
  lexer: { tokenize(text: string): LexerResult };
  lexerResult: LexerResult | undefined;
  mainRule: Rule;
  nodeBuilder: {
    current: CompositeCstNode;
    buildRootNode(text: string): void;
    addHiddenNodes(tokens: IToken[]): void;
    createLeafNode(token: IToken, isHidden: boolean): CstNode;
    appendChild(parent: CompositeCstNode, child: CstNode): void;
    appendChildren(parent: CompositeCstNode, children: CstNode[]): void;
  };
  extractHiddenTokens(token: IToken): IToken[];
  doParse(rule: Rule): AstNode;
  performSubruleAssignment(value: AstNode, feature: GrammarAST.AbstractElement, node: CstNode): void;
}

export class ReusingParser extends LangiumParser {
  /** Tasks that were parsed without an error. */
  readonly #whole = new WeakSet<ast.Task>();
  /** Those that can be taken over, by where they begin in the text that is being parsed. */
  #unchanged: ReadonlyMap<number, ast.Task> = new Map();
  readonly #reused = new Set<AstNode>();

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Internals
  readonly #own = this as unknown as Internals;

  /** Parses a new text of a file; of the tree of its last text nothing can be used any more. */
  reparse(text: string, last: ParseResult): ParseResult {
    const file = last.value;
    const isUsable = ast.isFile(file) && last.lexerErrors.length === 0;
    if (isUsable) this.#unchanged = unchangedTasks(file, text, (task) => this.#whole.has(task));
    try {
      return this.#parseAll(text);
    } finally {
      this.#unchanged = new Map();
      this.#reused.clear();
    }
  }

  override parse<T extends AstNode = AstNode>(text: string, options: ParserOptions = {}): ParseResult<T> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller says what the text is
    return options.rule === undefined ? (this.#parseAll(text) as ParseResult<T>) : super.parse<T>(text, options);
  }

  /** As Langium does it, but nodes that were taken over are linked already. */
  #parseAll(text: string): ParseResult {
    const { nodeBuilder, lexer, wrapper } = this.#own;
    nodeBuilder.buildRootNode(text);
    const lexed = lexer.tokenize(text);
    this.#own.lexerResult = lexed;
    wrapper.input = lexed.tokens;
    const value = this.#own.doParse(this.#own.mainRule);
    nodeBuilder.addHiddenNodes(lexed.hidden);
    this.unorderedGroups.clear();
    this.#own.lexerResult = undefined;
    this.#link(value);
    const result: ParseResult = { value, lexerErrors: lexed.errors, parserErrors: wrapper.errors };
    return lexed.report === undefined ? result : { ...result, lexerReport: lexed.report };
  }

  override subrule(
    idx: number,
    rule: Rule,
    fragment: boolean,
    feature: GrammarAST.AbstractElement,
    args: Arguments,
  ): void {
    if (this.isRecording() || !isCallOfTask(feature)) return super.subrule(idx, rule, fragment, feature, args);
    if (this.#takeOver(feature)) return;
    const { wrapper, nodeBuilder } = this.#own;
    const errors = wrapper.errors.length;
    const { current } = nodeBuilder;
    super.subrule(idx, rule, fragment, feature, args);
    const node = current.content.at(-1)?.astNode;
    if (wrapper.errors.length === errors && ast.isTask(node)) this.#whole.add(node);
  }

  /** Puts a task of the last tree where the parser is now, if it is there unchanged. */
  #takeOver(feature: GrammarAST.AbstractElement): boolean {
    const { wrapper, nodeBuilder } = this.#own;
    const tokens = wrapper.input;
    const at = wrapper.exportLexerState() + 1;
    const first = tokens[at];
    const task = first && this.#unchanged.get(first.startOffset);
    const node = task?.$cstNode;
    const parent = nodeBuilder.current;
    if (!first || !node || !isComposite(node) || parent.content.length === 0) return false;
    const end = indexOfToken(tokens, first.startOffset + node.length - 1, at);
    if (end === undefined || tokens[end]!.image !== '}') return false;
    const before = this.#own.extractHiddenTokens(first).map((token) => nodeBuilder.createLeafNode(token, true));
    nodeBuilder.appendChildren(parent, before);
    // Comments within the task are in its tree already.
    this.#own.extractHiddenTokens(tokens[end]!);
    wrapper.importLexerState(end);
    moveTo(node, first);
    nodeBuilder.appendChild(parent, node);
    this.#reused.add(task);
    this.#own.performSubruleAssignment(task, feature, node);
    return true;
  }

  #link(node: AstNode): void {
    for (const [property, value] of Object.entries(node)) {
      if (property.startsWith('$')) continue;
      const children: unknown[] = Array.isArray(value) ? value : [value];
      for (const [index, child] of children.entries()) {
        if (!isAstNode(child)) continue;
        const place = Array.isArray(value) ? { $containerIndex: index } : {};
        Object.assign(child, { $container: node, $containerProperty: property }, place);
        if (!this.#reused.has(child)) this.#link(child);
      }
    }
  }
}

export function createReusingParser(services: LangiumCoreServices): ReusingParser {
  const parser = createParser(services.Grammar, new ReusingParser(services), services.parser.Lexer.definition);
  parser.finalize();
  withManyComments(parser);
  return parser;
}

/** Rules are asked for by the element of the grammar that calls them. */
const isCallOfTask = (feature: GrammarAST.AbstractElement): boolean =>
  GrammarAST.isRuleCall(feature) && feature.rule.ref?.name === 'Task';

/** Where the token that begins at an offset stands; tokens are in order. */
function indexOfToken(tokens: readonly IToken[], offset: number, from: number): number | undefined {
  let low = from;
  let high = tokens.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.startOffset < offset) low = middle + 1;
    else high = middle;
  }
  return tokens[low]?.startOffset === offset ? low : undefined;
}
