/** Asks the client to draw hints and lenses again. Langium never does; the client must have said that it understands. */
import type { Connection } from 'vscode-languageserver';
import type { ClientFacts } from './client-facts.ts';

/** A client that is just closing rejects refreshes, which is of no consequence. */
const ignore = (): void => {};

/** Changes within so long a time make one request. */
const COALESCE_MS = 80;

export class Refresher {
  readonly #connection: Connection;
  readonly #client: ClientFacts;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, client: ClientFacts) {
    this.#connection = connection;
    this.#client = client;
  }

  /** A plan, the history or a setting has changed. */
  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, COALESCE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #send(): void {
    if (this.#client.refreshesInlayHints) this.#connection.languages.inlayHint.refresh().catch(ignore);
    if (this.#client.refreshesCodeLenses && this.#client.commands.size > 0) {
      this.#connection.sendRequest('workspace/codeLens/refresh').catch(ignore);
    }
  }
}
