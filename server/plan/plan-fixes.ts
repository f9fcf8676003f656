/** Changes of the text that mend what a plan says. */
import { type AstNode, type LangiumDocument } from 'langium';
import type { WorkspaceEdit } from 'vscode-languageserver';
import { ast } from '../../language/index.ts';
import type { PlanProblem } from '../../scheduler/plan/plan.ts';
import { about } from '../../scheduler/words.ts';
import { documentOf, rangeOf, tasksByName } from '../outline.ts';
import { whatIfEdit } from './what-if-edit.ts';

export interface PlanFix {
  title: string;
  edit: WorkspaceEdit;
}

/** What the user can choose from, best first. */
export function fixesOf(document: LangiumDocument, job: ast.Job, problem: PlanProblem): PlanFix[] {
  const task = problem.task === null ? undefined : tasksByName(job).get(problem.task);
  if (problem.code === 'plan/safe-point-costs') return task === undefined ? [] : automaticSafePoint(task);
  if (problem.code === 'plan/outlasts-lifespan')
    return [...(task === undefined ? [] : safePointsBetween(task)), ...longerLife(document, job, problem)];
  return [];
}

/** The statement that says where a task's safe points are, if any does. */
export const safePointOf = (task: ast.Task): ast.SafePoint | undefined =>
  task.statements.filter(ast.isSafePoint).find(({ every }) => every !== undefined);

function automaticSafePoint(task: ast.Task): PlanFix[] {
  const written = safePointOf(task);
  if (written === undefined) return [];
  const newText = 'safepoint auto';
  return [
    {
      title: 'Let the scheduler choose: `safepoint auto`',
      edit: changes(written, [{ range: rangeOf(written), newText }]),
    },
  ];
}

/** Between steps that have none between them. */
function safePointsBetween(task: ast.Task): PlanFix[] {
  const { statements } = task;
  const edits = statements.flatMap((statement, index) => {
    const before = statements.slice(0, index).findLast((each) => ast.isStep(each) || ast.isSafePoint(each));
    if (!ast.isStep(statement) || before === undefined || !ast.isStep(before)) return [];
    const { start } = rangeOf(statement);
    const { textDocument } = documentOf(task);
    const indent = textDocument.getText({ start: { line: start.line, character: 0 }, end: start });
    const gap = indent.trim() === '' ? `\n${indent}` : ' ';
    return [{ range: { start, end: start }, newText: `safepoint${gap}` }];
  });
  return edits.length === 0 ? [] : [{ title: 'Put a safe point between the steps', edit: changes(task, edits) }];
}

function longerLife(document: LangiumDocument, job: ast.Job, { betterLifespanSeconds }: PlanProblem): PlanFix[] {
  if (betterLifespanSeconds === null) return [];
  const uri = document.uri.toString();
  const answer = whatIfEdit(document, { uri, job: job.name, whatIf: { lifespanSeconds: betterLifespanSeconds } });
  if ('problem' in answer) return [];
  return [{ title: `Raise \`lifespan\` to ${about(betterLifespanSeconds)}`, edit: answer.edit }];
}

const changes = (node: AstNode, edits: NonNullable<WorkspaceEdit['changes']>[string]): WorkspaceEdit => ({
  changes: { [documentOf(node).uri.toString()]: edits },
});
