/** Go to definition, find references, highlight, rename: each a few lines on top of {@link Names}. */
import type { AstNode, LangiumDocument } from 'langium';
import type { DefinitionProvider, DocumentHighlightProvider, ReferencesProvider, RenameProvider } from 'langium/lsp';
import {
  type DefinitionParams,
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentHighlightParams,
  LSPErrorCodes,
  type Location,
  type LocationLink,
  type Range,
  type ReferenceParams,
  type RenameParams,
  ResponseError,
  type TextDocumentPositionParams,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import type { Names, NameUse } from '../names.ts';
import { documentOf, fileIn, nameRangeOf, rangeOf } from '../outline.ts';

/** A whole name, as the grammar's terminal NAME has it. */
const NAME = /^[_a-zA-Z\u00C0-\u024F\u0370-\u1FFF\u3040-\uD7FF][\w\u00C0-\u024F\u0370-\u1FFF\u3040-\uD7FF-]*$/;

export class MorselDefinitions implements DefinitionProvider {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  getDefinition(document: LangiumDocument, params: DefinitionParams): LocationLink[] {
    const use = useAt(this.#names, document, params);
    if (use === null) return [];
    const { declaration, range } = use;
    const start = { line: 0, character: 0 };
    const name = ast.isFile(declaration) ? { start, end: start } : nameRangeOf(declaration);
    return [
      {
        originSelectionRange: range,
        targetUri: documentOf(declaration).uri.toString(),
        targetRange: ast.isFile(declaration) ? name : rangeOf(declaration),
        targetSelectionRange: name,
      },
    ];
  }
}

export class MorselReferences implements ReferencesProvider {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  findReferences(document: LangiumDocument, params: ReferenceParams): Location[] {
    const use = useAt(this.#names, document, params);
    if (use === null) return [];
    const found = this.#names.occurrences(use.declaration);
    const wanted = params.context.includeDeclaration ? found : found.filter(({ isDeclaration }) => !isDeclaration);
    return wanted.map(({ uri, range }) => ({ uri: uri.toString(), range }));
  }
}

export class MorselHighlights implements DocumentHighlightProvider {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  getDocumentHighlight(document: LangiumDocument, params: DocumentHighlightParams): DocumentHighlight[] {
    const use = useAt(this.#names, document, params);
    if (use === null) return [];
    return this.#names.occurrences(use.declaration, document).map(({ range, isDeclaration }) => ({
      range,
      kind: isDeclaration ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  }
}

export class MorselRename implements RenameProvider {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** Null where there is nothing that can be renamed: a word of the language, a column, an option. */
  prepareRename(document: LangiumDocument, params: TextDocumentPositionParams): Range | undefined {
    const use = useAt(this.#names, document, params);
    return use === null || ast.isFile(use.declaration) ? undefined : use.range;
  }

  rename(document: LangiumDocument, params: RenameParams): WorkspaceEdit | undefined {
    const use = useAt(this.#names, document, params);
    if (use === null || ast.isFile(use.declaration)) return undefined;
    const refusal = refuse(use.declaration, params.newName);
    if (refusal !== null) throw new ResponseError(LSPErrorCodes.RequestFailed, refusal);
    const changes: Record<string, TextEdit[]> = {};
    for (const { uri, range } of this.#names.occurrences(use.declaration)) {
      (changes[uri.toString()] ??= []).push({ range, newText: params.newName });
    }
    return { changes };
  }
}

function useAt(names: Names, document: LangiumDocument, { position }: TextDocumentPositionParams): NameUse | null {
  return names.at(document, document.textDocument.offsetAt(position));
}

/** One sentence on why a name cannot be given, or null. */
function refuse(declaration: AstNode, name: string): string | null {
  if (!NAME.test(name)) {
    return `"${name}" is no name: a name is a letter or _, then letters, digits, _ or -.`;
  }
  const taken = siblingsOf(declaration).find((other) => other !== declaration && other.name === name);
  return taken === undefined ? null : `There is already ${article(taken)} "${name}" here.`;
}

/** Declarations that may not have the same name. */
function siblingsOf(declaration: AstNode): { $type: string; name: string }[] {
  const file = fileIn(documentOf(declaration));
  if (ast.isJob(declaration)) return file.jobs;
  if (ast.isTarget(declaration)) return file.targets;
  if (ast.isStep(declaration)) return declaration.$container.statements.filter(ast.isStep);
  if (ast.isItem(declaration)) return declaration.$container.$container.params;
  const scope = declaration.$container;
  if (ast.isJob(scope)) return [...scope.params, ...scope.inputs, ...scope.tasks].filter(sameSpace(declaration));
  return [...file.params, ...file.inputs].filter(sameSpace(declaration));
}

/** Tasks and inputs share one space of names, since a task may go over either; params have their own. */
const sameSpace = (declaration: AstNode) => (other: AstNode) => ast.isParam(declaration) === ast.isParam(other);

const article = ({ $type }: { $type: string }): string => {
  const kind = $type.toLowerCase();
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
};
