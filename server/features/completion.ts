/** What can stand where the cursor is: words of the language, names, units, options of targets, and all that strings hold. */
import { AstUtils, GrammarAST, type LangiumDocument, type MaybePromise } from 'langium';
import {
  type CompletionAcceptor,
  type CompletionContext,
  type CompletionProviderOptions,
  DefaultCompletionProvider,
  type NextFeature,
} from 'langium/lsp';
import {
  type CancellationToken,
  CompletionItemKind,
  type CompletionList,
  type CompletionParams,
  type InitializeParams,
  InsertTextFormat,
} from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { type MorselServices, type OptionType, targetKinds, targetOption, unitsOf } from '../../language/index.ts';
import { checkpointSignals } from '../../scheduler/job-spec.ts';
import { fieldsOfItem } from '../placeholders.ts';
import { stringAt } from '../strings.ts';
import { constructs, units } from './constructs.ts';
import { completeString } from './string-completion.ts';

/** What a declaration looks like, with places to fill in. */
const snippets: Readonly<Record<string, string>> = {
  job: 'job ${1:name} on ${2:target} {\n  $0\n}',
  task: 'task ${1:name} for ${2:item} in ${3:input} {\n  run "$0"\n}',
  target: 'target ${1:laptop} ${2:local} {\n  instances ${3:2}\n  lifespan ${4:10} min\n}',
  input: 'input ${1:name} = $0',
  param: 'param ${1:name} = $0',
  step: 'step ${1:name} {\n  run "$0"\n}',
  run: 'run "$0"',
  stream: 'stream "$0"',
  module: 'module "./$0"',
  output: 'output "$0"',
  checkpoint: 'checkpoint "$0"',
  import: 'import "$0"',
};

export class MorselCompletion extends DefaultCompletionProvider {
  override readonly completionOptions: CompletionProviderOptions = { triggerCharacters: ['{', '.', '"', '/'] };

  readonly #services: MorselServices;
  #snippets = false;

  constructor(services: MorselServices) {
    super(services);
    this.#services = services;
  }

  protected override initialize(params: InitializeParams): void {
    super.initialize(params);
    this.#snippets = params.capabilities.textDocument?.completion?.completionItem?.snippetSupport === true;
  }

  override async getCompletion(
    document: LangiumDocument,
    params: CompletionParams,
    token?: CancellationToken,
  ): Promise<CompletionList | undefined> {
    const offset = document.textDocument.offsetAt(params.position);
    const string = stringAt(document, offset);
    if (string === null) return super.getCompletion(document, params, token);
    return { isIncomplete: false, items: await completeString(document, string, offset, this.#services) };
  }

  protected override completionFor(
    context: CompletionContext,
    next: NextFeature,
    accept: CompletionAcceptor,
  ): MaybePromise<void> {
    const place = `${next.type ?? context.node?.$type}.${next.property}`;
    if (!GrammarAST.isRuleCall(next.feature)) return super.completionFor(context, next, accept);
    if (place === 'Target.kind') return this.#targetKinds(context, accept);
    if (place === 'Option.name') return this.#optionNames(context, accept);
    if (place === 'Checkpoint.signal') return this.#signals(context, accept);
    if (place === 'FieldName.field') return this.#fields(context, accept);
    return super.completionFor(context, next, accept);
  }

  protected override completionForKeyword(
    context: CompletionContext,
    keyword: GrammarAST.Keyword,
    accept: CompletionAcceptor,
  ): void {
    if (!this.filterKeyword(context, keyword)) return;
    const word = keyword.value;
    const unit = isUnit(keyword);
    if (unit && !unitsAt(context).includes(word)) return;
    const snippet = this.#snippets && !unit ? snippets[word] : undefined;
    accept(context, {
      label: word,
      kind: unit ? CompletionItemKind.Unit : CompletionItemKind.Keyword,
      sortText: '1',
      ...documented(unit ? units[word] : constructs[word]),
      ...(snippet === undefined ? {} : { insertText: snippet, insertTextFormat: InsertTextFormat.Snippet }),
    });
  }

  #targetKinds(context: CompletionContext, accept: CompletionAcceptor): void {
    for (const { kind, doc } of targetKinds.values()) {
      accept(context, { label: kind, kind: CompletionItemKind.EnumMember, ...documented(doc) });
    }
  }

  #signals(context: CompletionContext, accept: CompletionAcceptor): void {
    for (const label of checkpointSignals) accept(context, { label, kind: CompletionItemKind.EnumMember });
  }

  #optionNames(context: CompletionContext, accept: CompletionAcceptor): void {
    const target = AstUtils.getContainerOfType(context.node, ast.isTarget);
    if (target === undefined) return;
    const used = new Set(target.options.map((option) => option.name));
    const before = context.textDocument.getText().slice(context.tokenOffset, context.offset);
    for (const { name, doc, example } of targetKinds.get(target.kind)?.options ?? []) {
      if (used.has(name) && name !== before) continue;
      accept(context, { label: name, kind: CompletionItemKind.Property, detail: example, ...documented(doc) });
    }
  }

  async #fields(context: CompletionContext, accept: CompletionAcceptor): Promise<void> {
    const item = AstUtils.getContainerOfType(context.node, ast.isTask)?.item;
    if (item === undefined) return;
    for (const { name, meaning } of await fieldsOfItem(item, this.#services)) {
      accept(context, { label: name, kind: CompletionItemKind.Field, ...documented(meaning) });
    }
  }
}

const documented = (text: string | undefined) =>
  text === undefined ? {} : { documentation: { kind: 'markdown' as const, value: text } };

const isUnit = (keyword: GrammarAST.Keyword): boolean =>
  AstUtils.getContainerOfType(keyword, GrammarAST.isParserRule)?.name === 'Unit';

/** Units that make sense for the quantity that the cursor stands behind. */
function unitsAt({ node }: CompletionContext): readonly string[] {
  const holder = ast.isQuantity(node) ? node.$container : node;
  if (ast.isTimeout(holder) || ast.isEstimate(holder) || ast.isCheckpoint(holder)) return Object.keys(unitsOf.time);
  if (ast.isSafePoint(holder)) return [...Object.keys(unitsOf.time), ...Object.keys(unitsOf.items)];
  if (ast.isNeeds(holder)) return [...Object.keys(unitsOf.cpus), ...Object.keys(unitsOf.size)];
  if (ast.isRetry(holder)) return [];
  if (ast.isOption(holder)) return unitsOfOption(targetOption(holder.$container.kind, holder.name)?.type);
  return Object.keys(units);
}

function unitsOfOption(type: OptionType | undefined): readonly string[] {
  return type === 'time' || type === 'size' ? Object.keys(unitsOf[type]) : [];
}
