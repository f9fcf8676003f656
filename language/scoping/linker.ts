/** Langium's linker and index of references, over {@link nodesOf} and a table of where references can be. */
import {
  Cancellation,
  DefaultLinker,
  DefaultReferenceDescriptionProvider,
  isReference,
  type LangiumCoreServices,
  type LangiumDocument,
  type ReferenceDescription,
  type ReferenceInfo,
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

const isWithin = ({ uri }: LangiumDocument, reference: ReferenceInfo['reference']): boolean =>
  isReference(reference) && reference.$nodeDescription?.documentUri === uri;

/**
 * Only references that lead to other files are told: they say which files have to be linked anew when one changes. Uses of a
 * name are found in the trees themselves.
 */
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
      for (const info of this.#references.of(node)) {
        if (isWithin(document, info.reference)) continue;
        descriptions.push(...this.createInfoDescriptions(info));
      }
    });
    return descriptions;
  }
}
