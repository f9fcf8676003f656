/** Puts the server together: the language with its features, plans, runs, and the connection that they are served on. */
import { DocumentState, type LangiumDocument, URI } from 'langium';
import {
  addCodeActionHandler,
  addCodeLensHandler,
  addCompletionHandler,
  addDocumentHighlightHandler,
  addDocumentLinkHandler,
  addDocumentSymbolHandler,
  addDocumentUpdateHandler,
  addFileOperationHandler,
  addFindReferencesHandler,
  addFoldingRangeHandler,
  addFormattingHandler,
  addGotoDefinitionHandler,
  addHoverHandler,
  addInlayHintHandler,
  addRenameHandler,
  addSemanticTokenHandler,
  addWorkspaceSymbolHandler,
  type LangiumServices,
} from 'langium/lsp';
import type { Connection, InitializeParams, WorkspaceFoldersChangeEvent } from 'vscode-languageserver';
import { ClientFacts } from './client-facts.ts';
import { DiagnosticsPublisher } from './diagnostics.ts';
import { described } from './errors.ts';
import type { ServerHost } from './host.ts';
import type { Log } from './guard.ts';
import { createServerServices } from './module.ts';
import { PlanProblems } from './plan/plan-problems.ts';
import { PlanService } from './plan/plan-service.ts';
import { PlanChanged } from './protocol.ts';
import { Refresher } from './refresher.ts';
import { answerRequests } from './requests.ts';
import { RunProblems } from './runs/run-problems.ts';

const SECTION = 'morsel';

/** Serves one client; returns at once. */
export function startServer(connection: Connection, host: ServerHost): void {
  const log: Log = (message) => connection.console.error(message);
  const client = new ClientFacts();
  const { folders, planner } = host;
  const refresher = new Refresher(connection, client);
  const services: LangiumServices = createServerServices({
    host,
    connection,
    client,
    log,
    plans: () => plans,
    lastRun: (file, job, task) => runs.lastRunOf(file, job, task),
  });
  const { shared } = services;
  const diagnostics = new DiagnosticsPublisher(connection, shared);

  const plans = new PlanService({
    services: shared,
    host,
    onChanged(uri, job) {
      diagnostics.refresh(uri);
      refresher.refresh();
      void connection.sendNotification(PlanChanged, { uri: uri.toString(), job });
    },
  });
  const runs = host.createRuns({
    connection,
    client,
    log,
    onHistoryChanged: (morselFolder) => plans.historyChanged(morselFolder),
    onFailuresChanged: (file) => diagnostics.refresh(URI.file(file)),
  });
  diagnostics.add(new PlanProblems(() => plans, client));
  diagnostics.add(new RunProblems((file, job) => runs.failedRunOf(file, job), client));

  /** Clients either send settings along or answer when they are asked. */
  const configure = async (sent: unknown): Promise<void> => {
    if (sent === undefined && !client.tellsSettings) return;
    client.configure(sent ?? (await connection.workspace.getConfiguration(SECTION)));
    refresher.refresh();
    for (const { uri } of shared.workspace.TextDocuments.all()) diagnostics.refresh(URI.parse(uri));
  };
  shared.workspace.DocumentBuilder.onDocumentPhase(DocumentState.Validated, (document) => {
    if (isOpen(document)) plans.documentChanged(document.uri);
  });
  shared.workspace.TextDocuments.onDidSave(({ document }) => plans.documentChanged(URI.parse(document.uri), true));
  shared.workspace.TextDocuments.onDidClose(({ document }) => plans.documentClosed(URI.parse(document.uri)));
  const isOpen = ({ uri }: LangiumDocument) => shared.workspace.TextDocuments.get(uri) !== undefined;

  const foldersChanged = ({ added, removed }: WorkspaceFoldersChangeEvent): void => {
    folders.remove(removed.map(({ uri }) => uri));
    folders.add(added.map(({ uri }) => uri));
    void shared.workspace.WorkspaceLock.write((token) =>
      shared.workspace.WorkspaceManager.initializeWorkspace(added, token),
    );
    runs.foldersChanged();
  };
  shared.lsp.LanguageServer.onInitialize((params) => {
    client.initialize(params);
    folders.add((params.workspaceFolders ?? []).map(({ uri }) => uri));
  });
  shared.lsp.LanguageServer.onInitialized(() => {
    if (client.tellsFolders) void connection.workspace.onDidChangeWorkspaceFolders(foldersChanged);
    void configure(undefined);
    runs.start().catch((error: unknown) => log(`runs: ${described(error)}`));
  });
  connection.onDidChangeConfiguration(({ settings }) => void configure(settings?.[SECTION]));
  connection.onShutdown(async () => {
    refresher.close();
    plans.close();
    runs.close();
    await planner.close();
  });

  answerRequests({ connection, services: shared, plans, runs, log });
  listen(connection, services);
}

/** Langium's own wiring, but for diagnostics, which {@link DiagnosticsPublisher} sends, and what Morsel has no use for. */
function listen(connection: Connection, { shared }: LangiumServices): void {
  addDocumentUpdateHandler(connection, shared);
  addFileOperationHandler(connection, shared);
  addCompletionHandler(connection, shared);
  addFindReferencesHandler(connection, shared);
  addDocumentSymbolHandler(connection, shared);
  addGotoDefinitionHandler(connection, shared);
  addDocumentHighlightHandler(connection, shared);
  addFoldingRangeHandler(connection, shared);
  addFormattingHandler(connection, shared);
  addCodeActionHandler(connection, shared);
  addRenameHandler(connection, shared);
  addHoverHandler(connection, shared);
  addInlayHintHandler(connection, shared);
  addSemanticTokenHandler(connection, shared);
  addCodeLensHandler(connection, shared);
  addDocumentLinkHandler(connection, shared);
  addWorkspaceSymbolHandler(connection, shared);
  connection.onInitialize((params) => shared.lsp.LanguageServer.initialize(withFolders(params)));
  connection.onInitialized((params) => shared.lsp.LanguageServer.initialized(params));
  shared.workspace.TextDocuments.listen(connection);
  connection.listen();
}

/** Older clients name one root in place of workspace folders. */
function withFolders(params: InitializeParams): InitializeParams {
  const { rootUri, workspaceFolders } = params;
  if (workspaceFolders || !rootUri) return params;
  return { ...params, workspaceFolders: [{ uri: rootUri, name: '' }] };
}
