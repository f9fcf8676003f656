/** Completion inside strings: names and fields in placeholders, and paths of files where the string names some. */
import { type LangiumDocument, UriUtils } from 'langium';
import { type CompletionItem, CompletionItemKind, type Range } from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { type MorselServices, namesFor, type PlaceholderName } from '../../language/index.ts';
import { rangeBetween } from '../names.ts';
import { fieldsOfItem } from '../placeholders.ts';
import type { StringContent } from '../strings.ts';

/** The placeholder that the cursor is in: what stands in it so far. A doubled brace is none. */
const OPEN_PLACEHOLDER = /(?<!\{)\{(?:\{\{)*!?([^{}]*)$/;
/** `name.` or `name.fie`: a field is asked for. */
const FIELD = /^\s*([\p{L}_][\p{L}\p{N}_-]*)\.([\p{L}\p{N}_-]*)$/u;
const NAME = /^\s*([\p{L}\p{N}_-]*)$/u;
/** A field that can be written after a dot. */
const PLAIN_FIELD = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
const MOST_PATHS = 200;

const kinds: Readonly<Record<PlaceholderName['kind'], CompletionItemKind>> = {
  item: CompletionItemKind.Variable,
  param: CompletionItemKind.Constant,
  out: CompletionItemKind.Keyword,
  checkpoint: CompletionItemKind.Keyword,
  task: CompletionItemKind.Function,
  step: CompletionItemKind.Method,
};

export async function completeString(
  document: LangiumDocument,
  string: StringContent,
  offset: number,
  services: MorselServices,
): Promise<CompletionItem[]> {
  const before = document.textDocument.getText().slice(string.start, offset);
  const open = OPEN_PLACEHOLDER.exec(before)?.[1];
  if (open !== undefined) return completePlaceholder(document, string, open, offset, services);
  return completePath(document, string.node, before, offset, services);
}

async function completePlaceholder(
  document: LangiumDocument,
  { node, isBlock }: StringContent,
  open: string,
  offset: number,
  services: MorselServices,
): Promise<CompletionItem[]> {
  const names = ast.isText(node) ? namesFor(node) : [];
  const field = FIELD.exec(open);
  if (field !== null) {
    const range = rangeBetween(document, offset - field[2]!.length, offset);
    const item = names.find(({ text }) => text === field[1])?.node;
    if (!ast.isItem(item)) return names.some(({ text }) => text === `${field[1]}.out`) ? [plainItem('out', range)] : [];
    const fields = await fieldsOfItem(item, services);
    return fields.map(({ name, meaning }) => fieldItem(name, meaning, range, isBlock));
  }
  const typed = NAME.exec(open)?.[1];
  if (typed === undefined) return [];
  const range = rangeBetween(document, offset - typed.length, offset);
  return names.map(({ text, kind }) => ({ ...plainItem(text, range), kind: kinds[kind], detail: kind }));
}

const plainItem = (label: string, range: Range): CompletionItem => ({
  label,
  kind: CompletionItemKind.Keyword,
  textEdit: { range, newText: label },
});

function fieldItem(name: string, meaning: string | undefined, range: Range, isBlock: boolean): CompletionItem {
  const item: CompletionItem = { ...plainItem(name, range), kind: CompletionItemKind.Field };
  if (meaning !== undefined) item.detail = meaning;
  if (PLAIN_FIELD.test(name)) return item;
  // A column that is no plain name is written in brackets, in place of the dot.
  const dot: Range = { start: { line: range.start.line, character: range.start.character - 1 }, end: range.start };
  const quote = isBlock ? '"' : '\\"';
  item.textEdit = { range, newText: `[${quote}${name}${quote}]` };
  item.additionalTextEdits = [{ range: dot, newText: '' }];
  return item;
}

/** Which files the string is about; null where it names none. */
function wantedFiles(text: ast.Text | ast.Import): ((name: string) => boolean) | null {
  const holder = ast.isImport(text) ? text : text.$container;
  if (ast.isImport(holder)) return ending('.morsel');
  if (ast.isModule(holder)) return holder.path === text ? ending('.js', '.mjs', '.cjs', '.ts', '.mts') : null;
  if (ast.isCsvSource(holder)) return ending('.csv', '.tsv', '.txt');
  if (ast.isLinesSource(holder) || ast.isJsonSource(holder) || ast.isFilesSource(holder)) return () => true;
  return ast.isWorkdir(holder) ? () => false : null;
}

const ending =
  (...endings: string[]) =>
  (name: string): boolean =>
    endings.some((end) => name.endsWith(end));

async function completePath(
  document: LangiumDocument,
  text: ast.Text | ast.Import,
  before: string,
  offset: number,
  services: MorselServices,
): Promise<CompletionItem[]> {
  const isWanted = wantedFiles(text);
  // In a pattern nothing can be said of what comes after a star.
  if (isWanted === null || /[*?{[]/.test(before)) return [];
  const slash = before.lastIndexOf('/');
  const typed = before.slice(slash + 1);
  const folder = UriUtils.resolvePath(UriUtils.dirname(document.uri), before.slice(0, slash + 1) || '.');
  const entries = await services.shared.workspace.FileSystemProvider.readDirectory(folder).catch(() => []);
  const range = rangeBetween(document, offset - typed.length, offset);
  return entries
    .map((entry) => ({ name: UriUtils.basename(entry.uri), isDirectory: entry.isDirectory }))
    .filter(
      ({ name, isDirectory }) => (isDirectory || isWanted(name)) && name.startsWith('.') === typed.startsWith('.'),
    )
    .slice(0, MOST_PATHS)
    .map(({ name, isDirectory }) => pathItem(name, isDirectory, range));
}

const pathItem = (name: string, isDirectory: boolean, range: Range): CompletionItem => ({
  label: name,
  kind: isDirectory ? CompletionItemKind.Folder : CompletionItemKind.File,
  textEdit: { range, newText: name },
});
