/** Files of the workspace as the client reads them, for imports and for paths that are being written. */
import { EmptyFileSystemProvider, type FileSystemNode, type URI, UriUtils } from 'langium';
import type { Connection } from 'vscode-languageserver';
import { ReadDirectory, ReadFile } from '../protocol.ts';

export class ClientFiles extends EmptyFileSystemProvider {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
  }

  override async readFile(uri?: URI): Promise<string> {
    const answer = uri && (await this.#connection.sendRequest(ReadFile, { uri: uri.toString() }));
    if (!answer) throw new Error(`${uri?.toString() ?? ''} cannot be read`);
    return answer.text;
  }

  override async readDirectory(uri?: URI): Promise<FileSystemNode[]> {
    const entries = uri && (await this.#connection.sendRequest(ReadDirectory, { uri: uri.toString() }));
    return (entries ?? []).map(({ name, isDirectory }) => ({
      isFile: !isDirectory,
      isDirectory,
      uri: UriUtils.joinPath(uri!, name),
    }));
  }

  /** Only files are ever watched. */
  override async stat(uri: URI): Promise<FileSystemNode> {
    return { isFile: true, isDirectory: false, uri };
  }
}
