/** The placeholders of a string node, and what each stands for. */
import { type AstNode, AstUtils, CstUtils, type LangiumDocument } from 'langium';
import { jobOf, stepOf, taskOf, fileOf } from '../ast-places.ts';
import * as ast from '../generated/ast.ts';
import { decodeText } from '../parser/text.ts';
import { visibleParams, visibleSteps, visibleTasks } from '../scoping/visible.ts';
import { parseTemplate } from './parse.ts';
import { movedTemplate, type Placeholder, type TemplateParts } from './placeholder.ts';

/** What was parsed, and where the string stood then: an edit before it moves it. */
const parsed = new WeakMap<ast.Text, { offset: number; template: TemplateParts }>();

/** The text and the placeholders of a string; places are offsets into the document. */
export function templateOf(text: ast.Text): TemplateParts {
  const node = text.$cstNode;
  if (node === undefined) return { parts: [], problems: [] };
  const { offset } = node;
  const known = parsed.get(text);
  if (known?.offset === offset) return known.template;
  const template =
    known === undefined
      ? parseTemplate(decodeText(node.text), offset)
      : movedTemplate(known.template, offset - known.offset);
  parsed.set(text, { offset, template });
  return template;
}

/** The placeholders of a string, in order; none for a string that can't have any. */
export const placeholdersOf = (text: ast.Text): Placeholder[] =>
  roleOf(text) === 'plain' ? [] : templateOf(text).parts.filter((part) => part.kind === 'placeholder');

export interface PlaceholderAt {
  text: ast.Text;
  placeholder: Placeholder;
}

/** The placeholder that an offset of a document is in (its braces included), if there is one. */
export function placeholderAt(document: LangiumDocument, offset: number): PlaceholderAt | undefined {
  const text = textAt(document, offset);
  const placeholder = text && placeholdersOf(text).find((each) => each.offset <= offset && offset <= each.end);
  return text && placeholder && { text, placeholder };
}

/** The string that an offset of a document is in, if there is one. */
export function textAt(document: LangiumDocument, offset: number): ast.Text | undefined {
  const root = document.parseResult.value.$cstNode;
  if (root === undefined) return undefined;
  for (const at of [offset, offset - 1]) {
    const node = at < 0 ? undefined : CstUtils.findLeafNodeAtOffset(root, at)?.astNode;
    if (ast.isText(node)) return node;
  }
  return undefined;
}

/**
 * What a string is for, which decides what may be named in it:
 * `command`: a shell command for each item · `program`: a shell command for an instance · `value`: text for each item, not
 * read by a shell · `instance-value`: the same for an instance · `path`: the path of an input · `plain`: text without
 * placeholders.
 */
export type TextRole = 'command' | 'program' | 'value' | 'instance-value' | 'path' | 'plain';

export function roleOf(text: ast.Text): TextRole {
  const parent: AstNode = text.$container;
  if (ast.isRun(parent)) return 'command';
  if (ast.isStream(parent)) return 'program';
  if (ast.isOutput(parent) || ast.isCheckpoint(parent)) return 'value';
  if (ast.isEnv(parent) || ast.isWorkdir(parent)) return isPerItem(parent) ? 'value' : 'instance-value';
  if (ast.isFilesSource(parent) || ast.isCsvSource(parent) || ast.isLinesSource(parent) || ast.isJsonSource(parent)) {
    return 'path';
  }
  return 'plain';
}

/** `stream` and `module` are started once per instance, so nothing around them can depend on an item. */
const isPerItem = (statement: AstNode): boolean =>
  !(taskOf(statement)?.statements.some((each) => ast.isStream(each) || ast.isModule(each)) ?? false);

/** What the name at the head of a placeholder, with its first field, stands for. */
export type Meaning =
  | { kind: 'out' }
  /** Where the program's state is. */
  | { kind: 'checkpoint' }
  | { kind: 'param'; param: ast.Param }
  | { kind: 'item'; item: ast.Item }
  /** `{step.out}`, `{task.out}`: its output. */
  | { kind: 'output-of'; of: ast.Step | ast.Task }
  | { kind: 'unknown' };

/**
 * Items hide params, and both hide steps and tasks; `.out` of a step or a task is its output. In a task with a checkpoint
 * `checkpoint` is that; elsewhere it is a name like any other.
 */
export function meaningOf(placeholder: Placeholder, text: ast.Text): Meaning {
  const { name, fields } = placeholder;
  const role = roleOf(text);
  const task = taskOf(text);
  const perItem = role === 'command' || role === 'value';
  if (perItem && name.text === 'out') return { kind: 'out' };
  if (perItem && name.text === 'checkpoint' && checkpointOf(task) !== undefined) return { kind: 'checkpoint' };
  if (perItem && task?.item?.name === name.text) return { kind: 'item', item: task.item };
  const param = visibleParams(jobOf(text) ?? fileOf(text)).get(name.text);
  if (param !== undefined && fields.length === 0) return { kind: 'param', param };
  if (perItem && task !== undefined) {
    const of = visibleSteps(task).get(name.text) ?? visibleTasks(task.$container).get(name.text);
    if (of !== undefined) return { kind: 'output-of', of };
  }
  return param === undefined ? { kind: 'unknown' } : { kind: 'param', param };
}

/** A name that may stand at the head of a placeholder of a string. */
export interface PlaceholderName {
  /** As written between the braces, such as `photo`, `out` or `decode.out`. */
  text: string;
  kind: 'out' | 'checkpoint' | 'param' | 'item' | 'step' | 'task';
  /** Its declaration; of `out` the output. */
  node: ast.Param | ast.Item | ast.Step | ast.Task | ast.Output | ast.Checkpoint | undefined;
}

/** All that a placeholder of a string may name, nearest first. */
export function namesFor(text: ast.Text): PlaceholderName[] {
  const role = roleOf(text);
  if (role === 'plain') return [];
  const params = visibleParams(jobOf(text) ?? fileOf(text)).all();
  const named = params.map((node): PlaceholderName => ({ text: node.name, kind: 'param', node }));
  const task = taskOf(text);
  if (task === undefined || (role !== 'command' && role !== 'value')) return named;
  const item = task.item === undefined ? [] : [{ text: task.item.name, kind: 'item', node: task.item } as const];
  const isPath = ast.isOutput(text.$container) || ast.isCheckpoint(text.$container);
  const output = isPath ? undefined : outputFor(text, task);
  const checkpoint = isPath ? undefined : checkpointOf(task);
  const out = output === undefined ? [] : [{ text: 'out', kind: 'out', node: output } as const];
  const state = checkpoint === undefined ? [] : [{ text: 'checkpoint', kind: 'checkpoint', node: checkpoint } as const];
  const own = stepOf(text);
  const steps = task.statements.filter(ast.isStep);
  const before =
    own === undefined ? [] : steps.slice(0, steps.indexOf(own)).filter((step) => outputOf(step) !== undefined);
  const tasks = readableTasks(task);
  return [
    ...item,
    ...out,
    ...state,
    ...before.map((node): PlaceholderName => ({ text: `${node.name}.out`, kind: 'step', node })),
    ...tasks.map((node): PlaceholderName => ({ text: `${node.name}.out`, kind: 'task', node })),
    ...named,
  ];
}

/** The output that a step or a task declares itself. */
export function outputOf(node: ast.Step | ast.Task): ast.Output | undefined {
  const statements: readonly (ast.TaskStatement | ast.StepStatement)[] = node.statements;
  return statements.find(ast.isOutput);
}

/** Where a task says that its program keeps its state, if it does. */
export const checkpointOf = (task: ast.Task | undefined): ast.Checkpoint | undefined =>
  task?.statements.find(ast.isCheckpoint);

/** The output that `out` stands for in a command: that of its step, or of the task where the step is the last. */
function outputFor(text: ast.Text, task: ast.Task): ast.Output | undefined {
  const step = stepOf(text);
  return (step && outputOf(step)) ?? outputOf(task);
}

/** The tasks whose output a task may read: those that it waits for, directly or not. */
export function readableTasks(task: ast.Task): ast.Task[] {
  const found = new Set<ast.Task>();
  const queue = [...predecessorsOf(task)];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...predecessorsOf(next));
  }
  found.delete(task);
  return [...found].filter((each) => outputOf(each) !== undefined || lastStepOutput(each) !== undefined);
}

/** The tasks that a task waits for: the one whose items it goes over, and those after which it comes. */
export function predecessorsOf(task: ast.Task): ast.Task[] {
  const source = task.source?.ref;
  const after = task.after.flatMap((each) => each.ref ?? []);
  return ast.isTask(source) ? [source, ...after] : after;
}

/** A task's output may also be that of its last step. */
export function lastStepOutput(task: ast.Task): ast.Output | undefined {
  const last = task.statements.findLast(ast.isStep);
  return last && outputOf(last);
}

/** The input that a task goes over in the end, also by way of other tasks; undefined for one of a single item. */
export function inputOf(task: ast.Task): ast.Input | undefined {
  const source = firstOfChain(task)?.source?.ref;
  return ast.isInput(source) ? source : undefined;
}

/** For each task of a job the first of the tasks that it goes over, one by way of another; null in a circle. Known from the text alone. */
const firstsByJob = new WeakMap<ast.Job, Map<ast.Task, ast.Task | null>>();

/** Each task of a chain is walked over once, however long the chain is. */
function firstOfChain(task: ast.Task): ast.Task | null {
  const firsts = firstsByJob.get(task.$container) ?? new Map<ast.Task, ast.Task | null>();
  firstsByJob.set(task.$container, firsts);
  const walked = new Set<ast.Task>();
  let current = task;
  let first = firsts.get(current);
  while (first === undefined) {
    walked.add(current);
    const source = sourceTask(current);
    if (source === undefined) first = current;
    else if (walked.has(source)) first = null;
    else first = firsts.get((current = source));
  }
  for (const each of walked) firsts.set(each, first);
  return first;
}

function sourceTask({ source, $container }: ast.Task): ast.Task | undefined {
  return source === undefined ? undefined : visibleTasks($container).get(source.$refText);
}

/** The document that a node stands in. */
export const documentOf = (node: AstNode): LangiumDocument => AstUtils.getDocument(node);
