/**
 * Walks over trees. An edit makes a new tree, and each phase of a build goes through all of it: Langium's streams, which
 * make some objects for each node, would take most of the time.
 */
import {
  type AstNode,
  type AstReflection,
  type Cancellation,
  interruptAndCheck,
  isAstNode,
  type Reference,
  type ReferenceInfo,
} from 'langium';
import * as ast from './generated/ast.ts';

/** How many nodes are looked at between two looks at whether the build is still wanted. */
const SLICE = 256;

const walked = new WeakMap<AstNode, readonly AstNode[]>();

/** Every node of a tree, itself first, each before what is in it, in order. Remembered: a tree never changes. */
export function nodesOf(root: AstNode): readonly AstNode[] {
  const known = walked.get(root);
  if (known !== undefined) return known;
  const nodes: AstNode[] = [];
  collectWithin(root, nodes);
  walked.set(root, nodes);
  return nodes;
}

/** A task may be in the tree that follows on an edit too, so it is worth to remember its own. */
function collect(node: AstNode, into: AstNode[]): void {
  if (!ast.isTask(node)) return collectWithin(node, into);
  for (const each of nodesOf(node)) into.push(each);
}

function collectWithin(node: AstNode, into: AstNode[]): void {
  into.push(node);
  for (const child of childrenOf(node)) collect(child, into);
}

function childrenOf(node: AstNode): AstNode[] {
  const children: AstNode[] = [];
  for (const property in node) {
    if (property.startsWith('$')) continue;
    const value: unknown = Reflect.get(node, property);
    if (isAstNode(value)) children.push(value);
    else if (Array.isArray(value)) for (const element of value) if (isAstNode(element)) children.push(element);
  }
  return children;
}

/** Visits all of a list. Rejects with `OperationCancelled` once `cancelToken` says so. */
export async function visitAll<T>(
  list: readonly T[],
  cancelToken: Cancellation.CancellationToken,
  visit: (element: T) => void,
): Promise<void> {
  for (let index = 0; index < list.length; index++) {
    if (index % SLICE === 0) await interruptAndCheck(cancelToken);
    visit(list[index]!);
  }
}

const NONE: ReferenceInfo[] = [];

/** The cross-references that a node of some type has, by the reflection of the language. */
export class ReferenceTable {
  readonly #reflection: AstReflection;
  readonly #properties = new Map<string, readonly string[]>();
  readonly #within = new WeakMap<AstNode, readonly ReferenceInfo[]>();

  constructor(reflection: AstReflection) {
    this.#reflection = reflection;
  }

  /** All of a tree, in order. Remembered, as its nodes are; those of a task by themselves. */
  within(root: AstNode): readonly ReferenceInfo[] {
    const known = this.#within.get(root);
    if (known !== undefined) return known;
    const found: ReferenceInfo[] = [];
    this.#collect(root, root, found);
    this.#within.set(root, found);
    return found;
  }

  #collect(root: AstNode, node: AstNode, into: ReferenceInfo[]): void {
    if (node !== root && ast.isTask(node)) {
      for (const each of this.within(node)) into.push(each);
      return;
    }
    for (const each of this.of(node)) into.push(each);
    for (const child of childrenOf(node)) this.#collect(root, child, into);
  }

  of(node: AstNode): ReferenceInfo[] {
    const properties = this.#propertiesOf(node.$type);
    if (properties.length === 0) return NONE;
    return properties.flatMap((property): ReferenceInfo[] => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- so the reflection says
      const value = (node as unknown as Record<string, Reference | Reference[] | undefined>)[property];
      if (value === undefined) return [];
      if (!Array.isArray(value)) return [{ reference: value, container: node, property }];
      return value.map((reference, index) => ({ reference, container: node, property, index }));
    });
  }

  #propertiesOf(type: string): readonly string[] {
    const known = this.#properties.get(type);
    if (known !== undefined) return known;
    const all = Object.values(this.#reflection.getTypeMetaData(type).properties);
    const properties = all.filter(({ referenceType }) => referenceType !== undefined).map(({ name }) => name);
    this.#properties.set(type, properties);
    return properties;
  }
}
