/** The formatter of the language, on a text of its own. */
import { resolve } from 'node:path';
import { EmptyFileSystem, URI } from 'langium';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { createMorselServices } from '../language/index.ts';

let services: ReturnType<typeof createMorselServices> | undefined;

/**
 * The text as the formatter would have it. A text that cannot be parsed is not touched: `problem` says where it breaks.
 * `file` stands in that message alone.
 */
export async function formatText(text: string, file: string): Promise<{ text: string } | { problem: string }> {
  services ??= createMorselServices(EmptyFileSystem);
  const { LangiumDocumentFactory } = services.shared.workspace;
  const document = LangiumDocumentFactory.fromString(text, URI.file(resolve(file)));
  const [error] = document.parseResult.lexerErrors.map(placed).concat(document.parseResult.parserErrors.map(parsed));
  if (error !== undefined) return { problem: `${file}:${error.line}: not formatted: ${error.message}` };
  const edits = await services.Morsel.lsp.Formatter?.formatDocument(document, {
    textDocument: { uri: document.uri.toString() },
    options: { tabSize: 2, insertSpaces: true },
  });
  return { text: TextDocument.applyEdits(document.textDocument, edits ?? []) };
}

interface Placed {
  line: number;
  message: string;
}

const placed = ({ line, message }: { line?: number | undefined; message: string }): Placed => ({
  line: line ?? 1,
  message,
});

const parsed = ({ token, message }: { token: { startLine?: number | undefined }; message: string }): Placed =>
  placed({ line: token.startLine, message });
