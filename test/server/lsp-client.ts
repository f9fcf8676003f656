/** A small editor: starts the real server process and speaks plain LSP to it over stdio. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { Diagnostic, InitializeResult, Position, Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { MorselInitializationOptions } from '../../server/protocol.ts';

const serverMain = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

export interface ClientOptions {
  folders: string[];
  /** The server's program; default: its sources. */
  server?: string;
  /** Name the first folder as the root, as older clients do. */
  rootOnly?: true;
  initializationOptions?: MorselInitializationOptions;
  /** Merged over what a full-grown editor says. */
  capabilities?: Record<string, unknown>;
  /** What the client answers to `workspace/configuration`. */
  settings?: Record<string, unknown>;
}

export interface PublishedDiagnostics {
  uri: string;
  version?: number;
  diagnostics: Diagnostic[];
}

const fullCapabilities = {
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    workspaceFolders: true,
  },
  textDocument: {
    publishDiagnostics: { versionSupport: true },
    rename: { prepareSupport: true },
    completion: { completionItem: { snippetSupport: true } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    definition: { linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  },
};

export class LspClient {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  /** Every message of the server that asks for no answer, and every request it made, in order. */
  readonly received: { method: string; params: unknown }[] = [];
  initializeResult!: InitializeResult;
  stderr = '';
  readonly #documents = new Map<string, TextDocument>();
  readonly #waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.process = child;
    child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.connection = createMessageConnection(
      new StreamMessageReader(child.stdout!),
      new StreamMessageWriter(child.stdin!),
    );
    this.connection.onNotification((method, params) => this.#receive(method, params));
    this.connection.onError(() => {});
    // Whoever waits for an answer of a server that is gone is told so.
    child.once('exit', () => {
      this.connection.dispose();
      for (const wake of Array.from(this.#waiting)) wake();
    });
  }

  /** A server that has been initialised. */
  static async start(options: ClientOptions): Promise<LspClient> {
    const child = spawn(process.execPath, [options.server ?? serverMain, '--stdio'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const client = new LspClient(child);
    client.connection.onRequest((method, params) => {
      client.#receive(method, params);
      if (method === 'workspace/configuration') {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- so LSP says
        const { items } = params as unknown as { items: { section: string }[] };
        return items.map((item) => options.settings?.[item.section] ?? null);
      }
      return null;
    });
    client.connection.listen();
    const initialized = client.request<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: options.folders[0] === undefined ? null : uriOf(options.folders[0]),
      workspaceFolders: options.rootOnly
        ? null
        : options.folders.map((folder) => ({ uri: uriOf(folder), name: folder })),
      capabilities: { ...fullCapabilities, ...options.capabilities },
      initializationOptions: options.initializationOptions,
    });
    client.initializeResult = await initialized.catch((error: unknown) => {
      throw new Error(`the server did not start: ${client.stderr}`, { cause: error });
    });
    await client.notify('initialized', {});
    return client;
  }

  /** Rejects with the connection's `ResponseError` (`code`, `message`). */
  request<R>(method: string, params: unknown, token?: CancellationToken): Promise<R> {
    return this.connection.sendRequest(method, params, ...(token === undefined ? [] : [token]));
  }

  async notify(method: string, params: unknown): Promise<void> {
    await this.connection.sendNotification(method, params);
  }

  /** `at`: a path, or a URI that is no file's. */
  async open(at: string, text: string): Promise<string> {
    const document = TextDocument.create(/^\w[\w-]+:/.test(at) ? at : uriOf(at), 'morsel', 1, text);
    this.#documents.set(document.uri, document);
    await this.notify('textDocument/didOpen', {
      textDocument: { uri: document.uri, languageId: 'morsel', version: 1, text },
    });
    return document.uri;
  }

  /** One incremental edit. */
  async edit(uri: string, range: Range, text: string): Promise<number> {
    const document = this.document(uri);
    const version = document.version + 1;
    const contentChanges = [{ range, text }];
    this.#documents.set(uri, TextDocument.update(document, contentChanges, version));
    await this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
    return version;
  }

  /** Edits the first occurrence of `find`. */
  replace(uri: string, find: string, text: string): Promise<number> {
    return this.edit(uri, this.rangeOf(uri, find), text);
  }

  async close(uri: string): Promise<void> {
    this.#documents.delete(uri);
    await this.notify('textDocument/didClose', { textDocument: { uri } });
  }

  document(uri: string): TextDocument {
    const document = this.#documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    return document;
  }

  text(uri: string): string {
    return this.document(uri).getText();
  }

  /** Where the nth (from 0) occurrence of `find` begins, and so many characters on. */
  positionOf(uri: string, find: string, plus = 0, nth = 0): Position {
    const document = this.document(uri);
    let offset = document.getText().indexOf(find);
    for (let i = 0; i < nth && offset >= 0; i++) offset = document.getText().indexOf(find, offset + 1);
    if (offset < 0) throw new Error(`"${find}" is not in the text`);
    return document.positionAt(offset + plus);
  }

  rangeOf(uri: string, find: string, nth = 0): Range {
    return { start: this.positionOf(uri, find, 0, nth), end: this.positionOf(uri, find, find.length, nth) };
  }

  at(uri: string, find: string, plus = 0, nth = 0): { textDocument: { uri: string }; position: Position } {
    return { textDocument: { uri }, position: this.positionOf(uri, find, plus, nth) };
  }

  /** The first message that fits, of those that came after `since` (a length of {@link received}) or are still to come. */
  async message<P>(method: string, fits: (params: P) => boolean = () => true, since = 0): Promise<P> {
    for (let next = since; ;) {
      for (; next < this.received.length; next++) {
        const { method: got, params } = this.received[next]!;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the method names the type of its parameters
        const typed = params as P;
        if (got === method && fits(typed)) return typed;
      }
      if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** What was last published for a file, once it is of this version (or newer) and fits. */
  async diagnostics(
    uri: string,
    fits: (diagnostics: Diagnostic[]) => boolean = () => true,
    version = this.#documents.get(uri)?.version ?? 0,
    since = 0,
  ): Promise<Diagnostic[]> {
    const published = await this.message<PublishedDiagnostics>(
      'textDocument/publishDiagnostics',
      (params) => params.uri === uri && (params.version ?? 0) >= version && fits(params.diagnostics),
      since,
    );
    return published.diagnostics;
  }

  /** Ends the server as an editor does; answers its exit code. */
  async shutdown(): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exit = once(this.process, 'exit');
    await this.request('shutdown', undefined);
    await this.notify('exit', undefined);
    await exit;
    return this.process.exitCode;
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }

  #receive(method: string, params: unknown): void {
    this.received.push({ method, params });
    for (const wake of Array.from(this.#waiting)) wake();
  }
}

export const uriOf = (path: string): string => URI.file(path).toString();

/** A new folder with these files, by relative path. */
export function workspace(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'morsel server ')));
  writeFiles(folder, files);
  return folder;
}

export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export const removeWorkspace = (folder: string): void => rmSync(folder, { recursive: true, force: true });
