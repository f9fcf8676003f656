import type { CodeActionProvider } from 'langium/lsp';
import type { CodeAction } from 'vscode-languageserver';

export class MorselQuickFixes implements CodeActionProvider {
  getCodeActions(): CodeAction[] {
    return [];
  }
}
