import type { Hole, Template, TemplatePart } from '../../scheduler/job-spec.ts';
import type * as ast from '../generated/ast.ts';
import type { Placeholder } from '../placeholders/placeholder.ts';
import { type Quoting, quotesFor } from '../placeholders/quotes.ts';
import { quoteForShell, refusalWords, ShellContext } from '../placeholders/shell-context.ts';
import { meaningOf, roleOf, templateOf } from '../placeholders/template.ts';
import type { ParamValues } from './lower-params.ts';
import { LoweringProblem } from './lowering-problem.ts';

export interface TemplateContext {
  params: ParamValues;
  /** Whose output a `{step.out}` or `{task.out}` reads, as seen from the stage that the text belongs to. */
  outputOf(of: ast.Step | ast.Task): Hole;
}

/** Fills in params, and makes holes of what differs from item to item. */
export function lowerTemplate(text: ast.Text, context: TemplateContext): Template {
  const { parts, problems } = templateOf(text);
  if (problems[0] !== undefined) throw new LoweringProblem(problems[0].message);
  const role = roleOf(text);
  const shell = role === 'command' || role === 'program' ? new ShellContext() : undefined;
  const template: Template = [];
  for (const part of parts) {
    if (part.kind === 'text') {
      shell?.read(part.text);
      add(template, { kind: 'text', text: part.text });
      continue;
    }
    const quote = shell === undefined ? 'raw' : quotesAt(shell, part, text);
    shell?.value();
    add(template, fill(part, text, quote, context));
  }
  return template;
}

/** A text in which only params may stand. */
export function lowerPath(text: ast.Text, context: TemplateContext): string {
  return lowerTemplate(text, context)
    .map((part) => {
      if (part.kind === 'text') return part.text;
      throw new LoweringProblem(`Only params can be used in "${text.value}".`);
    })
    .join('');
}

function quotesAt(shell: ShellContext, placeholder: Placeholder, text: ast.Text): Quoting {
  const place = quotesFor(placeholder, text, shell);
  if ('refusal' in place) throw new LoweringProblem(`\`{${placeholder.name.text}}\`: ${refusalWords[place.refusal]}`);
  return place.quotes;
}

function fill(part: Placeholder, text: ast.Text, quoting: Quoting, context: TemplateContext): TemplatePart {
  const meaning = meaningOf(part, text);
  const quote = quoting === 'number' ? 'raw' : quoting;
  switch (meaning.kind) {
    case 'param':
      return { kind: 'text', text: quoteForShell(paramText(meaning.param, quoting, context), quote) };
    case 'item':
      return { kind: 'hole', hole: { kind: 'item', path: part.fields.map((field) => field.text) }, quote };
    case 'out':
      return { kind: 'hole', hole: { kind: 'out' }, quote };
    case 'checkpoint':
      return { kind: 'hole', hole: { kind: 'checkpoint' }, quote };
    case 'output-of':
      return { kind: 'hole', hole: context.outputOf(meaning.of), quote };
    case 'unknown':
      throw new LoweringProblem(
        `There is nothing called \`${part.name.text}\` that \`{${part.name.text}}\` could stand for.`,
      );
  }
}

function paramText(param: ast.Param, quoting: Quoting, { params }: TemplateContext): string {
  const value = params.valueOf(param);
  if (quoting === 'number' && !Number.isSafeInteger(value)) {
    throw new LoweringProblem(
      `The param \`${param.name}\` stands in arithmetic of a shell, so it must be a whole number: ${value} is none.`,
    );
  }
  return String(value);
}

function add(template: Template, part: TemplatePart): void {
  const last = template.at(-1);
  if (part.kind === 'text' && last?.kind === 'text') last.text += part.text;
  else if (part.kind !== 'text' || part.text !== '') template.push(part);
}
