/** How files come into the server and leave it: what is built at the start, what is watched, what is deleted or moved. */
import {
  type BuildOptions,
  DefaultWorkspaceManager,
  type DocumentBuilder,
  type LangiumSharedCoreServices,
  URI,
  type WorkspaceLock,
} from 'langium';
import { DefaultDocumentUpdateHandler, type FileOperationHandler, type LangiumSharedServices } from 'langium/lsp';
import type {
  DeleteFilesParams,
  DidChangeWatchedFilesParams,
  FileOperationOptions,
  FileSystemWatcher,
  RenameFilesParams,
} from 'vscode-languageserver';

/** Validates closed files too, so that the list of problems is whole from the start. */
export class MorselWorkspaceManager extends DefaultWorkspaceManager {
  override initialBuildOptions: BuildOptions = { validation: true };

  constructor(services: LangiumSharedCoreServices) {
    super(services);
    services.workspace.DocumentBuilder.updateBuildOptions = { validation: true };
  }
}

/** Watches job files alone: a run writes thousands of other files, and each would wake the server. */
export class MorselDocumentUpdateHandler extends DefaultDocumentUpdateHandler {
  protected override getWatchers(): FileSystemWatcher[] {
    return [{ globPattern: '**/*.morsel' }];
  }

  /** Says that this server wants to be told of saves: plans are made anew then, for inputs may have changed. */
  didSaveDocument(): void {}

  override didChangeWatchedFiles(params: DidChangeWatchedFilesParams): void {
    const changes = params.changes.filter(({ uri }) => !isInMorselFolder(uri));
    if (changes.length > 0) super.didChangeWatchedFiles({ changes });
  }
}

/** Folders that are deleted or renamed in the editor: the watcher sees files only. */
export class MorselFileOperationHandler implements FileOperationHandler {
  readonly fileOperationOptions: FileOperationOptions = {
    didDelete: { filters: [{ scheme: 'file', pattern: { glob: '**', matches: 'folder' } }] },
    didRename: { filters: [{ scheme: 'file', pattern: { glob: '**', matches: 'folder' } }] },
  };

  readonly #builder: DocumentBuilder;
  readonly #lock: WorkspaceLock;

  constructor(services: LangiumSharedServices) {
    this.#builder = services.workspace.DocumentBuilder;
    this.#lock = services.workspace.WorkspaceLock;
  }

  didDeleteFiles({ files }: DeleteFilesParams): void {
    this.#update(
      [],
      files.map((file) => URI.parse(file.uri)),
    );
  }

  didRenameFiles({ files }: RenameFilesParams): void {
    this.#update(
      files.map((file) => URI.parse(file.newUri)),
      files.map((file) => URI.parse(file.oldUri)),
    );
  }

  #update(changed: URI[], deleted: URI[]): void {
    void this.#lock.write((token) => this.#builder.update(changed, deleted, token));
  }
}

/** Whether a changed path belongs to a run: those are no source files, and there may be very many of them. */
const isInMorselFolder = (uri: string): boolean => URI.parse(uri).path.split('/').includes('.morsel');
