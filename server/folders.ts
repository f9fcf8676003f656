/** The workspace folders, as paths of the file system. */
import { dirname, join, relative, isAbsolute } from 'node:path';
import { URI } from 'vscode-uri';

/** The folder in which Morsel keeps runs and history. */
const MORSEL = '.morsel';

export class Folders {
  #paths: string[] = [];

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Only folders of the file system count: a run needs a real one. */
  add(uris: readonly string[]): void {
    const paths = uris.map((uri) => URI.parse(uri)).filter((uri) => uri.scheme === 'file');
    this.#paths = [...new Set([...this.#paths, ...paths.map((uri) => uri.fsPath)])];
  }

  remove(uris: readonly string[]): void {
    const gone = new Set(uris.map((uri) => URI.parse(uri).fsPath));
    this.#paths = this.#paths.filter((path) => !gone.has(path));
  }

  /** Where the runs of a file's jobs are kept: in the innermost workspace folder around it, else beside the file. */
  homeOf(file: string): string {
    const around = this.#paths.filter((folder) => isInside(file, folder));
    return around.toSorted((a, b) => b.length - a.length)[0] ?? dirname(file);
  }

  morselFolderOf(file: string): string {
    return this.morselFolderIn(this.homeOf(file));
  }

  morselFolderIn(home: string): string {
    return join(home, MORSEL);
  }

  /** Of the workspace folders; they need not exist. */
  morselFolders(): string[] {
    return this.#paths.map((path) => join(path, MORSEL));
  }
}

function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return path !== '' && !path.startsWith('..') && !isAbsolute(path);
}
