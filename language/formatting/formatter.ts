import type { LangiumDocument } from 'langium';
import type { Formatter } from 'langium/lsp';
import type { DocumentFormattingParams, DocumentRangeFormattingParams, Range, TextEdit } from 'vscode-languageserver';
import { layOut } from './layout.ts';

/** Formats like `morsel fmt`, always the same, whatever the editor's settings for indentation are. */
export class MorselFormatter implements Formatter {
  formatDocument(document: LangiumDocument, _params?: DocumentFormattingParams): TextEdit[] {
    return editsOf(document);
  }

  formatDocumentRange(document: LangiumDocument, { range }: DocumentRangeFormattingParams): TextEdit[] {
    return editsOf(document).filter((edit) => overlaps(edit.range, range));
  }

  formatDocumentOnType(): TextEdit[] {
    return [];
  }

  get formatOnTypeOptions(): undefined {
    return undefined;
  }
}

/** The text of a document as the formatter lays it out; null where it has syntax errors and is better left alone. */
export function formatted(document: LangiumDocument): string | null {
  if (isBroken(document)) return null;
  const { textDocument } = document;
  const text = textDocument.getText();
  let result = '';
  let at = 0;
  for (const gap of gapsOf(document)) {
    result += text.slice(at, gap.offset) + gap.text;
    at = gap.end;
  }
  return result + text.slice(at);
}

function editsOf(document: LangiumDocument): TextEdit[] {
  if (isBroken(document)) return [];
  const { textDocument } = document;
  const text = textDocument.getText();
  return gapsOf(document)
    .filter((gap) => text.slice(gap.offset, gap.end) !== gap.text)
    .map(({ offset, end, text: newText }) => ({
      range: { start: textDocument.positionAt(offset), end: textDocument.positionAt(end) },
      newText,
    }));
}

const isBroken = ({ parseResult }: LangiumDocument): boolean =>
  parseResult.lexerErrors.length > 0 || parseResult.parserErrors.length > 0;

function gapsOf(document: LangiumDocument) {
  const root = document.parseResult.value.$cstNode?.root;
  const eol = document.textDocument.getText().includes('\r\n') ? '\r\n' : '\n';
  return root === undefined ? [] : layOut(root, eol);
}

function overlaps(edit: Range, range: Range): boolean {
  return !isBefore(edit.end, range.start) && !isBefore(range.end, edit.start);
}

const isBefore = (a: Range['start'], b: Range['start']): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);
