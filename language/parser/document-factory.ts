import {
  type AstNode,
  type Cancellation,
  DefaultLangiumDocumentFactory,
  type LangiumSharedCoreServices,
  type ParseResult,
  type URI,
} from 'langium';
import { ReusingParser } from './reusing-parser.ts';

/** Parses a new text of a document with what is there of its last one. */
export class MorselDocumentFactory extends DefaultLangiumDocumentFactory {
  readonly #services: LangiumSharedCoreServices;

  constructor(services: LangiumSharedCoreServices) {
    super(services);
    this.#services = services;
  }

  protected override async parseAsync<T extends AstNode>(
    uri: URI,
    text: string,
    cancelToken: Cancellation.CancellationToken,
  ): Promise<ParseResult<T>> {
    const parser = this.#services.ServiceRegistry.getServices(uri).parser.LangiumParser;
    const document = this.#services.workspace.LangiumDocuments.getDocument(uri);
    if (document === undefined || !(parser instanceof ReusingParser)) return super.parseAsync(uri, text, cancelToken);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller says what the text is
    return parser.reparse(text, document.parseResult) as ParseResult<T>;
  }
}
