/** Langium's linker and index of references, over {@link nodesOf} and a table of where references can be. */
import {
  Cancellation,
  DefaultLinker,
  DefaultReferenceDescriptionProvider,
  type LangiumCoreServices,
  type LangiumDocument,
  type ReferenceDescription,
} from 'langium';
import { ReferenceTable, visitAll } from '../ast-walk.ts';

export class MorselLinker extends DefaultLinker {
  readonly #references: ReferenceTable;

  constructor(services: LangiumCoreServices) {
    super(services);
    this.#references = new ReferenceTable(services.shared.AstReflection);
  }

  override async link(document: LangiumDocument, cancelToken = Cancellation.CancellationToken.None): Promise<void> {
    await visitAll(document.parseResult.value, cancelToken, (node) => {
      for (const info of this.#references.of(node)) this.doLink(info, document);
    });
  }
}

export class MorselReferenceDescriptions extends DefaultReferenceDescriptionProvider {
  readonly #references: ReferenceTable;

  constructor(services: LangiumCoreServices) {
    super(services);
    this.#references = new ReferenceTable(services.shared.AstReflection);
  }

  override async createDescriptions(
    document: LangiumDocument,
    cancelToken = Cancellation.CancellationToken.None,
  ): Promise<ReferenceDescription[]> {
    const descriptions: ReferenceDescription[] = [];
    await visitAll(document.parseResult.value, cancelToken, (node) => {
      for (const info of this.#references.of(node)) descriptions.push(...this.createInfoDescriptions(info));
    });
    return descriptions;
  }
}
