/** Text in HTML and in SVG. */

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** May stand in text and in quoted attributes, and is nothing but text there. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);

/** The same, without the control characters that a file of XML or HTML has no way to write. */
export const escapedInFile = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  escaped(text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD'));
