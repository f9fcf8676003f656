/** Colours by meaning: names by what they stand for, units, options, and the placeholders inside strings. */
import type { AstNode } from 'langium';
import { AbstractSemanticTokenProvider, type SemanticTokenAcceptor } from 'langium/lsp';
import { SemanticTokenModifiers, SemanticTokenTypes } from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { rangeBetween } from '../names.ts';
import { documentOf, nameRangeOf } from '../outline.ts';
import { partsOf, type PlaceholderPart } from '../placeholders.ts';

const declaration = SemanticTokenModifiers.declaration;

/** The token type of each kind of declaration, wherever it is named. */
const typeOfName: Readonly<Record<string, string>> = {
  [ast.Job.$type]: SemanticTokenTypes.class,
  [ast.Task.$type]: SemanticTokenTypes.function,
  [ast.Step.$type]: SemanticTokenTypes.method,
  [ast.Target.$type]: SemanticTokenTypes.namespace,
  [ast.Input.$type]: SemanticTokenTypes.variable,
  [ast.Item.$type]: SemanticTokenTypes.parameter,
  [ast.Param.$type]: SemanticTokenTypes.typeParameter,
  [ast.Env.$type]: SemanticTokenTypes.variable,
};

export class MorselSemanticTokens extends AbstractSemanticTokenProvider {
  protected override highlightElement(node: AstNode, accept: SemanticTokenAcceptor): void {
    const type = typeOfName[node.$type];
    if (type !== undefined) accept({ range: nameRangeOf(node), type, modifier: declaration });
    if (ast.isJob(node) && node.target !== undefined) {
      accept({ node, property: 'target', type: SemanticTokenTypes.namespace });
    } else if (ast.isTask(node)) {
      taskReferences(node, accept);
    } else if (ast.isTarget(node)) {
      accept({ node, property: 'kind', type: SemanticTokenTypes.type });
    } else if (ast.isOption(node)) {
      accept({ node, property: 'name', type: SemanticTokenTypes.property });
    } else if (ast.isField(node)) {
      accept({ node, property: 'item', type: SemanticTokenTypes.parameter });
    } else if (ast.isFieldName(node)) {
      accept({ node, property: 'field', type: SemanticTokenTypes.property });
    } else if (ast.isQuantity(node)) {
      accept({ node, property: 'value', type: SemanticTokenTypes.number });
      if (node.unit !== undefined) accept({ node, property: 'unit', type: SemanticTokenTypes.keyword });
    } else if (ast.isRate(node)) {
      accept({ node, property: 'unit', type: SemanticTokenTypes.keyword });
    } else if (ast.isText(node)) {
      placeholders(node, accept);
    }
  }
}

function taskReferences(task: ast.Task, accept: SemanticTokenAcceptor): void {
  const source = task.source?.ref;
  if (source !== undefined) accept({ node: task, property: 'source', type: typeOfName[source.$type]! });
  task.after.forEach((_, index) => {
    accept({ node: task, property: 'after', index, type: SemanticTokenTypes.function });
  });
}

function placeholders(text: ast.Text, accept: SemanticTokenAcceptor): void {
  const document = documentOf(text);
  for (const part of partsOf(text)) {
    accept({ range: rangeBetween(document, part.start, part.end), type: typeOfPart(part) });
  }
}

function typeOfPart({ role, declaration: named }: PlaceholderPart): string {
  if (role === 'field') return SemanticTokenTypes.property;
  if (role === 'out' || role === 'checkpoint') return SemanticTokenTypes.macro;
  return (named && typeOfName[named.$type]) ?? SemanticTokenTypes.variable;
}
