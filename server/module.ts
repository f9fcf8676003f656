/** The language with the features of this server in place of Langium's own. */
import type { Connection } from 'vscode-languageserver';
import { createMorselServices, type MorselExtensions, type MorselServices } from '../language/index.ts';
import type { ClientFacts } from './client-facts.ts';
import { MorselCodeLenses } from './features/code-lenses.ts';
import { MorselCompletion } from './features/completion.ts';
import { MorselDocumentLinks } from './features/document-links.ts';
import { MorselFolding } from './features/folding.ts';
import { type LastRun, MorselHover } from './features/hover.ts';
import { MorselInlayHints } from './features/inlay-hints.ts';
import { MorselDefinitions, MorselHighlights, MorselReferences, MorselRename } from './features/navigation.ts';
import { MorselQuickFixes } from './features/quick-fixes.ts';
import { MorselSemanticTokens } from './features/semantic-tokens.ts';
import { MorselDocumentSymbols, MorselWorkspaceSymbols } from './features/symbols.ts';
import { ServerDocumentBuilder } from './document-builder.ts';
import type { ServerHost } from './host.ts';
import { guarded, type Log } from './guard.ts';
import { Names } from './names.ts';
import { PlanProblems } from './plan/plan-problems.ts';
import type { PlanService } from './plan/plan-service.ts';
import { MorselDocumentUpdateHandler, MorselFileOperationHandler } from './workspace.ts';

export interface ServerContext {
  host: ServerHost;
  connection: Connection;
  client: ClientFacts;
  log: Log;
  /** Asked for when the first feature is used: the plans need these services themselves. */
  plans: () => PlanService;
  lastRun: LastRun;
}

export function createServerServices({ host, connection, client, log, plans, lastRun }: ServerContext): MorselServices {
  const guard = <T extends object>(name: string, provider: T): T => guarded(name, provider, log);
  const extensions: MorselExtensions = {
    ...(host.inputProbe !== undefined && { inputProbe: host.inputProbe }),
    shared: {
      lsp: {
        DocumentUpdateHandler: (services) => new MorselDocumentUpdateHandler(services),
        FileOperationHandler: (services) => new MorselFileOperationHandler(services),
        WorkspaceSymbolProvider: (services) => guard('workspace symbols', new MorselWorkspaceSymbols(services)),
      },
      workspace: {
        DocumentBuilder: (services) => new ServerDocumentBuilder(services),
        WorkspaceManager: (services) => host.workspaceManager(services),
      },
    },
    morsel: {
      lsp: {
        CodeActionProvider: () => guard('quick fixes', new MorselQuickFixes(new PlanProblems(plans, client))),
        CodeLensProvider: () => guard('code lenses', new MorselCodeLenses(client)),
        CompletionProvider: (services) => guard('completion', new MorselCompletion(services)),
        DefinitionProvider: (services) => guard('definition', new MorselDefinitions(new Names(services))),
        DocumentHighlightProvider: (services) => guard('highlights', new MorselHighlights(new Names(services))),
        DocumentLinkProvider: () => guard('links', new MorselDocumentLinks()),
        DocumentSymbolProvider: () => guard('symbols', new MorselDocumentSymbols()),
        FoldingRangeProvider: (services) => guard('folding', new MorselFolding(services)),
        HoverProvider: (services) => guard('hover', new MorselHover(services, new Names(services), plans(), lastRun)),
        InlayHintProvider: () => guard('inlay hints', new MorselInlayHints(plans(), client)),
        ReferencesProvider: (services) => guard('references', new MorselReferences(new Names(services))),
        RenameProvider: (services) => guard('rename', new MorselRename(new Names(services))),
        SemanticTokenProvider: (services) => guard('semantic tokens', new MorselSemanticTokens(services)),
      },
    },
  };
  return createMorselServices({ connection, ...host.fileSystem }, extensions).Morsel;
}
