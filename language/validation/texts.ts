import { type AstNode, AstUtils } from 'langium';
import * as ast from '../generated/ast.ts';

/** Every string below a node, in order. */
export const textsOf = (node: AstNode): ast.Text[] => AstUtils.streamAllContents(node).filter(ast.isText).toArray();
