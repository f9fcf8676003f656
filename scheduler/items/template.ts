/** Fills the holes of a Template for one item. What goes into a shell command is quoted for the place that it stands in. */
import type { Hole, Template, TemplatePart } from '../job-spec.ts';
import { fieldOf } from './field.ts';
import { labelOf } from './label.ts';

export interface TemplateValues {
  /** The item's value as its input gave it; null for the one item of a task without an input. */
  item: unknown;
  /** Where the item's output is to be written; null for a task without an output. */
  out: string | null;
  /** Where the item's program finds its state and writes it; missing for a task without a checkpoint. */
  checkpoint?: string | null;
  /** The published output of the same item of another task; null where that task has none. */
  outputOf: (task: string) => string | null;
}

/** A value that a template asks for and an item does not have, or that no command line can carry. One sentence. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

/** The text of a template for one item. Throws a {@link TemplateError} that names the hole and the item. */
export function renderTemplate(template: Template, values: TemplateValues): string {
  let text = '';
  for (const part of template) {
    text += part.kind === 'text' ? part.text : fill(part, values);
  }
  return text;
}

/** A value as it must be written into a POSIX shell command between the quotes that it stands in. */
export function quoteForShell(value: string, quote: 'raw' | 'none' | 'single' | 'double'): string {
  if (quote === 'raw') return value;
  if (quote === 'double') return value.replaceAll(/[\\"$`]/g, String.raw`\$&`);
  const inner = value.replaceAll("'", String.raw`'\''`);
  return quote === 'single' ? inner : `'${inner}'`;
}

function fill(part: TemplatePart & { kind: 'hole' }, values: TemplateValues): string {
  const value = textOf(lookUp(part.hole, values));
  if (value.includes('\0')) {
    throw new TemplateError(
      `{${nameOf(part.hole)}} of ${itemName(values)} has a NUL character, which no command line or path can carry`,
    );
  }
  return quoteForShell(value, part.quote);
}

function lookUp(hole: Hole, values: TemplateValues): unknown {
  if (hole.kind === 'item') return fieldAt(hole.path, values);
  if (hole.kind === 'out') {
    if (values.out === null) throw new TemplateError('{out} stands in a task that has no output');
    return values.out;
  }
  if (hole.kind === 'checkpoint') {
    const state = values.checkpoint ?? null;
    if (state === null) throw new TemplateError('{checkpoint} stands in a task that has no checkpoint');
    return state;
  }
  const path = values.outputOf(hole.task);
  if (path === null) throw new TemplateError(`task ${hole.task} has no output for ${itemName(values)}`);
  return path;
}

function fieldAt(path: readonly string[], values: TemplateValues): unknown {
  let value = values.item;
  for (const [depth, name] of path.entries()) {
    value = fieldOf(value, name);
    if (value !== undefined) continue;
    const whose = depth === 0 ? itemName(values) : `${path.slice(0, depth).join('.')} of ${itemName(values)}`;
    throw new TemplateError(`${whose} has no field "${name}"`);
  }
  return value;
}

/** Strings as they are; everything else as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function nameOf(hole: Hole): string {
  if (hole.kind === 'item') return hole.path.join('.') || 'item';
  return hole.kind === 'output-of' ? hole.task : hole.kind;
}

function itemName(values: TemplateValues): string {
  return values.item === null ? 'the item of a task without an input' : `item ${labelOf(values.item)}`;
}
