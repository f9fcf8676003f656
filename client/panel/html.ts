/** HTML that is safe by construction: in a {@link html} template every value is escaped, unless it is {@link Html} itself. */

import { escaped } from '../../drawing/escape.ts';

const brand = Symbol('Html');

export interface Html {
  readonly [brand]: true;
  toString(): string;
}

type Value = string | number | Html | readonly Html[];

/** A template tag: ``html`<td>${text}</td>` ``. Attribute values must be written in double quotes. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  const text = parts.map((part, index) => part + (index < values.length ? written(values[index]!) : '')).join('');
  return { [brand]: true, toString: () => text };
}

function written(value: Value): string {
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return 'map' in value ? value.map(String).join('') : String(value);
}
