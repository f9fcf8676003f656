/**
 * Names and where they are used, in the grammar's own references and in the placeholders of strings alike. Definition,
 * references, rename, highlights and hover all stand on this.
 */
import {
  type AstNode,
  CstUtils,
  type GrammarConfig,
  type LangiumDocument,
  type LangiumDocuments,
  type References,
  type URI,
} from 'langium';
import type { LangiumServices } from 'langium/lsp';
import type { Range } from 'vscode-languageserver';
import { nodesOf } from '../language/ast-walk.ts';
import * as ast from '../language/generated/ast.ts';
import { documentOf, fileIn, nameRangeOf } from './outline.ts';
import { partsOf } from './placeholders.ts';
import { stringAt, type StringContent } from './strings.ts';

/** A name in the text, and what it stands for. */
export interface NameUse {
  declaration: AstNode;
  range: Range;
}

export interface Occurrence {
  uri: URI;
  range: Range;
  isDeclaration: boolean;
}

export class Names {
  readonly #references: References;
  readonly #documents: LangiumDocuments;
  readonly #grammarConfig: GrammarConfig;

  constructor(services: LangiumServices) {
    this.#references = services.references.References;
    this.#documents = services.shared.workspace.LangiumDocuments;
    this.#grammarConfig = services.parser.GrammarConfig;
  }

  /** The name that an offset is at, if it stands for something that is declared. */
  at(document: LangiumDocument, offset: number): NameUse | null {
    const string = stringAt(document, offset);
    if (string !== null) return nameInString(document, string, offset);
    const root = document.parseResult.value.$cstNode;
    if (root === undefined) return null;
    const leaf = CstUtils.findDeclarationNodeAtOffset(root, offset, this.#grammarConfig.nameRegexp);
    const declaration = leaf === undefined ? undefined : this.#references.findDeclarations(leaf)[0];
    return declaration === undefined ? null : { declaration, range: leaf!.range };
  }

  /** Everywhere that a declaration is named, in order; `within` limits it to one document. */
  occurrences(declaration: AstNode, within?: LangiumDocument): Occurrence[] {
    const home = documentOf(declaration);
    const found: Occurrence[] = [];
    if (!ast.isFile(declaration)) found.push({ uri: home.uri, range: nameRangeOf(declaration), isDeclaration: true });
    for (const { sourceUri, segment } of this.#references.findReferences(declaration, {})) {
      found.push({ uri: sourceUri, range: segment.range, isDeclaration: false });
    }
    for (const document of this.#searched(declaration, home, within))
      found.push(...inPlaceholders(document, declaration));
    const wanted = within === undefined ? found : found.filter(({ uri }) => uri.toString() === within.uri.toString());
    return distinct(wanted).toSorted(byPlace);
  }

  /** Items are known in their own file only. */
  #searched(declaration: AstNode, home: LangiumDocument, within: LangiumDocument | undefined): LangiumDocument[] {
    if (within !== undefined) return [within];
    return ast.isItem(declaration) ? [home] : this.#documents.all.toArray();
  }
}

function nameInString(document: LangiumDocument, { node, start, end }: StringContent, offset: number): NameUse | null {
  if (ast.isImport(node)) {
    const file = node.file?.ref;
    return file === undefined ? null : { declaration: file, range: rangeBetween(document, start, end) };
  }
  const part = partsOf(node).find((candidate) => candidate.start <= offset && offset <= candidate.end);
  if (part?.declaration === undefined) return null;
  return { declaration: part.declaration, range: rangeBetween(document, part.start, part.end) };
}

function inPlaceholders(document: LangiumDocument, declaration: AstNode): Occurrence[] {
  const texts = nodesOf(fileIn(document)).filter(ast.isText);
  return texts
    .flatMap((text) => partsOf(text).filter((part) => part.declaration === declaration))
    .map(({ start, end }) => ({ uri: document.uri, range: rangeBetween(document, start, end), isDeclaration: false }));
}

export const rangeBetween = ({ textDocument }: LangiumDocument, start: number, end: number): Range => ({
  start: textDocument.positionAt(start),
  end: textDocument.positionAt(end),
});

/** The grammar's references may hold placeholders too. */
function distinct(occurrences: Occurrence[]): Occurrence[] {
  const byKey = new Map<string, Occurrence>();
  for (const found of occurrences) {
    const key = `${found.uri.toString()} ${JSON.stringify(found.range.start)}`;
    if (!byKey.has(key)) byKey.set(key, found);
  }
  return [...byKey.values()];
}

function byPlace(a: Occurrence, b: Occurrence): number {
  const [fileA, fileB] = [a.uri.toString(), b.uri.toString()];
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character;
}
