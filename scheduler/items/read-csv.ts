/** Reads csv: a header line, then a row each. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { InputError } from './input-error.ts';

/**
 * Calls `take` with each row as an object with a string for each column. A BOM, CRLF, quoted cells (with line ends in
 * them) and empty lines are understood. Throws an {@link InputError} with the line for a row of another length.
 */
export async function readCsv(
  path: string,
  name: string,
  take: (row: Record<string, string>) => void,
  signal?: AbortSignal,
): Promise<void> {
  let columns: string[] | null = null;
  const parser = csvParser((cells, line) => {
    if (columns === null) columns = header(cells, name);
    else take(rowOf(columns, cells, line, name));
  });
  parser.resume();
  try {
    await pipeline(createReadStream(path), parser, ...(signal ? [{ signal }] : []));
  } catch (error) {
    throw error instanceof CsvError ? new InputError(`${name}: ${sentence(error.message)}`) : error;
  }
  if (columns === null) throw new InputError(`${name} is empty: a csv input begins with a line of column names`);
}

/** The column names of a csv file, reading no more than its beginning; null if it has none. */
export async function readCsvHeader(path: string): Promise<string[] | null> {
  let columns: string[] | null = null;
  const source = createReadStream(path, { end: 1 << 16 });
  const parser = csvParser((cells) => {
    columns ??= cells;
  });
  parser.resume();
  // What is cut off in the middle of a row is no concern of the header.
  await pipeline(source, parser).catch((error: unknown) => {
    if (!(error instanceof CsvError)) throw error;
  });
  return columns;
}

function csvParser(take: (cells: string[], line: number) => void): ReturnType<typeof parse> {
  return parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    on_record: (cells: string[], { lines }) => {
      take(cells, lines);
      return null;
    },
  });
}

function header(cells: string[], name: string): string[] {
  const twice = cells.find((cell, index) => cells.indexOf(cell) !== index);
  if (twice !== undefined)
    throw new InputError(`${name} has two columns called "${twice}": give each a name of its own`);
  return cells;
}

function rowOf(columns: string[], cells: string[], line: number, name: string): Record<string, string> {
  if (cells.length !== columns.length) {
    throw new InputError(`line ${line} of ${name} has ${cells.length} cells, but the header has ${columns.length}`);
  }
  return Object.fromEntries(columns.map((column, index) => [column, cells[index]!]));
}

function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
