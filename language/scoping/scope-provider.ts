import {
  type AstNode,
  type AstNodeDescription,
  type AstNodeDescriptionProvider,
  type AstNodeLocator,
  AstUtils,
  EMPTY_SCOPE,
  EMPTY_STREAM,
  type LangiumCoreServices,
  type LangiumDocuments,
  type ReferenceInfo,
  type Scope,
  type ScopeProvider,
  type Stream,
  type URI,
  stream,
} from 'langium';
import * as ast from '../generated/ast.ts';
import { fileOf, jobOf, taskOf } from '../ast-places.ts';
import { importedUri } from './imports.ts';
import { Names, visibleInputs, visibleTargets, visibleTasks } from './visible.ts';

/** Answers from tables (visible.ts), where Langium's own scopes search through every name of a file for each reference. */
export class MorselScopeProvider implements ScopeProvider {
  readonly #descriptions: AstNodeDescriptionProvider;
  readonly #documents: LangiumDocuments;
  readonly #locator: AstNodeLocator;

  constructor(services: LangiumCoreServices) {
    this.#descriptions = services.workspace.AstNodeDescriptionProvider;
    this.#locator = services.workspace.AstNodeLocator;
    this.#documents = services.shared.workspace.LangiumDocuments;
  }

  getScope({ container, property, reference }: ReferenceInfo): Scope {
    if (ast.isImport(container)) return this.#importScope(container, reference.$refText);
    if (ast.isField(container)) return this.#scope(itemNames(container));
    const job = jobOf(container);
    if (job === undefined) return EMPTY_SCOPE;
    if (ast.isJob(container)) return this.#scope(visibleTargets(fileOf(job)));
    if (!ast.isTask(container)) return EMPTY_SCOPE;
    const tasks = visibleTasks(job);
    return property === 'source' ? this.#scope(tasks, visibleInputs(job)) : this.#scope(tasks);
  }

  #scope(...names: Names<AstNode & { name: string }>[]): Scope {
    const describe = (node: AstNode & { name: string }) => new LazyDescription(node, this.#locator);
    return new NamesScope(names, describe);
  }

  #importScope(node: ast.Import, path: string): Scope {
    const uri = importedUri(fileOf(node), path);
    const document = uri === undefined ? undefined : this.#documents.getDocument(uri);
    const root = document?.parseResult.value;
    if (!ast.isFile(root)) return EMPTY_SCOPE;
    const description = this.#descriptions.createDescription(root, path);
    return {
      getElement: (name) => (name === path ? description : undefined),
      getElements: (name) => (name === path ? stream([description]) : EMPTY_STREAM),
      getAllElements: () => stream([description]),
    };
  }
}

/** Most descriptions are only ever asked for their node. */
class LazyDescription implements AstNodeDescription {
  readonly node: AstNode & { name: string };
  readonly #locator: AstNodeLocator;

  constructor(node: AstNode & { name: string }, locator: AstNodeLocator) {
    this.node = node;
    this.#locator = locator;
  }

  get name(): string {
    return this.node.name;
  }

  get type(): string {
    return this.node.$type;
  }

  get documentUri(): URI {
    return AstUtils.getDocument(this.node).uri;
  }

  get path(): string {
    return this.#locator.getAstNodePath(this.node);
  }
}

class NamesScope implements Scope {
  readonly #names: readonly Names<AstNode & { name: string }>[];
  readonly #describe: (node: AstNode & { name: string }) => AstNodeDescription;

  constructor(
    names: readonly Names<AstNode & { name: string }>[],
    describe: (node: AstNode & { name: string }) => AstNodeDescription,
  ) {
    this.#names = names;
    this.#describe = describe;
  }

  getElement(name: string): AstNodeDescription | undefined {
    for (const names of this.#names) {
      const node = names.get(name);
      if (node !== undefined) return this.#describe(node);
    }
    return undefined;
  }

  getElements(name: string): Stream<AstNodeDescription> {
    const found = this.getElement(name);
    return found === undefined ? EMPTY_STREAM : stream([found]);
  }

  getAllElements(): Stream<AstNodeDescription> {
    return stream(this.#names.flatMap((names) => names.all().map(this.#describe)));
  }
}

function itemNames(field: ast.Field): Names<ast.Item> {
  const item = taskOf(field)?.item;
  return new Names(item === undefined ? [] : [new Map([[item.name, item]])]);
}
