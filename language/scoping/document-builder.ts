import {
  type AstNode,
  AstUtils,
  type BuildOptions,
  type Cancellation,
  DefaultDocumentBuilder,
  DefaultIndexManager,
  DocumentState,
  EMPTY_STREAM,
  type LangiumDocument,
  type ReferenceDescription,
  type Stream,
  type URI,
} from 'langium';
import * as ast from '../generated/ast.ts';
import { importedUris } from './imports.ts';
import { MorselReferenceDescriptions } from './linker.ts';

/** Reads imported files that nobody opened, so that whoever builds a file need not know what it imports. */
export class MorselDocumentBuilder extends DefaultDocumentBuilder {
  protected override async buildDocuments(
    documents: LangiumDocument[],
    options: BuildOptions,
    cancelToken: Cancellation.CancellationToken,
  ): Promise<void> {
    const all = [...documents];
    for (let fresh = documents; fresh.length > 0;) {
      this.prepareBuild(fresh, options);
      await this.runCancelable(fresh, DocumentState.Parsed, cancelToken, (document) =>
        this.langiumDocumentFactory.update(document, cancelToken),
      );
      fresh = await this.#loadImports(fresh);
      all.push(...fresh);
    }
    await super.buildDocuments(all, options, cancelToken);
  }

  async #loadImports(documents: LangiumDocument[]): Promise<LangiumDocument[]> {
    const uris = new Map<string, URI>();
    for (const { parseResult } of documents) {
      if (!ast.isFile(parseResult.value)) continue;
      for (const uri of importedUris(parseResult.value)) {
        if (!this.langiumDocuments.hasDocument(uri)) uris.set(uri.toString(), uri);
      }
    }
    const loaded = await Promise.all([...uris.values()].map((uri) => this.#load(uri)));
    return loaded.filter((document) => document !== undefined);
  }

  /** Undefined for a file that can't be read: the import then is an error of its own. */
  async #load(uri: URI): Promise<LangiumDocument | undefined> {
    try {
      return await this.langiumDocuments.getOrCreateDocument(uri);
    } catch {
      return undefined;
    }
  }
}

/** A file is affected by a change of what it imports also where no reference, but a placeholder, names something of it. */
export class MorselIndexManager extends DefaultIndexManager {
  override findAllReferences(target: AstNode, path: string): Stream<ReferenceDescription> {
    const document = AstUtils.getDocument(target);
    const descriptions = this.serviceRegistry.getServices(document.uri).workspace.ReferenceDescriptionProvider;
    const within =
      descriptions instanceof MorselReferenceDescriptions ? descriptions.within(document, target) : EMPTY_STREAM;
    return super.findAllReferences(target, path).concat(within);
  }

  override isAffected(document: LangiumDocument, changedUris: Set<string>): boolean {
    if (super.isAffected(document, changedUris)) return true;
    const file = document.parseResult.value;
    return ast.isFile(file) && importedUris(file).some((uri) => changedUris.has(uri.toString()));
  }
}
