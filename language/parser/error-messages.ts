/** Syntax errors in words that say what to write, for people who have not seen the grammar. */
import { type IToken, type TokenType } from 'chevrotain';
import { LangiumParserErrorMessageProvider } from 'langium';

type MismatchOptions = Parameters<LangiumParserErrorMessageProvider['buildMismatchTokenMessage']>[0];
type RedundantOptions = Parameters<LangiumParserErrorMessageProvider['buildNotAllInputParsedMessage']>[0];
type NoAlternativeOptions = Parameters<LangiumParserErrorMessageProvider['buildNoViableAltMessage']>[0];
type EarlyExitOptions = Parameters<LangiumParserErrorMessageProvider['buildEarlyExitMessage']>[0];

/** More than so many choices tell nobody anything. */
const MOST_CHOICES = 12;

export class MorselErrorMessages extends LangiumParserErrorMessageProvider {
  override buildMismatchTokenMessage({ expected, actual }: MismatchOptions): string {
    if (expected.name === '}') return `${found(actual)} can't stand here. Is a \`}\` missing before it?`;
    return `${found(actual)} can't stand here: ${wordFor(expected)} is expected.`;
  }

  override buildNotAllInputParsedMessage({ firstRedundant }: RedundantOptions): string {
    return `${found(firstRedundant)} can't stand here. A file has imports, params, inputs, jobs and targets.`;
  }

  override buildNoViableAltMessage({ expectedPathsPerAlt, actual }: NoAlternativeOptions): string {
    return noAlternative(actual[0], expectedPathsPerAlt.flat());
  }

  override buildEarlyExitMessage({ expectedIterationPaths, actual }: EarlyExitOptions): string {
    return noAlternative(actual[0], expectedIterationPaths);
  }
}

function noAlternative(actual: IToken | undefined, paths: TokenType[][]): string {
  const words = [...new Set(paths.flatMap((path) => (path[0] === undefined ? [] : [wordFor(path[0])])))];
  const choices = words.length === 0 || words.length > MOST_CHOICES ? '' : ` Expected: ${words.join(', ')}.`;
  return `${found(actual)} can't stand here.${choices}`;
}

function found(token: IToken | undefined): string {
  if (token === undefined || token.tokenType.name === 'EOF') return 'The end of the file';
  const image = token.image.split('\n')[0]!;
  return `\`${image.length > 40 ? `${image.slice(0, 39)}…` : image}\``;
}

const words: Readonly<Record<string, string>> = {
  NAME: 'a name',
  NUMBER: 'a number',
  STRING: 'text in quotes',
  BLOCK: 'text in quotes',
  UNCLOSED_STRING: 'text in quotes',
  UNCLOSED_BLOCK: 'text in quotes',
  EOF: 'the end of the file',
};

const wordFor = (type: TokenType): string => words[type.name] ?? `\`${type.name}\``;
