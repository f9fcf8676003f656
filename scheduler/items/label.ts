/** How a person knows an item: by its path, its line or its value. */

/** Longer labels are cut in the middle. */
const LONGEST_LABEL = 120;

/** A short text on one line for an item's value. The one item of a task without an input has no label of its own: ''. */
export function labelOf(value: unknown): string {
  if (value === null) return '';
  return shorten(onOneLine(textOf(value)));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string')
    return value.path;
  return JSON.stringify(value) ?? '';
}

function onOneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not reach a terminal
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

function shorten(text: string): string {
  if (text.length <= LONGEST_LABEL) return text;
  const half = Math.floor((LONGEST_LABEL - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}
