/** Where a node stands in the tree. */
import { type AstNode, AstUtils, type LangiumDocument } from 'langium';
import * as ast from './generated/ast.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the grammar has one entry rule
export const fileOf = (node: AstNode): ast.File => AstUtils.findRootNode(node) as ast.File;

export const jobOf = (node: AstNode): ast.Job | undefined => AstUtils.getContainerOfType(node, ast.isJob);

export const taskOf = (node: AstNode): ast.Task | undefined => AstUtils.getContainerOfType(node, ast.isTask);

export const stepOf = (node: AstNode): ast.Step | undefined => AstUtils.getContainerOfType(node, ast.isStep);

/** The file that a document holds. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the grammar has one entry rule
export const fileIn = (document: LangiumDocument): ast.File => document.parseResult.value as ast.File;

/** The jobs that a document declares, in order. */
export const findJobs = (document: LangiumDocument): ast.Job[] => fileIn(document).jobs;
