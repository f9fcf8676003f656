/** What stands in the braces of a string. */
import { jobOf, stepOf, taskOf } from '../ast-places.ts';
import type { AstNode } from 'langium';
import * as ast from '../generated/ast.ts';
import { stagesOf } from '../lowering/stages.ts';
import type { Placeholder } from '../placeholders/placeholder.ts';
import { quotesFor } from '../placeholders/quotes.ts';
import { refusalWords, ShellContext } from '../placeholders/shell-context.ts';
import {
  inputOf,
  lastStepOutput,
  meaningOf,
  namesFor,
  outputOf,
  placeholdersOf,
  predecessorsOf,
  roleOf,
  templateOf,
} from '../placeholders/template.ts';
import { visibleTasks } from '../scoping/visible.ts';
import { closest } from '../suggest.ts';
import { fixesFor, isSound, replaceBy, type Report, RESTS_ON_OTHERS } from './report.ts';
import { isClosed } from '../parser/text.ts';

/** Fields of an item of `files`. */
export const fileFields: readonly string[] = ['path', 'name', 'stem', 'ext', 'dir', 'below', 'size'];

export function checkText(text: ast.Text, report: Report): void {
  if (!isSound(text, report, checkByItself) && !isClosed(sourceOf(text))) return;
  for (const placeholder of placeholdersOf(text)) checkPlaceholder(placeholder, text, report);
  if (roleOf(text) === 'command' || roleOf(text) === 'program') isSound(text, report, checkQuotes);
}

const sourceOf = (text: ast.Text): string => text.$cstNode?.text ?? '""';

/** What follows from the string, and from what it is for. */
function checkByItself(text: ast.Text, report: Report): void {
  const source = sourceOf(text);
  if (!isClosed(source)) {
    const quotes = source.startsWith('"""') ? '"""' : '"';
    report('unclosed-text', `This text is not closed: write \`${quotes}\` where it ends.`, { node: text });
    return;
  }
  if (roleOf(text) === 'plain') return;
  for (const place of templateOf(text).problems) report('broken-placeholder', place.message, { node: text, place });
}

function checkPlaceholder(placeholder: Placeholder, text: ast.Text, report: Report): void {
  const meaning = meaningOf(placeholder, text);
  switch (meaning.kind) {
    case 'unknown':
      return unknownName(placeholder, text, report);
    case 'param':
      return noFields(placeholder, text, `The param \`${placeholder.name.text}\` has no fields.`, report);
    case 'item':
      return checkItemField(placeholder, text, report);
    case 'out':
      return checkOut(placeholder, text, report);
    case 'checkpoint':
      return checkState(placeholder, text, report);
    case 'output-of':
      return checkOutputOf(placeholder, meaning.of, text, report);
  }
}

function unknownName(placeholder: Placeholder, text: ast.Text, report: Report): void {
  const { name } = placeholder;
  if (name.text === 'checkpoint' && roleOf(text) === 'command') {
    report(
      'missing-checkpoint',
      '`{checkpoint}` needs a checkpoint: add `checkpoint "…"` to the task with the path that its state is kept at.',
      { node: text, place: placeholder },
    );
    return;
  }
  const elsewhere = placedElsewhere(placeholder, text);
  if (elsewhere !== undefined) {
    report('misplaced-placeholder', elsewhere, { node: text, place: placeholder });
    return;
  }
  const heads = namesFor(text).map((each) => each.text.split('.')[0]!);
  const near = closest(name.text, heads);
  const help =
    near === undefined
      ? listed(heads) + ` For braces that are only braces write \`{{${name.text}}}\`.`
      : ` Did you mean \`${near}\`?`;
  const fixes = fixesFor(text, name, near);
  const source = text.$cstNode!.text.slice(
    placeholder.offset - text.$cstNode!.offset,
    placeholder.end - text.$cstNode!.offset,
  );
  fixes.push({ ...replaceBy(text, placeholder, `{${source}}`), title: 'Make these braces plain text' });
  report(
    'unknown-placeholder',
    `There is nothing called \`${name.text}\` here.${help}`,
    { node: text, place: name },
    fixes,
  );
}

const listed = (heads: readonly string[]): string =>
  heads.length === 0 || heads.length > 8
    ? ''
    : ` There is ${[...new Set(heads)].map((each) => `\`${each}\``).join(', ')}.`;

/** A sentence where the name is right and the place is wrong. */
function placedElsewhere({ name }: Placeholder, text: ast.Text): string | undefined {
  const task = taskOf(text);
  const role = roleOf(text);
  const isOfItem = name.text === 'out' || task?.item?.name === name.text;
  if (task !== undefined && isOfItem && role === 'program') {
    return `A \`stream\` program is started once for many items, so \`{${name.text}}\` can't stand in its command: it reads its items from its input, a line of JSON each.`;
  }
  if (task !== undefined && isOfItem && role === 'instance-value') {
    return `This is set once for many items, so \`{${name.text}}\` can't stand here: only params can.`;
  }
  if (role === 'path' && jobOf(text) !== undefined && isNameOfTask(text, name.text)) {
    return 'Only params can stand in the path of an input: it is read before any task runs.';
  }
  return undefined;
}

function isNameOfTask(text: ast.Text, name: string): boolean {
  const job = jobOf(text);
  return name === 'out' || (job !== undefined && visibleTasks(job).get(name) !== undefined);
}

function noFields({ fields }: Placeholder, text: ast.Text, message: string, report: Report): void {
  const field = fields[0];
  if (field === undefined) return;
  const place = { offset: field.offset - 1, end: fields.at(-1)!.end + (fields.at(-1)!.quoted ? 1 : 0) };
  report('unknown-field', message, { node: text, place }, [replaceBy(text, place, '')]);
}

function checkItemField(placeholder: Placeholder, text: ast.Text, report: Report): void {
  const task = taskOf(text)!;
  const source = inputOf(task)?.source;
  const field = placeholder.fields[0];
  if (ast.isFilesSource(source) && field !== undefined) {
    if (!fileFields.includes(field.text)) return unknownField(placeholder.name.text, field, fileFields, text, report);
    return noFields(
      { ...placeholder, fields: placeholder.fields.slice(1) },
      text,
      `The ${field.text} of a file has no fields.`,
      report,
    );
  }
  if (ast.isLinesSource(source) || ast.isRangeSource(source) || ast.isListSource(source)) {
    const what = ast.isRangeSource(source)
      ? 'a number'
      : ast.isLinesSource(source)
        ? 'a line of text'
        : 'a plain value';
    noFields(
      placeholder,
      text,
      `\`${placeholder.name.text}\` is ${what} and has no fields: write \`{${placeholder.name.text}}\`.`,
      report,
    );
  }
}

/** Also used for the columns of a csv file, once they are known. */
export function unknownField(
  item: string,
  field: { text: string; offset: number; end: number; quoted: boolean },
  fields: readonly string[],
  node: AstNode,
  report: Report,
): void {
  const near = closest(field.text, fields);
  const list = fields.length > 12 ? '' : ` It has ${fields.map((each) => `\`${each}\``).join(', ')}.`;
  const fitting = near !== undefined && (field.quoted || /^[\w-]+$/.test(near)) ? near : undefined;
  const place = field.quoted ? { offset: field.offset + 1, end: field.end - 1 } : field;
  report(
    'unknown-field',
    `\`${item}\` has no field \`${field.text}\`.${near === undefined ? list : ` Did you mean \`${near}\`?`}`,
    { node, place: field },
    fixesFor(node, place, fitting),
  );
}

function checkOut(placeholder: Placeholder, text: ast.Text, report: Report): void {
  const task = taskOf(text)!;
  const isEnv = ast.isEnv(text.$container);
  if (!isEnv && !ast.isRun(text.$container)) {
    report(
      'misplaced-placeholder',
      '`{out}` can stand in a command or in `env`: it is where the output is to be written.',
      {
        node: text,
        place: placeholder,
      },
    );
    return;
  }
  const isThere = isEnv
    ? stagesOf(task).every(({ output }) => output !== undefined)
    : ownOutput(task, text) !== undefined;
  if (!isThere) {
    const where = stepOf(text) === undefined ? 'task' : 'step';
    report(
      'missing-output',
      `\`{out}\` needs an output: add \`output "…"\` to the ${where} with the path that the result is published at.`,
      {
        node: text,
        place: placeholder,
      },
    );
    return;
  }
  noFields(placeholder, text, '`{out}` is a path and has no fields.', report);
}

/** The output that the command of a text writes: that of its stage. */
function ownOutput(task: ast.Task, text: ast.Text): ast.Output | undefined {
  const step = stepOf(text);
  if (step === undefined) return outputOf(task);
  return stagesOf(task).find(({ steps }) => steps.includes(step))?.output;
}

function checkState(placeholder: Placeholder, text: ast.Text, report: Report): void {
  if (ast.isEnv(text.$container) || ast.isRun(text.$container)) {
    return noFields(placeholder, text, '`{checkpoint}` is a path and has no fields.', report);
  }
  report(
    'misplaced-placeholder',
    '`{checkpoint}` can stand in a command or in `env`: it is where the program finds its state and writes it.',
    { node: text, place: placeholder },
  );
}

function checkOutputOf(placeholder: Placeholder, of: ast.Step | ast.Task, text: ast.Text, report: Report): void {
  const { name, fields } = placeholder;
  const at = { node: text, place: placeholder };
  const field = fields[0];
  if (field?.text !== 'out') {
    const what = ast.isStep(of) ? 'step' : 'task';
    const shown = `\`${name.text}\` is a ${what}: only its output can be read, as \`{${name.text}.out}\`.`;
    const fixes = [replaceBy(text, placeholder, `{${placeholder.raw ? '!' : ''}${name.text}.out}`)];
    report('unknown-field', shown, field === undefined ? at : { node: text, place: field }, fixes);
    return;
  }
  noFields({ ...placeholder, fields: fields.slice(1) }, text, 'An output is a path and has no fields.', report);
  if (ast.isStep(of)) checkStepOutput(of, at, text, report);
  else checkTaskOutput(of, at, taskOf(text)!, report);
}

type At = Parameters<Report>[2];

function checkStepOutput(step: ast.Step, at: At, text: ast.Text, report: Report): void {
  const own = stepOf(text);
  const steps = step.$container.statements.filter(ast.isStep);
  if (own === undefined || steps.indexOf(step) >= steps.indexOf(own)) {
    report('not-a-dependency', `The output of the step \`${step.name}\` can be read by later steps only.`, at);
  } else if (outputOf(step) === undefined) {
    report(
      'missing-output',
      `The step \`${step.name}\` has no output that could be read: add \`output "…"\` to it.`,
      at,
    );
  }
}

function checkTaskOutput(task: ast.Task, at: At, reader: ast.Task, report: Report): void {
  if (outputOf(task) === undefined && lastStepOutput(task) === undefined) {
    report(
      'missing-output',
      `The task \`${task.name}\` has no output that could be read: add \`output "…"\` to it.`,
      at,
    );
    return;
  }
  if (task === reader) {
    report('not-a-dependency', "A task can't read its own output: `{out}` is where it is written.", at);
    return;
  }
  if (!waitsFor(reader, task)) {
    const how = inputOf(task) === undefined ? `after ${task.name}` : `for … in ${task.name}`;
    report(
      'not-a-dependency',
      `The task \`${reader.name}\` does not wait for \`${task.name}\`, whose output it reads: write \`${how}\` at its head.`,
      at,
    );
    return;
  }
  const input = inputOf(task);
  if (input !== undefined && inputOf(reader) !== input) {
    report(
      'not-a-dependency',
      `The task \`${task.name}\` has an output for each item of \`${input.name}\`, and \`${reader.name}\` does not go over those items: which one is meant?`,
      at,
    );
  }
}

/** Whether a task comes after another, directly or not. */
function waitsFor(task: ast.Task, other: ast.Task): boolean {
  const seen = new Set<ast.Task>();
  const queue = predecessorsOf(task);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next === other) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...predecessorsOf(next));
  }
  return false;
}

function checkQuotes(text: ast.Text, report: Report): typeof RESTS_ON_OTHERS | void {
  let isByItself = true;
  const shell = new ShellContext();
  for (const part of templateOf(text).parts) {
    if (part.kind === 'text') {
      shell.read(part.text);
      continue;
    }
    const place = quotesFor(part, text, shell);
    if ('refusal' in place) {
      report('unsafe-placeholder', refusalWords[place.refusal], { node: text, place: part });
    } else if (place.quotes === 'number') {
      isByItself = false;
    }
    shell.value();
  }
  if (!shell.isClosed) {
    report('unclosed-quote', 'A quote or bracket of this command is not closed, so the shell will refuse it.', {
      node: text,
    });
  }
  return isByItself ? undefined : RESTS_ON_OTHERS;
}
