/** The jobs, tasks and targets of a document, and where they stand in its text as it is now. */
import { type AstNode, AstUtils, GrammarUtils, type LangiumDocument } from 'langium';
import type { Range } from 'vscode-languageserver';
import * as ast from '../language/generated/ast.ts';
import type { JobInfo, TaskInfo } from './protocol.ts';

const NOWHERE: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The file that a document holds; parts of it may be missing where the text is broken. */
export const fileOf = (document: LangiumDocument): ast.File => document.parseResult.value as ast.File;

/** Jobs that have a name: others are still being written. */
export const jobsOf = (document: LangiumDocument): ast.Job[] => (fileOf(document).jobs ?? []).filter(hasName);
export const tasksOf = (job: ast.Job): ast.Task[] => job.tasks.filter(hasName);

export const jobNamed = (document: LangiumDocument, name: string): ast.Job | undefined =>
  jobsOf(document).find((job) => job.name === name);

export const taskNamed = (job: ast.Job | undefined, name: string): ast.Task | undefined =>
  job?.tasks.find((task) => task.name === name);

export const rangeOf = (node: AstNode): Range => node.$cstNode?.range ?? NOWHERE;

/** Of a declaration's name. */
export const nameRangeOf = (node: AstNode): Range =>
  GrammarUtils.findNodeForProperty(node.$cstNode, 'name')?.range ?? rangeOf(node);

/** Where the words `job NAME`, `task NAME` stand: the first line of a declaration. */
export const endOfName = (node: AstNode): Range['start'] => nameRangeOf(node).end;

export const jobInfo = (job: ast.Job): JobInfo => ({
  name: job.name,
  target: job.target?.$refText ?? null,
  range: rangeOf(job),
  nameRange: nameRangeOf(job),
  tasks: tasksOf(job).map(taskInfo),
});

/** The documents that a file imports, itself first, each once. */
export const documentOf = (node: AstNode): LangiumDocument => AstUtils.getDocument(node);

const taskInfo = (task: ast.Task): TaskInfo => ({ name: task.name, range: rangeOf(task), nameRange: nameRangeOf(task) });

const hasName = (node: { name: string }): boolean => typeof node.name === 'string' && node.name !== '';
