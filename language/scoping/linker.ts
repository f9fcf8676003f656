/* oxlint-disable no-underscore-dangle -- that is how Langium names these properties */
/** Langium's linker and index of references, over a table of where references can be. */
import {
  type AstNode,
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
    const references = this.#references.within(document.parseResult.value);
    await visitAll(references, cancelToken, (info) => this.doLink(info, document));
  }

  /** Langium deletes a property of each, which makes of it an object that is slow from then on. */
  override unlink(document: LangiumDocument): void {
    for (const reference of document.references) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Linked; the grammar has no references to several nodes
      const linked = reference as unknown as Linked;
      linked._ref = undefined;
      linked._nodeDescription = undefined;
    }
    document.references = [];
  }
}

/** What a reference keeps of what it was linked to. */
interface Linked {
  _ref?: unknown;
  _nodeDescription?: unknown;
}

const isWithin = ({ uri }: LangiumDocument, reference: ReferenceInfo['reference']): boolean =>
  isReference(reference) && reference.$nodeDescription?.documentUri === uri;

/**
 * Only references that lead to other files are told at each build: they say which files have to be linked anew when one
 * changes. Those within a file are found when somebody asks for them.
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
    await visitAll(this.#references.within(document.parseResult.value), cancelToken, (info) => {
      if (!isWithin(document, info.reference)) descriptions.push(...this.createInfoDescriptions(info));
    });
    return descriptions;
  }

  /** References to a node from its own file. */
  within(document: LangiumDocument, to: AstNode): ReferenceDescription[] {
    return this.#references
      .within(document.parseResult.value)
      .filter(({ reference }) => isReference(reference) && reference.ref === to)
      .flatMap((info) => this.createInfoDescriptions(info));
  }
}
