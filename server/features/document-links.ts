/** Imports, modules and input files can be opened from where they are named. */
import { type AstNode, type LangiumDocument, type URI, UriUtils } from 'langium';
import type { DocumentLinkProvider } from 'langium/lsp';
import type { DocumentLink } from 'vscode-languageserver';
import { nodesOf } from '../../language/ast-walk.ts';
import * as ast from '../../language/generated/ast.ts';
import { fileIn } from '../outline.ts';
import { contentRange } from '../strings.ts';

export class MorselDocumentLinks implements DocumentLinkProvider {
  getDocumentLinks(document: LangiumDocument): DocumentLink[] {
    const links: DocumentLink[] = [];
    for (const node of nodesOf(fileIn(document))) {
      const named = pathIn(node);
      const range = named === null ? null : contentRange(document, named.node);
      // A path with holes is another file for each item.
      if (named === null || range === null || named.path === '' || named.path.includes('{')) continue;
      links.push({ range, target: resolved(document.uri, named.path) });
    }
    return links;
  }
}

function pathIn(node: AstNode): { node: ast.Text | ast.Import; path: string } | null {
  if (ast.isImport(node)) return { node, path: node.file?.$refText ?? '' };
  const named = ast.isModule(node) || ast.isCsvSource(node) || ast.isLinesSource(node) || ast.isJsonSource(node);
  return named && node.path !== undefined ? { node: node.path, path: node.path.value ?? '' } : null;
}

const resolved = (from: URI, path: string): string => UriUtils.resolvePath(UriUtils.dirname(from), path).toString();
