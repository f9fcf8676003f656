/** A task with safe points between its steps is a chain of stages. */
import * as ast from '../generated/ast.ts';
import { meaningOf, placeholdersOf } from '../placeholders/template.ts';

export interface Stage {
  /** As in the JobSpec: the task's name, with `#2`, `#3`, … for later stages. */
  name: string;
  index: number;
  of: number;
  /** Empty for a task without steps. */
  steps: ast.Step[];
  /** What an item's result is published at after this stage. */
  output: ast.Output | undefined;
}

/** In order; a task without steps has one stage. */
export function stagesOf(task: ast.Task): Stage[] {
  const groups: ast.Step[][] = [[]];
  for (const statement of task.statements) {
    if (ast.isStep(statement)) groups.at(-1)!.push(statement);
    else if (isBetweenSteps(statement) && groups.at(-1)!.length > 0) groups.push([]);
  }
  if (groups.length > 1 && groups.at(-1)!.length === 0) groups.pop();
  const taskOutput = task.statements.find(ast.isOutput);
  return groups.map((steps, at) => ({
    name: stageName(task, at + 1),
    index: at + 1,
    of: groups.length,
    steps,
    output: outputOfSteps(steps) ?? (at + 1 === groups.length ? taskOutput : undefined),
  }));
}

/** A bare `safepoint` is a cut between two steps; with `every` or `auto` it is about how often. */
export const isBetweenSteps = (node: unknown): boolean =>
  ast.isSafePoint(node) && node.every === undefined && !node.auto;

/** True if commands of the stage, or the variables that all have, name the state of the task's checkpoint. */
export function usesCheckpoint(task: ast.Task, { steps }: Stage): boolean {
  const statements = steps.length === 0 ? task.statements : steps.flatMap((step) => step.statements);
  const texts = [
    ...statements.filter(ast.isRun).map(({ command }) => command),
    ...task.statements.filter(ast.isEnv).map(({ value }) => value),
  ];
  return texts.some((text) => placeholdersOf(text).some((each) => meaningOf(each, text).kind === 'checkpoint'));
}

export const stageName = (task: ast.Task, index: number): string => (index === 1 ? task.name : `${task.name}#${index}`);

function outputOfSteps(steps: readonly ast.Step[]): ast.Output | undefined {
  return steps.flatMap((step) => step.statements.filter(ast.isOutput))[0];
}
