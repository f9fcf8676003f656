/** How the value of a placeholder goes into a shell command. */
import * as ast from '../generated/ast.ts';
import { taskOf } from '../ast-places.ts';
import type { Placeholder } from './placeholder.ts';
import type { Quotes, Refusal, ShellContext } from './shell-context.ts';
import { inputOf, meaningOf } from './template.ts';

/** `raw`: as it is, by the author's wish · `number`: as it is, since it is a whole number. */
export type Quoting = Quotes | 'raw' | 'number';

/** For the place that a shell has come to. Arithmetic has no quotes, so only numbers can stand in it. */
export function quotesFor(
  placeholder: Placeholder,
  text: ast.Text,
  shell: ShellContext,
): { quotes: Quoting } | { refusal: Refusal } {
  if (placeholder.raw) return { quotes: 'raw' };
  const place = shell.place();
  const isNumber = 'refusal' in place && place.refusal === 'arithmetic' && isWholeNumber(placeholder, text);
  return isNumber ? { quotes: 'number' } : place;
}

/** Whether all that the placeholder can ever stand for is known, before any input is read, to be whole numbers. */
function isWholeNumber(placeholder: Placeholder, text: ast.Text): boolean {
  if (placeholder.fields.length > 0) return false;
  const meaning = meaningOf(placeholder, text);
  if (meaning.kind === 'param') return isWhole(meaning.param.value);
  const task = taskOf(text);
  if (meaning.kind !== 'item' || task === undefined) return false;
  const source = inputOf(task)?.source;
  if (ast.isListSource(source)) return source.values.every(isWhole);
  return ast.isRangeSource(source) && Number.isInteger(source.from) && Number.isInteger(source.to);
}

const isWhole = (value: ast.Text | ast.Quantity | undefined): boolean =>
  ast.isQuantity(value) && value.unit === undefined && Number.isSafeInteger(value.value);
