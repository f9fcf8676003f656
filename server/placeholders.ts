/** What the placeholders of strings name, for every feature that looks into strings. */
import { type AstNode, UriUtils } from 'langium';
import * as ast from '../language/generated/ast.ts';
import {
  type FieldAccess,
  inputOf,
  type Meaning,
  meaningOf,
  type MorselServices,
  type Placeholder,
  placeholdersOf,
} from '../language/index.ts';
import { fileFields } from '../language/validation/check-placeholders.ts';
import { documentOf } from './outline.ts';

/** One name in a placeholder: its head, or a field. Places are offsets into the document. */
export interface PlaceholderPart {
  text: string;
  start: number;
  end: number;
  role: 'name' | 'field' | 'out' | 'checkpoint';
  /** What a head stands for. */
  declaration: AstNode | undefined;
}

/** A field of an item. */
export interface ItemField {
  name: string;
  meaning: string | undefined;
}

const meaningsOfFileFields: Readonly<Record<string, string>> = {
  path: "path from the job file's folder",
  name: 'file name with its ending',
  stem: 'file name without its ending',
  ext: 'ending, with its dot',
  dir: 'folder',
  below: 'path from the part of the pattern before its first wildcard',
  size: 'size in bytes',
};

/** All names in the placeholders of a string, in order. */
export const partsOf = (text: ast.Text): PlaceholderPart[] =>
  placeholdersOf(text).flatMap((placeholder) => [headOf(placeholder, text), ...placeholder.fields.map(fieldPart)]);

/** The fields that an item has, as far as its input tells: those of a file, or the columns of a csv. */
export async function fieldsOfItem(item: ast.Item, services: MorselServices): Promise<readonly ItemField[]> {
  const source = inputOf(item.$container)?.source;
  if (ast.isFilesSource(source)) return fileFields.map((name) => ({ name, meaning: meaningOfField(name) }));
  const path = ast.isCsvSource(source) ? source.path?.value : undefined;
  if (path === undefined) return [];
  const folder = UriUtils.dirname(documentOf(source!).uri).fsPath;
  const columns = await services.validation.InputProbe?.columns(path, folder);
  return (columns ?? []).map((name) => ({ name, meaning: 'column' }));
}

/** What a field of a file means; undefined for others. */
export const meaningOfField = (name: string): string | undefined => meaningsOfFileFields[name];

function headOf(placeholder: Placeholder, text: ast.Text): PlaceholderPart {
  const { text: name, offset: start, end } = placeholder.name;
  const meaning = meaningOf(placeholder, text);
  const role = meaning.kind === 'out' || meaning.kind === 'checkpoint' ? meaning.kind : 'name';
  return { text: name, start, end, role, declaration: declarationOf(meaning) };
}

function declarationOf(meaning: Meaning): AstNode | undefined {
  if (meaning.kind === 'item') return meaning.item;
  if (meaning.kind === 'param') return meaning.param;
  return meaning.kind === 'output-of' ? meaning.of : undefined;
}

/** The place of a field is that of its name, without quotes. */
function fieldPart({ text, offset, end, quoted }: FieldAccess): PlaceholderPart {
  const inset = quoted ? 1 : 0;
  return { text, start: offset + inset, end: end - inset, role: 'field', declaration: undefined };
}
