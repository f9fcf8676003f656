import type { TokenType } from 'chevrotain';
import { DefaultTokenBuilder, type GrammarAST } from 'langium';

/** Makes every word of the language a kind of NAME too, so that it may be used as a name wherever a name can stand. */
export class MorselTokenBuilder extends DefaultTokenBuilder {
  protected override buildKeywordToken(
    keyword: GrammarAST.Keyword,
    terminalTokens: TokenType[],
    caseInsensitive: boolean,
  ): TokenType {
    const token = super.buildKeywordToken(keyword, terminalTokens, caseInsensitive);
    const name = terminalTokens.find((terminal) => terminal.name === 'NAME');
    if (name !== undefined && /^\w+$/.test(keyword.value)) token.CATEGORIES = [name];
    return token;
  }
}
