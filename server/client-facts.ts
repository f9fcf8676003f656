/** What the client said of itself: at `initialize`, in its settings, and later. */
import { DiagnosticSeverity, type InitializeParams } from 'vscode-languageserver';
import { useMessages } from '../l10n/words.ts';
import type { MorselInitializationOptions, MorselSettings } from './protocol.ts';

export type HintKind = 'job' | 'task' | 'safePoint';

const SEVERITIES: Readonly<Record<string, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export class ClientFacts {
  /** False until the user trusts the workspace: nothing may be run. */
  trusted = true;
  /** Commands that a code lens may carry. */
  commands: ReadonlySet<string> = new Set();
  cliPath: string | undefined;
  nodePath: string | undefined;
  refreshesInlayHints = false;
  refreshesCodeLenses = false;
  /** The client answers when it is asked for settings. */
  tellsSettings = false;
  /** The client says when workspace folders come and go. */
  tellsFolders = false;
  #settings: MorselSettings = {};

  initialize(params: InitializeParams): void {
    const options: MorselInitializationOptions = params.initializationOptions ?? {};
    this.trusted = options.trusted !== false;
    if (options.messages !== undefined) useMessages(options.messages);
    this.commands = new Set(Array.isArray(options.commands) ? options.commands : []);
    this.cliPath = options.cliPath;
    this.nodePath = options.nodePath;
    this.refreshesInlayHints = params.capabilities.workspace?.inlayHint?.refreshSupport === true;
    this.tellsSettings = params.capabilities.workspace?.configuration === true;
    this.tellsFolders = params.capabilities.workspace?.workspaceFolders === true;
    this.refreshesCodeLenses = params.capabilities.workspace?.codeLens?.refreshSupport === true;
  }

  /** `settings`: the section `morsel` as the client has it; anything else counts as empty. */
  configure(settings: unknown): void {
    this.#settings = typeof settings === 'object' && settings !== null ? settings : {};
  }

  /** As the user wants it for this code, else as given; null where it is not to be shown. */
  severityOf(code: string, otherwise: DiagnosticSeverity): DiagnosticSeverity | null {
    const wanted: unknown = this.#settings.diagnostics?.[code];
    if (wanted === 'off') return null;
    return typeof wanted === 'string' ? (SEVERITIES[wanted] ?? otherwise) : otherwise;
  }

  showsHint(kind: HintKind): boolean {
    return this.#settings.inlayHints?.[kind] !== false;
  }
}
