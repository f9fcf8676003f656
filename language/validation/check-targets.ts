/** Targets, and whether tasks fit them. */
import { fileOf } from '../ast-places.ts';
import * as ast from '../generated/ast.ts';
import { priceUnits } from '../lowering/lower-target.ts';
import { stagesOf } from '../lowering/stages.ts';
import { checkpointOf } from '../placeholders/template.ts';
import { visibleTargets } from '../scoping/visible.ts';
import { closest } from '../suggest.ts';
import { isCommonOption, targetKinds, type OptionType, type TargetOption, targetOption } from '../targets/options.ts';
import { amountOf, otherUnits, showAmount } from '../units.ts';
import { fixesFor, type Report } from './report.ts';

export function checkTarget(target: ast.Target, report: Report): void {
  const facts = targetKinds.get(target.kind);
  if (facts === undefined) {
    const kinds = [...targetKinds.keys()];
    const near = closest(target.kind ?? '', kinds);
    const range = target.$cstNode && kindRange(target);
    report(
      'unknown-target-kind',
      `There is no kind of target \`${target.kind}\`.${near === undefined ? ` There is ${kinds.map((kind) => `\`${kind}\``).join(', ')}.` : ` Did you mean \`${near}\`?`}`,
      { node: target, property: 'kind' },
      fixesFor(target, range, near),
    );
    return;
  }
  const seen = new Set<string>();
  for (const option of target.options) {
    checkOption(option, target.kind, report);
    if (seen.has(option.name)) {
      report('repeated-statement', `\`${option.name}\` stands here a second time: keep one of them.`, { node: option });
    }
    seen.add(option.name);
  }
  if (facts.countsMinutes === true) checkWholeMinutes(target, report);
  for (const { name, required, example } of facts.options) {
    if (required !== true || seen.has(name)) continue;
    report('missing-option', `A target of kind \`${target.kind}\` needs \`${name}\`, as in \`${example}\`.`, {
      node: target,
      property: 'name',
    });
  }
}

function checkWholeMinutes(target: ast.Target, report: Report): void {
  const value = target.options.find(({ name }) => name === 'lifespan')?.value;
  const seconds = ast.isQuantity(value) ? amountOf(value, 'time') : null;
  if (value === undefined || seconds === null || seconds <= 0 || seconds % 60 === 0) return;
  const minutes = `${Math.ceil(seconds / 60)} min`;
  report(
    'whole-minutes',
    `A target of kind \`${target.kind}\` counts lifespans in whole minutes: ${minutes} is asked for.`,
    { node: value },
    fixesFor(target, value.$cstNode, minutes),
  );
}

function kindRange(target: ast.Target): { offset: number; end: number } | undefined {
  const cst = target.$cstNode!;
  const match = /^target\s+\S+\s+/.exec(cst.text);
  if (match === null) return undefined;
  const offset = cst.offset + match[0].length;
  return { offset, end: offset + target.kind.length };
}

function checkOption(option: ast.Option, kind: string, report: Report): void {
  const facts = targetOption(kind, option.name);
  if (facts === undefined) return unknownOption(option, kind, report);
  const { value } = option;
  if (value === undefined || !fits(value, facts.type)) {
    report('wrong-option-value', `\`${option.name}\` takes ${typeWords[facts.type]}, as in \`${facts.example}\`.`, {
      node: option,
    });
    return;
  }
  const problem = rangeProblem(value, facts);
  if (problem !== undefined) report('out-of-range', problem, { node: value });
}

function unknownOption(option: ast.Option, kind: string, report: Report): void {
  const cst = option.$cstNode;
  const unit = option.value === undefined ? otherUnits.get(option.name) : undefined;
  const place = cst && { offset: cst.offset, end: cst.offset + option.name.length };
  if (unit !== undefined) {
    report(
      'unknown-unit',
      `\`${option.name}\` is no unit. Write \`${unit}\`.`,
      { node: option },
      fixesFor(option, place, unit),
    );
    return;
  }
  const names = targetKinds.get(kind)!.options.map(({ name }) => name);
  const near = closest(option.name, names);
  const other = [...targetKinds.values()].find(
    (facts) => !isCommonOption(option.name) && facts.options.some(({ name }) => name === option.name),
  );
  const help =
    near !== undefined
      ? `Did you mean \`${near}\`?`
      : other !== undefined
        ? `Targets of kind \`${other.kind}\` have it.`
        : `It has ${names.map((name) => `\`${name}\``).join(', ')}.`;
  report(
    'unknown-option',
    `A target of kind \`${kind}\` has no option \`${option.name}\`. ${help}`,
    { node: option, property: 'name' },
    fixesFor(option, place, near),
  );
}

const typeWords: Readonly<Record<OptionType, string>> = {
  count: 'a number or a range',
  number: 'a plain number',
  time: 'a time',
  size: 'a size',
  price: 'a price for a time',
  text: 'text in quotes',
  texts: 'a list of texts',
};

function fits(value: ast.OptionValue, type: OptionType): boolean {
  switch (type) {
    case 'count':
      return ast.isCountRange(value) || (ast.isQuantity(value) && value.unit === undefined);
    case 'number':
      return ast.isQuantity(value) && value.unit === undefined;
    case 'time':
    case 'size':
      return ast.isQuantity(value) && amountOf(value, type) !== null;
    case 'price':
      return ast.isRate(value) && priceUnits.includes(value.unit);
    case 'text':
      return ast.isText(value);
    case 'texts':
      return ast.isTextList(value);
  }
}

function rangeProblem(value: ast.OptionValue, { name, type, whole }: TargetOption): string | undefined {
  if (ast.isCountRange(value)) {
    if (!Number.isInteger(value.from) || !Number.isInteger(value.to) || value.from < 0)
      return `\`${name}\` are whole numbers from 0.`;
    if (value.to < 1) return `With no \`${name}\` nothing ever runs: write a number from 1.`;
    return value.from > value.to ? `The smaller number comes first: \`${value.to}..${value.from}\`.` : undefined;
  }
  if (ast.isRate(value)) return value.value < 0 ? 'A price is not negative.' : undefined;
  if (ast.isTextList(value)) return value.values.length === 0 ? `\`${name}\` is empty: name at least one.` : undefined;
  if (!ast.isQuantity(value)) return undefined;
  if (type === 'count' && value.value < 1)
    return `With ${value.value} \`${name}\` nothing ever runs: write a number from 1.`;
  if (whole === true && !Number.isInteger(value.value)) return `\`${name}\` is a whole number.`;
  if (name === 'startup') return value.value < 0 ? 'A time is not negative.' : undefined;
  return value.value <= 0 ? `\`${name}\` is more than 0.` : undefined;
}

/** The target that a job runs on if nothing else is said when it is started. */
function usualTarget(job: ast.Job): ast.Target | undefined {
  if (job.target !== undefined) return job.target.ref;
  const all = visibleTargets(fileOf(job)).all();
  return all.length === 1 ? all[0] : undefined;
}

export function checkJobTarget(job: ast.Job, report: Report): void {
  const target = usualTarget(job);
  if (target !== undefined) {
    for (const task of job.tasks) checkFit(task, target, report);
    return;
  }
  if (job.target !== undefined) return;
  const names = visibleTargets(fileOf(job))
    .all()
    .map(({ name }) => name);
  if (names.length < 2) return;
  const at = job.$cstNode ? nameEnd(job) : undefined;
  report(
    'missing-target',
    `The job \`${job.name}\` does not say where it runs: write \`on ${names[0]}\` after its name, or choose a target with \`--on\` when you start it.`,
    { node: job, property: 'name' },
    at === undefined
      ? []
      : names
          .slice(0, 5)
          .map((name) => ({ title: `Run on \`${name}\``, edits: [{ range: at, newText: ` on ${name}` }] })),
  );
}

function nameEnd(
  job: ast.Job,
): { start: { line: number; character: number }; end: { line: number; character: number } } | undefined {
  const cst = job.$cstNode!;
  const match = /^job\s+/.exec(cst.text);
  if (match === null) return undefined;
  const document = cst.root.astNode.$document!.textDocument;
  const position = document.positionAt(cst.offset + match[0].length + job.name.length);
  return { start: position, end: position };
}

function checkFit(task: ast.Task, target: ast.Target, report: Report): void {
  const amount = (name: string, measure: 'time' | 'size'): number | null => {
    const value = target.options.find((option) => option.name === name)?.value;
    return ast.isQuantity(value) ? amountOf(value, measure) : null;
  };
  const cpus = target.options.find(({ name }) => name === 'cpus')?.value;
  const limits = {
    cpus: ast.isQuantity(cpus) ? cpus.value : 1,
    memory: amount('memory', 'size'),
    lifespan: amount('lifespan', 'time'),
  };
  for (const statement of task.statements) {
    if (ast.isNeeds(statement)) checkNeeds(statement, target, limits, report);
    else if (limits.lifespan !== null) checkTimes(statement, target, limits.lifespan, report);
  }
}

interface Limits {
  cpus: number;
  memory: number | null;
}

function checkNeeds({ amounts }: ast.Needs, target: ast.Target, limits: Limits, report: Report): void {
  for (const amount of amounts) {
    const cpus = amountOf(amount, 'cpus');
    const bytes = amountOf(amount, 'size');
    if (cpus !== null && cpus > limits.cpus) {
      report(
        'needs-too-much',
        `No instance of \`${target.name}\` has ${cpus} cpus: each has ${limits.cpus}. Lower the need, or raise \`cpus\` of the target.`,
        { node: amount },
      );
    }
    if (bytes !== null && limits.memory !== null && bytes > limits.memory) {
      report(
        'needs-too-much',
        `No instance of \`${target.name}\` has ${showAmount(bytes, 'size')}: each has ${showAmount(limits.memory, 'size')}. Lower the need, or raise \`memory\` of the target.`,
        { node: amount },
      );
    }
  }
}

function checkTimes(statement: ast.TaskStatement, target: ast.Target, lifespan: number, report: Report): void {
  const quantity = timeOf(statement);
  // Its items may go on in the next life, as often as it takes.
  if (mayOutlast(statement)) return;
  const whole = quantity === undefined ? null : amountOf(quantity.value, 'time');
  // Between two stages an item may go on to another instance.
  const seconds = whole !== null && ast.isEstimate(statement) ? whole / stagesOf(statement.$container).length : whole;
  if (quantity === undefined || seconds === null || seconds <= lifespan) return;
  const life = showAmount(lifespan, 'time');
  report(
    'longer-than-lifespan',
    `${quantity.what} of ${showAmount(seconds, 'time')} is longer than an instance of \`${target.name}\` lives (${life}). ${quantity.advice}`,
    {
      node: quantity.value,
    },
  );
}

const mayOutlast = (statement: ast.TaskStatement): boolean =>
  (ast.isTimeout(statement) || ast.isEstimate(statement)) && checkpointOf(statement.$container) !== undefined;

function timeOf(statement: ast.TaskStatement): { value: ast.Quantity; what: string; advice: string } | undefined {
  if (ast.isTimeout(statement))
    return { value: statement.duration, what: 'A timeout', advice: 'Shorten it, or raise `lifespan` of the target.' };
  if (ast.isEstimate(statement)) {
    return {
      value: statement.duration,
      what: 'An estimate',
      advice:
        'An item could never finish: put safe points between steps, give the task a `checkpoint`, or raise `lifespan` of the target.',
    };
  }
  if (ast.isCheckpoint(statement) && statement.within !== undefined) {
    return { value: statement.within, what: 'Time for a checkpoint', advice: 'An item could never begin: shorten it.' };
  }
  if (ast.isSafePoint(statement) && statement.every !== undefined) {
    return {
      value: statement.every,
      what: 'A spacing of safe points',
      advice: 'Work would be lost each time: shorten it.',
    };
  }
  return undefined;
}
