/** Errors of syntax and of names, with codes, suggestions and fixes of our own in place of Langium's. */
import {
  type AstNode,
  DefaultDocumentValidator,
  GrammarAST,
  AstUtils,
  type LangiumCoreServices,
  type LangiumDocument,
  type ParseResult,
  type ReferenceInfo,
  type ScopeProvider,
  type ValidationOptions,
} from 'langium';
import type { Diagnostic } from 'vscode-languageserver';
import * as ast from '../generated/ast.ts';
import { BUILT_IN_TARGET } from '../lowering/lower-target.ts';
import { closest } from '../suggest.ts';
import { otherUnits } from '../units.ts';
import type { DiagnosticCode } from './codes.ts';
import type { DiagnosticData, Fix } from './report.ts';

/** Looking for a near name compares with all of them: not for every name of a file in which nothing can be found. */
const MOST_SUGGESTIONS = 50;

export class MorselDocumentValidator extends DefaultDocumentValidator {
  readonly #scopes: ScopeProvider;
  readonly #keywords: string[];

  constructor(services: LangiumCoreServices) {
    super(services);
    this.#scopes = services.references.ScopeProvider;
    this.#keywords = keywordsOf(services.Grammar);
  }

  /** Every check is a pass over the file (register-checks.ts): there is none for a single node. */
  protected override async validateAstNodes(): Promise<void> {}

  protected override processLexingErrors(
    parseResult: ParseResult,
    diagnostics: Diagnostic[],
    options: ValidationOptions,
  ): void {
    const own: Diagnostic[] = [];
    super.processLexingErrors(parseResult, own, options);
    for (const diagnostic of own) {
      diagnostics.push(
        coded(diagnostic, 'syntax', `This character can't stand here. Text is written in double quotes.`),
      );
    }
  }

  protected override processParsingErrors(
    parseResult: ParseResult,
    diagnostics: Diagnostic[],
    options: ValidationOptions,
  ): void {
    const own: Diagnostic[] = [];
    super.processParsingErrors(parseResult, own, options);
    const text = parseResult.value.$cstNode?.root.fullText ?? '';
    for (const [index, diagnostic] of own.entries()) {
      // Langium leaves errors out whose place it can't tell; then the two lists can't be laid side by side.
      const error = own.length === parseResult.parserErrors.length ? parseResult.parserErrors[index] : undefined;
      diagnostics.push(error === undefined ? coded(diagnostic, 'syntax') : this.#syntax(diagnostic, error, text));
    }
  }

  #syntax(diagnostic: Diagnostic, error: ParseResult['parserErrors'][number], text: string): Diagnostic {
    const word = error.token.image;
    const isAfterNumber = /[0-9][ \t]*$/.test(text.slice(0, error.token.startOffset));
    const unit = isAfterNumber ? otherUnits.get(word) : undefined;
    if (unit !== undefined) return unknownUnit(diagnostic, word, unit);
    const isWord = error.token.tokenType.name === 'NAME';
    const near = isWord ? closest(word, this.#keywords) : undefined;
    if (near === undefined) return coded(diagnostic, 'syntax');
    return coded(diagnostic, 'syntax', `\`${word}\` is no word of the language. Did you mean \`${near}\`?`, [
      change(diagnostic, near),
    ]);
  }

  protected override processLinkingErrors(
    document: LangiumDocument,
    diagnostics: Diagnostic[],
    _options: ValidationOptions,
  ): void {
    let suggestions = 0;
    for (const { error } of document.references) {
      if (error === undefined || isBuiltInTarget(error.info)) continue;
      const near = suggestions++ < MOST_SUGGESTIONS ? this.#near(error.info) : undefined;
      const info = { node: error.info.container, ...placeOf(error.info) };
      const diagnostic = this.toDiagnostic('error', linkingMessage(error.info, near), info);
      const code = ast.isImport(error.info.container) ? 'import-not-found' : 'unknown-name';
      diagnostics.push(coded(diagnostic, code, undefined, near === undefined ? [] : [change(diagnostic, near)]));
    }
  }

  #near(info: ReferenceInfo): string | undefined {
    const names = this.#scopes.getScope(info).getAllElements();
    return closest(
      info.reference.$refText,
      names.map(({ name }) => name),
    );
  }
}

function placeOf({ property, index }: ReferenceInfo): { property: string; index?: number } {
  return index === undefined ? { property } : { property, index };
}

/** The words of the language, without units and signs. */
function keywordsOf(grammar: GrammarAST.Grammar): string[] {
  const words = AstUtils.streamAllContents(grammar)
    .filter(GrammarAST.isKeyword)
    .map(({ value }) => value);
  return words
    .filter((word) => /^\w{3,}$/.test(word))
    .distinct()
    .toArray();
}

function coded(diagnostic: Diagnostic, code: DiagnosticCode, message?: string, fixes: Fix[] = []): Diagnostic {
  const data: DiagnosticData = { code, fixes };
  return { ...diagnostic, message: message ?? diagnostic.message, code, data };
}

const change = ({ range }: Diagnostic, newText: string): Fix => ({
  title: `Change to \`${newText}\``,
  edits: [{ range, newText }],
});

const unknownUnit = (diagnostic: Diagnostic, word: string, unit: string): Diagnostic =>
  coded(diagnostic, 'unknown-unit', `\`${word}\` is no unit. Write \`${unit}\`.`, [change(diagnostic, unit)]);

/** `on local` needs no declaration. */
const isBuiltInTarget = ({ container, reference }: ReferenceInfo): boolean =>
  ast.isJob(container) && reference.$refText === BUILT_IN_TARGET;

function linkingMessage({ container, property, reference }: ReferenceInfo, near: string | undefined): string {
  const name = reference.$refText;
  if (ast.isImport(container))
    return `The file "${name}" can't be read. The path of an import starts from the folder of this file.`;
  return `${missing(container, property, name)}${near === undefined ? '' : ` Did you mean \`${near}\`?`}`;
}

function missing(container: AstNode, property: string, name: string): string {
  if (ast.isJob(container))
    return `There is no target \`${name}\`: declare \`target ${name} local { … }\`, or import it.`;
  if (ast.isField(container)) {
    return `There is no item \`${name}\`: \`cost\` takes a number, or a field of the task's item, as in \`cost photo.size\`.`;
  }
  if (property === 'source') return `There is no input and no task \`${name}\` to go over.`;
  return `There is no task \`${name}\` in this job.`;
}
