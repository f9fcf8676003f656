/** Logs of runs as a language of their own: an item's output folds away, and an item that is a file can be opened. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { logSections } from './log-sections.ts';

export const LOG_LANGUAGE = 'morsel-log';

/** More links would keep the file system busy. */
const MOST_LINKS = 500;

/** @param folderOf the folder that the paths of a log's items start from, where that is known */
export function provideLogLanguage(folderOf: (log: vscode.Uri) => vscode.Uri | undefined): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerFoldingRangeProvider(LOG_LANGUAGE, {
      provideFoldingRanges: (document) =>
        logSections(document.getText())
          .filter(({ line, lastLine }) => lastLine > line)
          .map(({ line, lastLine }) => new vscode.FoldingRange(line, lastLine)),
    }),
    vscode.languages.registerDocumentSymbolProvider(LOG_LANGUAGE, {
      provideDocumentSymbols: (document) =>
        logSections(document.getText()).map(({ task, item, line, lastLine, isFailed }) => {
          const kind = isFailed ? vscode.SymbolKind.Event : vscode.SymbolKind.File;
          const whole = new vscode.Range(line, 0, lastLine, document.lineAt(lastLine).text.length);
          // The only item of a task has no name.
          return new vscode.DocumentSymbol(
            item || task,
            isFailed ? t('{0}, failed', task) : task,
            kind,
            whole,
            document.lineAt(line).range,
          );
        }),
    }),
    vscode.languages.registerDocumentLinkProvider(LOG_LANGUAGE, {
      async provideDocumentLinks(document) {
        const folder = folderOf(document.uri);
        if (folder === undefined) return [];
        const sections = logSections(document.getText()).slice(0, MOST_LINKS);
        const links = await Promise.all(sections.map((section) => linkOf(section, folder)));
        return links.filter((link) => link !== null);
      },
    }),
  );
}

async function linkOf(
  { item, line, itemStart }: ReturnType<typeof logSections>[number],
  folder: vscode.Uri,
): Promise<vscode.DocumentLink | null> {
  const file = item.startsWith('/') ? folder.with({ path: item }) : vscode.Uri.joinPath(folder, item);
  try {
    const { type } = await vscode.workspace.fs.stat(file);
    if ((type & vscode.FileType.File) === 0) return null;
  } catch {
    // A row, a line or a value; or the file is gone.
    return null;
  }
  return new vscode.DocumentLink(new vscode.Range(line, itemStart, line, itemStart + item.length), file);
}
