/** Folds what has a body: jobs, tasks, steps, targets, strings of several lines, comments, and runs of imports. */
import { type AstNode, type LangiumDocument } from 'langium';
import { DefaultFoldingRangeProvider } from 'langium/lsp';
import { type FoldingRange, FoldingRangeKind, type FoldingRangeParams } from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { fileIn, rangeOf } from '../outline.ts';

export class MorselFolding extends DefaultFoldingRangeProvider {
  override async getFoldingRanges(document: LangiumDocument, params: FoldingRangeParams): Promise<FoldingRange[]> {
    const foldings = await super.getFoldingRanges(document, params);
    return [...foldings, ...importFolding(document)];
  }

  protected override shouldProcess(node: AstNode): boolean {
    return ast.isJob(node) || ast.isTask(node) || ast.isStep(node) || ast.isTarget(node) || ast.isText(node);
  }
}

function importFolding(document: LangiumDocument): FoldingRange[] {
  const { imports } = fileIn(document);
  if (imports.length < 2) return [];
  const [first, last] = [rangeOf(imports[0]!), rangeOf(imports.at(-1)!)];
  return [{ startLine: first.start.line, endLine: last.end.line, kind: FoldingRangeKind.Imports }];
}
