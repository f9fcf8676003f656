/** The jobs, tasks and targets of a document, and where they stand in its text as it is now. */
import { type AstNode, AstUtils, GrammarUtils, type LangiumDocument } from 'langium';
import type { Range } from 'vscode-languageserver';
import { fileIn } from '../language/ast-places.ts';
import type * as ast from '../language/generated/ast.ts';

import { BUILT_IN_TARGET, visibleTargets } from '../language/index.ts';
import type { JobInfo, TargetInfo, TaskInfo } from './protocol.ts';

export { fileIn };

const NOWHERE: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Jobs that have a name: others are still being written. */
export const jobsOf = (document: LangiumDocument): ast.Job[] => fileIn(document).jobs.filter(hasName);
export const tasksOf = (job: ast.Job): ast.Task[] => job.tasks.filter(hasName);

export const tasksByName = (job: ast.Job): Map<string, ast.Task> =>
  new Map(tasksOf(job).map((task) => [task.name, task]));

export const rangeOf = (node: AstNode): Range => node.$cstNode?.range ?? NOWHERE;

/** Of a declaration's name. */
export const nameRangeOf = (node: AstNode): Range =>
  GrammarUtils.findNodeForProperty(node.$cstNode, 'name')?.range ?? rangeOf(node);

/** Where hints about a declaration stand: where its line ends with the opening brace, else behind its name. */
export function hintPlace(node: AstNode): Range['start'] {
  const brace = GrammarUtils.findNodeForKeyword(node.$cstNode, '{');
  if (brace === undefined) return nameRangeOf(node).end;
  const { end } = brace.range;
  const rest = { start: end, end: { line: end.line, character: Number.MAX_SAFE_INTEGER } };
  return documentOf(node).textDocument.getText(rest).trim() === '' ? end : nameRangeOf(node).end;
}

export const jobInfo = (job: ast.Job): JobInfo => ({
  name: job.name,
  target: job.target?.$refText ?? null,
  range: rangeOf(job),
  nameRange: nameRangeOf(job),
  tasks: tasksOf(job).map(taskInfo),
});

/** The targets that a document's jobs can run on: those that it sees, and the one that is there without being declared. */
export function targetsOf(document: LangiumDocument): TargetInfo[] {
  const declared = visibleTargets(fileIn(document))
    .all()
    .map((target): TargetInfo => {
      const declaration = { uri: documentOf(target).uri.toString(), nameRange: nameRangeOf(target) };
      return { name: target.name, kind: target.kind, declaration };
    });
  const builtIn = { name: BUILT_IN_TARGET, kind: BUILT_IN_TARGET, declaration: null };
  return declared.some(({ name }) => name === BUILT_IN_TARGET) ? declared : [...declared, builtIn];
}

export const documentOf = (node: AstNode): LangiumDocument => AstUtils.getDocument(node);

const taskInfo = (task: ast.Task): TaskInfo => ({
  name: task.name,
  range: rangeOf(task),
  nameRange: nameRangeOf(task),
});

const hasName = (node: { name: string }): boolean => typeof node.name === 'string' && node.name !== '';
