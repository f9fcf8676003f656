/**
 * Publishes what is wrong with a document: what the language found, and what other parts know of it (its plan, its last
 * run). Those are asked anew at each build, so that their ranges are those of the text as it stands.
 */
import { DocumentState, type LangiumDocument, type LangiumSharedCoreServices, type URI } from 'langium';
import type { Connection, Diagnostic } from 'vscode-languageserver';

export interface DiagnosticSource {
  diagnosticsOf(document: LangiumDocument): Diagnostic[];
}

export class DiagnosticsPublisher {
  readonly #connection: Connection;
  readonly #services: LangiumSharedCoreServices;
  readonly #sources: DiagnosticSource[] = [];

  constructor(connection: Connection, services: LangiumSharedCoreServices) {
    this.#connection = connection;
    this.#services = services;
    services.workspace.DocumentBuilder.onUpdate((_changed, deleted) => {
      for (const uri of deleted) this.#send(uri.toString(), []);
    });
    services.workspace.DocumentBuilder.onDocumentPhase(DocumentState.Validated, (document) => this.#publish(document));
  }

  add(source: DiagnosticSource): void {
    this.#sources.push(source);
  }

  /** Something other than the text has changed. Before the document is built again there is nothing to publish. */
  refresh(uri: URI): void {
    const document = this.#services.workspace.LangiumDocuments.getDocument(uri);
    if (document !== undefined && document.state >= DocumentState.Validated) this.#publish(document);
  }

  #publish(document: LangiumDocument): void {
    const found = document.diagnostics ?? [];
    const more = this.#sources.flatMap((source) => source.diagnosticsOf(document));
    this.#send(document.uri.toString(), [...found, ...more], document.textDocument.version);
  }

  #send(uri: string, diagnostics: Diagnostic[], version?: number): void {
    void this.#connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
  }
}
