/** HTML and SVG from templates: every value is escaped, unless it is markup itself. */

import { escapedInFile } from '../../drawing/escape.ts';

/** A piece of finished markup. */
export interface Markup {
  readonly markup: string;
}

export type MarkupValue = Markup | string | number | null | readonly MarkupValue[];

/** ``markup`<p>${text}</p>` ``: lists are joined, null is nothing. Values may stand in text and in quoted attributes. */
export function markup(strings: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  return { markup: strings.reduce((sofar, text, index) => sofar + written(values[index - 1] ?? null) + text) };
}

/** Text that is markup already, such as a style sheet of our own. */
export const trusted = (text: string): Markup => ({ markup: text });

function written(value: MarkupValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapedInFile(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(written).join('');
}
