import {
  type AstNode,
  type Cancellation,
  DefaultLangiumDocumentFactory,
  type LangiumDocument,
  type ParseResult,
  type URI,
} from 'langium';
import { ReusingParser } from './reusing-parser.ts';

/** Parses a new text of a document with what is there of its last one. */
export class MorselDocumentFactory extends DefaultLangiumDocumentFactory {
  /** Documents whose tree is about to be replaced, so that its nodes may be taken. */
  readonly #updated = new Map<string, LangiumDocument>();

  override async update<T extends AstNode>(
    document: LangiumDocument<T>,
    cancelToken: Cancellation.CancellationToken,
  ): Promise<LangiumDocument<T>> {
    const key = document.uri.toString();
    this.#updated.set(key, document);
    try {
      return await super.update(document, cancelToken);
    } finally {
      this.#updated.delete(key);
    }
  }

  protected override async parseAsync<T extends AstNode>(
    uri: URI,
    text: string,
    cancelToken: Cancellation.CancellationToken,
  ): Promise<ParseResult<T>> {
    const parser = this.serviceRegistry.getServices(uri).parser.LangiumParser;
    const document = this.#updated.get(uri.toString());
    if (document === undefined || !(parser instanceof ReusingParser)) return super.parseAsync(uri, text, cancelToken);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller says what the text is
    return parser.reparse(text, document.parseResult) as ParseResult<T>;
  }
}
