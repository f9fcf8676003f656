/** What an input says, and what the file system says to it. */
import { UriUtils } from 'langium';
import * as ast from '../generated/ast.ts';
import type { FieldAccess } from '../placeholders/placeholder.ts';
import { documentOf, inputOf, meaningOf, placeholdersOf, templateOf } from '../placeholders/template.ts';
import { unknownField } from './check-placeholders.ts';
import type { InputProbe } from './input-probe.ts';
import type { Report } from './report.ts';

export function checkInput({ name, source }: ast.Input, report: Report): void {
  if (ast.isRangeSource(source)) {
    if (!Number.isInteger(source.from) || !Number.isInteger(source.to)) {
      report('out-of-range', 'A range goes over whole numbers.', { node: source });
    } else if (source.from > source.to) {
      report('empty-input', `This range is empty: write \`${source.to}..${source.from}\`.`, { node: source }, [
        {
          title: `Change to \`${source.to}..${source.from}\``,
          edits: [{ range: source.$cstNode!.range, newText: `${source.to}..${source.from}` }],
        },
      ]);
    }
  }
  if (ast.isListSource(source)) {
    if (source.values.length === 0)
      report('empty-input', `The list \`${name}\` is empty, so its tasks have nothing to do.`, { node: source });
    for (const value of source.values) checkPlain(value, 'A value of a list', report);
  }
}

export const checkParam = ({ value }: ast.Param, report: Report): void => checkPlain(value, 'A param', report);

function checkPlain(value: ast.Text | ast.Quantity | undefined, what: string, report: Report): void {
  if (!ast.isQuantity(value) || value.unit === undefined) return;
  report(
    'wrong-unit',
    `${what} is a plain number or a text: write \`${value.value}\` or \`"${value.value} ${value.unit}"\`.`,
    { node: value },
    [
      {
        title: `Change to \`${value.value}\``,
        edits: [{ range: value.$cstNode!.range, newText: String(value.value) }],
      },
    ],
  );
}

/** Asks the file system. Paths with params are left alone: their values may come from the command line. */
export async function probeInput(input: ast.Input, probe: InputProbe, report: Report): Promise<void> {
  const folder = UriUtils.dirname(documentOf(input).uri).fsPath;
  const { source } = input;
  if (ast.isFilesSource(source)) {
    const texts = [...source.patterns, ...source.exclude];
    if (texts.some(hasPlaceholder)) return;
    const exclude = source.exclude.map(plain);
    if ((await probe.files(source.patterns.map(plain), exclude, folder)) > 0) return;
    report(
      'empty-input',
      `No file matches ${source.patterns.map((each) => `"${plain(each)}"`).join(', ')} in the folder of this file.`,
      { node: source },
    );
  } else if (ast.isCsvSource(source) || ast.isLinesSource(source) || ast.isJsonSource(source)) {
    // While it is being typed a source may have no path yet.
    if (source.path === undefined || hasPlaceholder(source.path) || (await probe.exists(plain(source.path), folder)))
      return;
    report('missing-input', `There is no file "${plain(source.path)}" in the folder of this file.`, {
      node: source.path,
    });
  }
}

const hasPlaceholder = (text: ast.Text): boolean => placeholdersOf(text).length > 0;

/** The text of a path without placeholders, with `{{` undone. */
const plain = (text: ast.Text): string =>
  templateOf(text)
    .parts.map((part) => ('text' in part ? part.text : ''))
    .join('');

/** Header lines of csv files, each read once in a pass. */
export class CsvColumns {
  readonly #probe: InputProbe;
  readonly #known = new Map<ast.CsvSource, Promise<string[] | null>>();

  constructor(probe: InputProbe) {
    this.#probe = probe;
  }

  /** Of the rows that a task goes over; null where it goes over something else, or the file can't be read. */
  async of(task: ast.Task): Promise<string[] | null> {
    const source = inputOf(task)?.source;
    if (!ast.isCsvSource(source) || hasPlaceholder(source.path)) return null;
    const folder = UriUtils.dirname(documentOf(source).uri).fsPath;
    const columns = this.#known.get(source) ?? this.#probe.columns(plain(source.path), folder);
    this.#known.set(source, columns);
    return columns;
  }
}

/** Columns that placeholders name, against the header line. */
export async function probeText(text: ast.Text, csv: CsvColumns, report: Report): Promise<void> {
  for (const placeholder of placeholdersOf(text)) {
    const meaning = meaningOf(placeholder, text);
    const field = placeholder.fields[0];
    if (meaning.kind !== 'item' || field === undefined) continue;
    const columns = await csv.of(meaning.item.$container);
    if (columns?.includes(field.text) === false) unknownField(placeholder.name.text, field, columns, text, report);
  }
}

/** The column that a cost names, likewise. */
export async function probeCost(task: ast.Task, csv: CsvColumns, report: Report): Promise<void> {
  const field = task.statements.find(ast.isCost)?.field;
  const name = field?.path[0];
  if (field === undefined || name === undefined) return;
  const columns = await csv.of(task);
  if (columns?.includes(name.field) === false) unknownField(field.item.$refText, placeOf(name), columns, field, report);
}

/** The name of a field, with its quotes but without dot and brackets. */
function placeOf({ field, $cstNode: cst }: ast.FieldName): FieldAccess {
  const quoted = cst!.text.startsWith('[');
  return { text: field, quoted, offset: cst!.offset + 1, end: quoted ? cst!.end - 1 : cst!.end };
}

/** Modules are files of the job's folder. */
export async function probeModule(task: ast.Task, probe: InputProbe, report: Report): Promise<void> {
  const path = task.statements.find(ast.isModule)?.path;
  const folder = UriUtils.dirname(documentOf(task).uri).fsPath;
  if (path === undefined || (await probe.exists(path.value, folder))) return;
  report('missing-file', `There is no module "${path.value}" in the folder of this file.`, { node: path });
}
