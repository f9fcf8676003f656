/** Langium hands all comments before a token to one call as its arguments, and a call has room for some 100,000. */
import type { CstNode, LangiumParser } from 'langium';

const AT_ONCE = 10_000;

/** A node as its builder sees it. */
interface Parent {
  content: CstNode[];
}

function insertChildren(parent: Parent, index: number, children: CstNode[]): void {
  for (let at = 0; at < children.length; at += AT_ONCE) {
    const some = children.slice(at, at + AT_ONCE);
    for (const child of some) Object.assign(child, { container: parent });
    parent.content.splice(index + at, 0, ...some);
  }
}

const appendChildren = (parent: Parent, children: CstNode[]): void =>
  insertChildren(parent, parent.content.length, children);

/** A parser that takes any number of comments in a row. */
export function withManyComments(parser: LangiumParser): LangiumParser {
  const builder: unknown = Reflect.get(parser, 'nodeBuilder');
  if (typeof builder !== 'object' || builder === null) throw new Error('Langium builds its tree another way now');
  Object.assign(builder, { insertChildren, appendChildren });
  return parser;
}
