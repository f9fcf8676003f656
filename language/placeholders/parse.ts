/** Parses the placeholders of a string, with the place of each part in the document. */
import { EmbeddedActionsParser, type IToken } from 'chevrotain';
import type { DecodedText } from '../parser/text.ts';
import type { FieldAccess, Name, PlaceholderProblem, TemplateParts } from './placeholder.ts';
import {
  Bang,
  Close,
  CloseBracket,
  Dot,
  holeTokens,
  LiteralClose,
  LiteralOpen,
  NameToken,
  Open,
  OpenBracket,
  Quoted,
  Stray,
  templateLexer,
} from './tokens.ts';

interface Hole {
  raw: boolean;
  name: IToken;
  fields: IToken[];
}

class HoleParser extends EmbeddedActionsParser {
  readonly hole: () => Hole;

  constructor() {
    super(holeTokens, { recoveryEnabled: false });
    const field = this.RULE('field', (): IToken =>
      this.OR([
        { ALT: () => (this.CONSUME(Dot), this.CONSUME(NameToken)) },
        {
          ALT: () => {
            this.CONSUME(OpenBracket);
            const name = this.CONSUME(Quoted);
            this.CONSUME(CloseBracket);
            return name;
          },
        },
      ]),
    );
    this.hole = this.RULE('hole', (): Hole => {
      this.CONSUME(Open);
      const raw = this.OPTION(() => this.CONSUME(Bang)) !== undefined;
      const name = this.CONSUME(NameToken);
      const fields: IToken[] = [];
      this.MANY(() => fields.push(this.SUBRULE(field)));
      this.CONSUME(Close);
      return { raw, name, fields };
    });
    this.performSelfAnalysis();
  }
}

const holeParser = new HoleParser();

/** `base`: where the string stands in the document. */
export function parseTemplate({ text, offsets }: DecodedText, base: number): TemplateParts {
  const at = (index: number): number => base + offsets[index]!;
  const result: TemplateParts = { parts: [], problems: [] };
  if (!text.includes('{')) {
    if (text !== '') result.parts.push({ kind: 'text', text, offset: at(0), end: at(text.length) });
    return result;
  }
  const { tokens } = templateLexer.tokenize(text);
  let literalDepth = 0;
  for (let index = 0; index < tokens.length;) {
    const token = tokens[index]!;
    if (token.tokenType === Open) {
      const end = endOfHole(tokens, index);
      addHole(result, tokens.slice(index, end), at);
      index = end;
      continue;
    }
    if (token.tokenType === LiteralOpen) literalDepth++;
    // `}}` is a brace only where a `{{` asks for it, so that JSON in a command stays as it is.
    const closes = token.tokenType === LiteralClose && literalDepth > 0;
    if (closes) literalDepth--;
    const literal = closes || token.tokenType === LiteralOpen;
    addText(
      result,
      literal ? token.image[0]! : token.image,
      at(token.startOffset),
      at(token.startOffset + token.image.length),
    );
    index++;
  }
  return result;
}

/** Behind the token that ends a placeholder. */
function endOfHole(tokens: IToken[], start: number): number {
  for (let index = start + 1; index < tokens.length; index++) {
    const { tokenType } = tokens[index]!;
    if (tokenType === Close || tokenType === Stray) return index + 1;
  }
  return tokens.length;
}

function addHole(result: TemplateParts, tokens: IToken[], at: (index: number) => number): void {
  const offset = at(tokens[0]!.startOffset);
  const end = at(endOf(tokens.at(-1)!));
  holeParser.input = tokens;
  const hole = holeParser.hole();
  const error = holeParser.errors[0];
  if (error === undefined) {
    result.parts.push({
      kind: 'placeholder',
      offset,
      end,
      raw: hole.raw,
      name: nameOf(hole.name, at),
      fields: hole.fields.map((field) => fieldOf(field, at)),
    });
    return;
  }
  result.problems.push(problemOf(tokens, error.token, at));
  addText(result, tokens.map(({ image }) => image).join(''), offset, end);
}

function problemOf(tokens: IToken[], found: IToken, at: (index: number) => number): PlaceholderProblem {
  const isEnd = !tokens.includes(found);
  const written = tokens.map(({ image }) => image).join('');
  const offset = at(isEnd ? endOf(tokens.at(-1)!) : found.startOffset);
  const end = isEnd ? offset : at(endOf(found));
  const before = isEnd ? tokens.at(-1)! : tokens[tokens.indexOf(found) - 1];
  return { offset: isEnd ? at(tokens[0]!.startOffset) : offset, end, message: wordsFor(before, written) };
}

function wordsFor(before: IToken | undefined, written: string): string {
  const literal = 'For a brace that is only a brace write `{{`.';
  switch (before?.tokenType) {
    case Dot:
      return `The placeholder \`${written}\` lacks the name of a field after the dot. ${literal}`;
    case OpenBracket:
      return `The placeholder \`${written}\` needs a column in quotes between the brackets, as in \`{row["first name"]}\`.`;
    case Quoted:
      return `The placeholder \`${written}\` lacks a \`]\` after the column.`;
    default:
      return `The placeholder \`${written.trimEnd()}\` is not closed with \`}\`. ${literal}`;
  }
}

function addText(result: TemplateParts, text: string, offset: number, end: number): void {
  const last = result.parts.at(-1);
  if (last?.kind === 'text') {
    last.text += text;
    last.end = end;
  } else {
    result.parts.push({ kind: 'text', text, offset, end });
  }
}

const endOf = (token: IToken): number => token.startOffset + token.image.length;

const nameOf = (token: IToken, at: (index: number) => number): Name => ({
  text: token.image,
  offset: at(token.startOffset),
  end: at(endOf(token)),
});

function fieldOf(token: IToken, at: (index: number) => number): FieldAccess {
  const quoted = token.tokenType === Quoted;
  const text = quoted ? token.image.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : token.image;
  return { ...nameOf(token, at), text, quoted };
}
