/** What a single task says. */
import * as ast from '../generated/ast.ts';
import { isBetweenSteps, stagesOf } from '../lowering/stages.ts';
import { inputOf, placeholdersOf } from '../placeholders/template.ts';
import { amountOf, unitsOf, type Measure } from '../units.ts';
import { fixesFor, insertAt, replaceBy, type Report, isSound } from './report.ts';

export function checkTask(task: ast.Task, report: Report): void {
  isSound(task, report, checkByItself);
  for (const statement of task.statements) checkStatement(statement, report);
  const source = task.source?.ref;
  if (ast.isTask(source) && inputOf(source) === undefined && source !== task) {
    report(
      'no-items',
      `The task \`${source.name}\` goes over no items, so there is nothing to go over: write \`after ${source.name}\` instead.`,
      {
        node: task,
        property: 'source',
      },
    );
  }
}

/** What follows from the task's own text alone. */
function checkByItself(task: ast.Task, report: Report): void {
  checkWork(task, report);
  checkRepeated(task.statements, report);
  checkSafePoints(task, report);
  checkOutputs(task, report);
}

const isWork = (node: unknown): node is ast.Run | ast.Stream | ast.Module | ast.Step =>
  ast.isRun(node) || ast.isStream(node) || ast.isModule(node) || ast.isStep(node);

function checkWork(task: ast.Task, report: Report): void {
  const works = task.statements.filter(isWork);
  const first = works[0];
  if (first === undefined) {
    report(
      'missing-work',
      `The task \`${task.name}\` does nothing yet: give it \`run "…"\`, \`stream "…"\`, \`module "…"\` or steps.`,
      {
        node: task,
        property: 'name',
      },
    );
    return;
  }
  for (const other of works.slice(1)) {
    if (ast.isStep(other) && ast.isStep(first)) continue;
    report('several-works', 'A task has one `run`, `stream` or `module`, or it has steps: make a step of each part.', {
      node: other,
    });
  }
  for (const step of works.filter(ast.isStep)) {
    checkRepeated(step.statements, report);
    if (step.statements.some(ast.isRun)) continue;
    report('missing-work', `The step \`${step.name}\` does nothing yet: give it \`run "…"\`.`, {
      node: step,
      property: 'name',
    });
  }
}

const onceEach: ReadonlyMap<string, string> = new Map(
  ['Run', 'Output', 'Checkpoint', 'Cost', 'Needs', 'Retry', 'Timeout', 'Estimate', 'Workdir', 'Shell'].map((type) => [
    type,
    type.toLowerCase(),
  ]),
);

function checkRepeated(statements: readonly (ast.TaskStatement | ast.StepStatement)[], report: Report): void {
  const seen = new Set<string>();
  for (const statement of statements) {
    const word = onceEach.get(statement.$type);
    if (word === undefined) continue;
    if (seen.has(word) && word !== 'run') {
      report('repeated-statement', `\`${word}\` stands here a second time: keep one of them.`, { node: statement });
    } else if (seen.has(word) && ast.isStep(statement.$container)) {
      report('several-works', 'A step has one `run`: make a step of each part.', { node: statement });
    }
    seen.add(word);
  }
}

function checkSafePoints(task: ast.Task, report: Report): void {
  const parts = task.statements.filter((each) => ast.isStep(each) || ast.isSafePoint(each));
  const spaced = parts.filter((each) => ast.isSafePoint(each) && !isBetweenSteps(each));
  for (const second of spaced.slice(1)) {
    report('repeated-statement', 'How often safe points come is said a second time: keep one of them.', {
      node: second,
    });
  }
  const cuts = parts.filter((each) => ast.isStep(each) || isBetweenSteps(each));
  for (const [index, part] of cuts.entries()) {
    if (ast.isStep(part)) continue;
    if (ast.isStep(cuts[index - 1]) && ast.isStep(cuts[index + 1])) continue;
    report(
      'misplaced-safepoint',
      'A bare `safepoint` stands between two steps. Write `safepoint every 25 items`, `safepoint every 30 s` or `safepoint auto` for safe points between items.',
      {
        node: part,
      },
    );
  }
  checkStages(task, report);
}

/** What is published at one safe point is one file. */
function checkStages(task: ast.Task, report: Report): void {
  for (const { steps, index, of } of stagesOf(task)) {
    const withOutput = steps.filter((step) => step.statements.some(ast.isOutput));
    for (const second of withOutput.slice(1)) {
      const fix = insertAt(second, second.$cstNode?.offset ?? 0, 'safepoint\n    ', 'Put a safe point before it');
      report(
        'missing-safepoint',
        `Two steps with outputs need a safe point between them: write \`safepoint\` before \`${second.name}\`.`,
        { node: second, property: 'name' },
        [fix],
      );
    }
    const own = task.statements.find(ast.isOutput);
    if (index === of && own !== undefined && withOutput.length > 0) {
      report('repeated-statement', `The last step of \`${task.name}\` has an output already: keep one of them.`, {
        node: own,
      });
    }
  }
}

function checkStatement(statement: ast.TaskStatement, report: Report): void {
  switch (statement.$type) {
    case 'Needs':
      return statement.amounts.forEach((amount) => checkNeed(amount, report));
    case 'Retry':
      return checkWhole(statement.count, 0, 'Retries', report);
    case 'Timeout':
      return checkDuration(statement.duration, report);
    case 'Estimate':
      return checkDuration(statement.duration, report);
    case 'SafePoint':
      return checkSpacing(statement, report);
    case 'Cost':
      return checkCost(statement, report);
    case 'Shell':
      return checkShell(statement, report);
    default:
  }
}

function checkNeed(amount: ast.Quantity, report: Report): void {
  const cpus = amountOf(amount, 'cpus');
  if (cpus === null && amountOf(amount, 'size') === null) {
    wrongUnit(amount, ['cpus', 'size'], 'A need is a number of cpus or a size, as in `needs 2 cpus, 512 MB`.', report);
  } else if (amount.value <= 0) {
    outOfRange(amount, 'A need is more than 0: leave it out where nothing is needed.', report);
  }
}

export function checkDuration(quantity: ast.Quantity, report: Report): void {
  if (amountOf(quantity, 'time') === null)
    wrongUnit(quantity, ['time'], 'A time has a unit: `ms`, `s`, `min`, `h` or `d`.', report);
  else if (quantity.value <= 0) outOfRange(quantity, 'A time is more than 0.', report);
}

function checkSpacing({ every }: ast.SafePoint, report: Report): void {
  if (every === undefined) return;
  if (amountOf(every, 'items') !== null) return checkWholeItems(every, report);
  if (amountOf(every, 'time') === null) {
    return wrongUnit(
      every,
      ['items', 'time'],
      'Safe points come every so many `items`, or every so much time: `every 25 items`, `every 30 s`.',
      report,
    );
  }
  if (every.value <= 0) outOfRange(every, 'A time is more than 0.', report);
}

function checkWholeItems(every: ast.Quantity, report: Report): void {
  if (!Number.isInteger(every.value) || every.value < 1)
    outOfRange(every, 'A number of items is a whole number from 1.', report);
}

function checkCost({ value, field }: ast.Cost, report: Report): void {
  if (value !== undefined && value.value < 0) outOfRange(value, 'A cost is not negative.', report);
  if (value !== undefined && (amountOf(value, 'cpus') !== null || amountOf(value, 'items') !== null)) {
    wrongUnit(
      value,
      ['size', 'time'],
      'A cost is a number, a size, a time, or a field of the item, as in `cost photo.size`.',
      report,
    );
  }
  if (field !== undefined) checkCostField(field, report);
}

function checkCostField(field: ast.Field, report: Report): void {
  const source = inputOf(field.$container.$container)?.source;
  const item = field.item.$refText;
  const cst = field.$cstNode;
  if (cst === undefined) return;
  if (ast.isFilesSource(source) && (field.path.length !== 1 || field.path[0]!.field !== 'size')) {
    report('unknown-field', `The cost of a file is its size: write \`cost ${item}.size\`.`, { node: field }, [
      replaceBy(field, cst, `${item}.size`),
    ]);
  } else if (ast.isCsvSource(source) && field.path.length !== 1) {
    report('unknown-field', `The cost of a row is one of its columns: write \`cost ${item}.column\`.`, { node: field });
  } else if (
    (ast.isRangeSource(source) || ast.isListSource(source) || ast.isLinesSource(source)) &&
    field.path.length > 0
  ) {
    report('unknown-field', `\`${item}\` has no fields: write \`cost ${item}\`.`, { node: field }, [
      replaceBy(field, cst, item),
    ]);
  }
}

const posixShells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh', 'busybox']);

function checkShell(shell: ast.Shell, report: Report): void {
  const program = shell.command.value.trim().split(/\s+/)[0]!;
  if (program === '') {
    report('unknown-shell', 'Say which shell, as in `shell "bash -eu"`, or take it out.', { node: shell });
  } else if (!posixShells.has(program.slice(program.lastIndexOf('/') + 1))) {
    report(
      'unknown-shell',
      `Values are quoted for a POSIX shell such as sh or bash: \`${program}\` may read them otherwise.`,
      {
        node: shell,
        property: 'command',
      },
    );
  }
}

function checkOutputs(task: ast.Task, report: Report): void {
  for (const { steps, output } of stagesOf(task)) {
    if (output === undefined) continue;
    const statements = steps.length === 0 ? task.statements : steps.flatMap((step) => step.statements);
    const runs = statements.filter(ast.isRun);
    const written = [
      ...runs.map(({ command }) => command),
      ...task.statements.filter(ast.isEnv).map(({ value }) => value),
    ];
    const writes = written.some((text) =>
      placeholdersOf(text).some(({ name, fields }) => isOutOf(name.text, fields[0]?.text, steps)),
    );
    if (runs.length > 0 && !writes) {
      report(
        'unused-output',
        'No command writes this output: write `{out}` where the command takes the path of its result.',
        { node: output },
      );
    }
    checkVaries(task, output, report);
  }
}

/** In a stage `{decode.out}` is what the commands read and write as their output. */
const isOutOf = (name: string, field: string | undefined, steps: readonly ast.Step[]): boolean =>
  name === 'out' || (field === 'out' && steps.some((step) => step.name === name));

/** Items that all publish at one path would overwrite each other. */
export function checkVaries(task: ast.Task, output: ast.Output | ast.Checkpoint, report: Report): void {
  if (task.source === undefined || task.item === undefined) return;
  const placeholders = placeholdersOf(output.path);
  const { name } = task.item;
  if (placeholders.some((each) => each.name.text === name || each.fields[0]?.text === 'out')) return;
  const source = inputOf(task)?.source;
  const field = ast.isFilesSource(source) ? `${name}.stem` : ast.isCsvSource(source) ? `${name}.column` : name;
  report(
    'constant-output',
    `Every item would be written to this one path: put something of the item into it, such as \`{${field}}\`.`,
    { node: output, property: 'path' },
  );
}

export function checkWhole(quantity: ast.Quantity, least: number, what: string, report: Report): void {
  if (quantity.unit !== undefined) {
    wrongUnit(quantity, [], `${what} are a plain number, without a unit.`, report);
  } else if (!Number.isInteger(quantity.value) || quantity.value < least) {
    outOfRange(quantity, `${what} are a whole number from ${least}.`, report);
  }
}

export function outOfRange(quantity: ast.Quantity, message: string, report: Report): void {
  report('out-of-range', message, { node: quantity });
}

/** Offers the unit that is nearest in meaning where there is a measure to take it from. */
export function wrongUnit(quantity: ast.Quantity, measures: readonly Measure[], message: string, report: Report): void {
  const cst = quantity.$cstNode;
  const units = measures.flatMap((measure) => Object.keys(unitsOf[measure]));
  const fixes = units
    .slice(0, 6)
    .flatMap((unit) => fixesFor(quantity, cst && { offset: cst.offset, end: cst.end }, `${quantity.value} ${unit}`));
  if (measures.length === 0)
    fixes.push(...fixesFor(quantity, cst && { offset: cst.offset, end: cst.end }, String(quantity.value)));
  report('wrong-unit', message, { node: quantity }, fixes);
}
