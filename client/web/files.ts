/** A server in a browser asks its client for files. */
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { type DirectoryEntry, JobFiles, ReadDirectory, ReadFile } from '../../server/protocol.ts';

/** A workspace with more is served as far as its files are opened. */
const MOST_FILES = 1000;

export function serveFiles(client: BaseLanguageClient): vscode.Disposable {
  return vscode.Disposable.from(
    client.onRequest(JobFiles.method, async ({ folder }: { folder: string }): Promise<string[]> => {
      const pattern = new vscode.RelativePattern(vscode.Uri.parse(folder), '**/*.morsel');
      const files = await vscode.workspace.findFiles(pattern, '**/node_modules/**', MOST_FILES);
      return files.map(String);
    }),
    client.onRequest(ReadFile.method, async ({ uri }: { uri: string }): Promise<{ text: string } | null> => {
      try {
        return { text: new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(uri))) };
      } catch {
        return null;
      }
    }),
    client.onRequest(ReadDirectory.method, async ({ uri }: { uri: string }): Promise<DirectoryEntry[]> => {
      try {
        const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri));
        return entries.map(([name, type]) => ({ name, isDirectory: (type & vscode.FileType.Directory) !== 0 }));
      } catch {
        return [];
      }
    }),
  );
}
