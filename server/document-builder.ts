/** Builds documents, and lets no request see a text that is older than the last edit that came in before it. */
import { type Disposable, type DocumentState, OperationCancelled, type URI } from 'langium';
import type { LangiumSharedServices } from 'langium/lsp';
import type { CancellationToken } from 'vscode-languageserver';
import { MorselDocumentBuilder } from '../language/scoping/document-builder.ts';

/**
 * Langium takes an edit up some time after it came in: when the build before has been cancelled. A request in between
 * would be answered from the old tree with the new text's positions, or, for a file that was just opened, with an error.
 */
export class ServerDocumentBuilder extends MorselDocumentBuilder {
  /** Documents with edits that no build has begun with. */
  readonly #waiting = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(services: LangiumSharedServices) {
    super(services);
    services.workspace.TextDocuments.onDidChangeContent(({ document }) => this.#waiting.add(document.uri));
    this.onUpdate((changed, deleted) => {
      for (const uri of [...changed, ...deleted]) this.#waiting.delete(uri.toString());
      for (const listener of this.#listeners) listener();
    });
  }

  override waitUntil(state: DocumentState, cancelToken?: CancellationToken): Promise<void>;
  override waitUntil(state: DocumentState, uri?: URI, cancelToken?: CancellationToken): Promise<URI>;
  override async waitUntil(
    state: DocumentState,
    uriOrToken?: URI | CancellationToken,
    cancelToken?: CancellationToken,
  ): Promise<URI | void> {
    if (uriOrToken !== undefined && 'path' in uriOrToken) {
      const key = uriOrToken.toString();
      await this.#until(() => !this.#waiting.has(key), cancelToken);
      return super.waitUntil(state, uriOrToken, cancelToken);
    }
    await this.#until(() => this.#waiting.size === 0, uriOrToken);
    return super.waitUntil(state, uriOrToken);
  }

  /** Rejects with `OperationCancelled`. */
  async #until(isTrue: () => boolean, token: CancellationToken | undefined): Promise<void> {
    if (isTrue()) return;
    let cancelling: Disposable | undefined;
    let listener: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        // oxlint-disable-next-line prefer-promise-reject-errors -- what Langium rejects with, and looks for
        cancelling = token?.onCancellationRequested(() => reject(OperationCancelled));
        listener = () => isTrue() && resolve();
        this.#listeners.add(listener);
      });
    } finally {
      cancelling?.dispose();
      this.#listeners.delete(listener!);
    }
  }
}
