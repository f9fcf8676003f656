import { type AstNode, AstUtils, type URI, UriUtils } from 'langium';
import type * as ast from '../generated/ast.ts';

/** Where an import leads: its path starts from the file that it stands in. Undefined for an empty path. */
export function importedUri(file: ast.File, path: string): URI | undefined {
  const document = documentOf(file);
  if (document === undefined || path.trim() === '') return undefined;
  return UriUtils.resolvePath(UriUtils.dirname(document.uri), path);
}

/** Every URI that a file imports, whether it can be read or not. */
export const importedUris = (file: ast.File): URI[] =>
  file.imports.flatMap((each) => importedUri(file, each.file?.$refText ?? '') ?? []);

const documentOf = (node: AstNode) => AstUtils.findRootNode(node).$document;
