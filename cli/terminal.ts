/** Writing to people and to programs: data to stdout, messages to stderr, colours only where a terminal shows them. */
import { styleText } from 'node:util';
import { Help } from 'commander';
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import { isStdoutBroken } from './broken-pipe.ts';

export type Style = Parameters<typeof styleText>[0];

/** Gives a text a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colours where the stream is a terminal and the environment (`NO_COLOR`, `FORCE_COLOR`) has nothing against it. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });

export const noPaint: Paint = (_style, text) => text;

/** What lines are cut to: the width of a terminal. A file or another program gets all of each line. */
export const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream): number => (isTTY ? columns : Infinity);

/** Columns that a text takes in a terminal. */
export const widthOf = (text: string): number => stringWidth(text);

/** At most so many columns; `…` stands for what was cut off. */
export function clip(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  for (let cut = columns - 1; cut >= 0; cut--) {
    // The two libraries differ on a few rare characters, so what was cut is measured again.
    const clipped = `${sliceAnsi(text, 0, cut)}…`;
    if (widthOf(clipped) <= columns) return clipped;
  }
  return '';
}

/** At least so many columns. */
export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - widthOf(text)));

export const padLeft = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - widthOf(text))) + text;

/** Rows as a table with two blanks between its columns; `right` names the columns (from 0) that hold numbers. */
export function table(rows: readonly string[][], right: readonly number[] = []): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (right.includes(column) ? padLeft : pad)(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const help = Object.assign(new Help(), { displayWidth: widthOf });

/** A paragraph in lines of at most so many columns, all of them as far in as it begins, and by `indent` more. */
export function wrapped(text: string, columns: number, indent: string): string[] {
  const start = indent + /^ */.exec(text)![0];
  return help
    .boxWrap(text.trimStart(), columns - start.length)
    .split('\n')
    .map((line) => start + line.trimEnd());
}

/** A text that came from outside, without the control characters that would steer the terminal. Tabs and line ends stay. */
export const harmless = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) print(`${lines.join('\n')}\n`);
}

export const printJson = (value: unknown): void => print(`${JSON.stringify(value, null, 2)}\n`);

/** One line of JSON. */
export const printJsonLine = (value: unknown): void => print(`${JSON.stringify(value)}\n`);

/** A message for a person, apart from the data. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

export function print(text: string): void {
  if (!isStdoutBroken()) process.stdout.write(text);
}
