/** What a string stands for, and where each character of it came from. */

export interface DecodedText {
  /** The text without quotes, escapes undone; of a `"""` text also without its common indentation. */
  text: string;
  /** For each character of `text`, and for its end: how far into the source it stands. */
  offsets: number[];
}

/** Backslash and what it stands for in `"…"`; any other backslash is an ordinary character, as shells and patterns need it. */
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t' };

/** Decodes a string as written in the source, quotes included; the closing ones may be missing. */
export function decodeText(source: string): DecodedText {
  return source.startsWith('"""') ? decodeBlock(source) : decodeString(source);
}

/** Whether the closing quotes are there. */
export const isClosed = (source: string): boolean =>
  source.startsWith('"""')
    ? source.length >= 6 && source.endsWith('"""')
    : /^"(?:[^"\\\n\r]|\\[^\n\r])*"$/.test(source);

function decodeString(source: string): DecodedText {
  const end = isClosed(source) ? source.length - 1 : source.length;
  let text = '';
  const offsets: number[] = [];
  for (let at = 1; at < end; at++) {
    offsets.push(at);
    const escaped = source[at] === '\\' && at + 1 < end ? escapes[source[at + 1]!] : undefined;
    text += escaped ?? source[at];
    if (escaped !== undefined) at++;
  }
  offsets.push(end);
  return { text, offsets };
}

/**
 * A `"""` text is taken as it stands, but for what only lays it out: a first line without text, the indentation that all
 * lines share, and the line of the closing quotes.
 */
function decodeBlock(source: string): DecodedText {
  const lines = splitLines(source.slice(3, isClosed(source) ? -3 : undefined));
  if (lines.length === 1) return take([lines[0]!], 0, 3);
  const first = lines[0]!.text.trim() === '' ? 1 : 0;
  const last = lines.at(-1)!.text.trim() === '' ? lines.length - 1 : lines.length;
  const kept = lines.slice(first, last);
  // Text on the line of the opening quotes has no indentation that could be measured.
  const measured = first === 0 ? kept.slice(1) : kept;
  const indents = measured.filter(({ text }) => text.trim() !== '').map(({ text }) => text.search(/\S/));
  return take(kept, indents.length === 0 ? 0 : Math.min(...indents), 3, first === 0);
}

interface Line {
  text: string;
  start: number;
}

function splitLines(content: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const text of content.split(/\r?\n/)) {
    lines.push({ text, start });
    start += text.length;
    start += content[start] === '\r' ? 2 : 1;
  }
  return lines;
}

function take(lines: Line[], indent: number, quotes: number, firstAsIs = false): DecodedText {
  let text = '';
  const offsets: number[] = [];
  let end = quotes;
  for (const [index, line] of lines.entries()) {
    if (index > 0) {
      text += '\n';
      offsets.push(end);
    }
    const skip = index === 0 && firstAsIs ? 0 : Math.min(indent, line.text.length);
    for (let at = skip; at < line.text.length; at++) offsets.push(quotes + line.start + at);
    text += line.text.slice(skip);
    end = quotes + line.start + line.text.length;
  }
  offsets.push(end);
  return { text, offsets };
}
