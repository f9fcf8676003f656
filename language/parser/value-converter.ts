import { type CstNode, DefaultValueConverter, type GrammarAST, type ValueType } from 'langium';
import { decodeText } from './text.ts';

export class MorselValueConverter extends DefaultValueConverter {
  protected override runConverter(rule: GrammarAST.AbstractRule, input: string, cstNode: CstNode): ValueType {
    if (/^(UNCLOSED_)?(STRING|BLOCK)$/.test(rule.name)) return decodeText(input).text;
    return super.runConverter(rule, input, cstNode);
  }
}
