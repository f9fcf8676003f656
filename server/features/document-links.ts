/** Imports, modules and input files can be opened from where they are named. */
import { AstUtils, type LangiumDocument, type URI, UriUtils } from 'langium';
import type { DocumentLinkProvider } from 'langium/lsp';
import type { DocumentLink } from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { fileOf } from '../outline.ts';
import { contentRange } from '../strings.ts';

export class MorselDocumentLinks implements DocumentLinkProvider {
  getDocumentLinks(document: LangiumDocument): DocumentLink[] {
    const links: DocumentLink[] = [];
    for (const node of AstUtils.streamAst(fileOf(document))) {
      const path = pathOf(node);
      const range = path === undefined ? null : contentRange(path);
      // A path with holes is another file for each item.
      if (path === undefined || range === null || path.value === '' || path.value.includes('{')) continue;
      links.push({ range, target: resolved(document.uri, path.value) });
    }
    return links;
  }
}

function pathOf(node: object): ast.Text | undefined {
  const named =
    ast.isImport(node) ||
    ast.isModule(node) ||
    ast.isCsvSource(node) ||
    ast.isLinesSource(node) ||
    ast.isJsonSource(node);
  return named ? node.path : undefined;
}

const resolved = (from: URI, path: string): string => UriUtils.resolvePath(UriUtils.dirname(from), path).toString();
