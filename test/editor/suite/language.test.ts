import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { diagnosticsOf, open, until } from './until.ts';

const whole = (document: vscode.TextDocument): vscode.Range => new vscode.Range(0, 0, document.lineCount, 0);

suite('the language in the editor', () => {
  test('a .morsel file has the language morsel', async () => {
    const { document } = await open('words.morsel');
    assert.equal(document.languageId, 'morsel');
  });

  test('a job has lenses to run and to plan it', async () => {
    const { document } = await open('words.morsel');
    const lenses = await until(async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
        10,
      );
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(
      lenses.map(({ command }) => [command?.title, command?.command]),
      [
        ['Run', 'morsel.runJob'],
        ['Run on…', 'morsel.runJobOn'],
        ['Plan', 'morsel.previewPlan'],
      ],
    );
  });

  test('the predicted plan stands in the text as hints', async () => {
    const { document } = await open('words.morsel');
    const hints = await until(async () => {
      const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        whole(document),
      );
      return found.length > 0 ? found : undefined;
    });
    const labels = hints.map(({ label }) =>
      typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
    );
    assert.ok(
      labels.some((label) => label.includes('finishes in')),
      labels.join('\n'),
    );
    assert.ok(
      labels.some((label) => label.includes('fragment')),
      labels.join('\n'),
    );
  });

  test('a mistake is reported, and a quick fix mends it', async () => {
    const { document } = await open('broken.morsel');
    const [unknown] = await until(() => {
      const found = diagnosticsOf(document.uri, 'unknown-name');
      return found.length > 0 ? found : undefined;
    });
    assert.match(unknown!.message, /Did you mean `texts`/);
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      unknown!.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = fixes.find(({ edit }) => edit !== undefined);
    assert.ok(fix?.edit, 'no quick fix');
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /for text in texts/);
    await until(() => (diagnosticsOf(document.uri, 'unknown-name').length === 0 ? true : undefined));
  });

  test('the formatter sets the indentation right', async () => {
    const { document } = await open('broken.morsel');
    const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>(
      'vscode.executeFormatDocumentProvider',
      document.uri,
      { tabSize: 2, insertSpaces: true },
    );
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    await vscode.workspace.applyEdit(edit);
    assert.match(document.getText(), /\n {4}run "wc -w/);
  });
});
