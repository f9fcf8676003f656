/** What a name stands for, what a word of the language means, and what a job or task is predicted to do. */
import { t } from '@vscode/l10n';
import { type AstNode, CstUtils, type DocumentationProvider, GrammarAST, type LangiumDocument } from 'langium';
import type { HoverProvider } from 'langium/lsp';
import type { Hover, HoverParams, Range } from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { type MorselServices, targetKinds, targetOption } from '../../language/index.ts';
import { rangeBetween, type Names } from '../names.ts';
import { documentOf } from '../outline.ts';
import { fieldsOfItem, meaningOfField, partsOf, type PlaceholderPart } from '../placeholders.ts';
import type { PlanService } from '../plan/plan-service.ts';
import { jobDetails, taskDetails } from '../plan/plan-text.ts';
import { stringAt } from '../strings.ts';
import { constructs, units } from './constructs.ts';

/** How a task fared in the last run of its job, as Markdown; null where there was none. */
export type LastRun = (file: string, job: string, task: string) => Promise<string | null>;

export class MorselHover implements HoverProvider {
  readonly #services: MorselServices;
  readonly #documentation: DocumentationProvider;
  readonly #names: Names;
  readonly #plans: PlanService;
  readonly #lastRun: LastRun;

  constructor(services: MorselServices, names: Names, plans: PlanService, lastRun: LastRun) {
    this.#services = services;
    this.#documentation = services.documentation.DocumentationProvider;
    this.#names = names;
    this.#plans = plans;
    this.#lastRun = lastRun;
  }

  async getHoverContent(document: LangiumDocument, { position }: HoverParams): Promise<Hover | undefined> {
    const offset = document.textDocument.offsetAt(position);
    const use = this.#names.at(document, offset);
    if (use !== null) return hover(await this.#describe(use.declaration), use.range);
    return hoverInString(document, offset) ?? hoverOnWord(document, offset);
  }

  /** Markdown: the declaration's first line, what its author says of it, its plan, and what came of the last one. */
  async #describe(declaration: AstNode): Promise<string> {
    if (ast.isFile(declaration)) return documentOf(declaration).uri.fsPath;
    const comment = this.#documentation.getDocumentation(declaration);
    const fields = await this.#fieldsOf(declaration);
    const lastRun = ast.isTask(declaration) ? await this.#lastRunOf(declaration) : undefined;
    const parts = [code(signature(declaration)), comment, this.#planOf(declaration), lastRun, fields];
    return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
  }

  async #fieldsOf(declaration: AstNode): Promise<string | undefined> {
    const fields = ast.isItem(declaration) ? await fieldsOfItem(declaration, this.#services) : [];
    return fields.length === 0 ? undefined : `Fields: ${fields.map(({ name }) => `\`${name}\``).join(', ')}`;
  }

  async #lastRunOf(task: ast.Task): Promise<string | undefined> {
    const job = task.$container;
    return (await this.#lastRun(documentOf(job).uri.fsPath, job.name, task.name)) ?? undefined;
  }

  #planOf(declaration: AstNode): string | undefined {
    const job = ast.isJob(declaration) ? declaration : ast.isTask(declaration) ? declaration.$container : undefined;
    const known = job && this.#plans.planOf(documentOf(job).uri, job.name);
    if (known === undefined) return undefined;
    if (known.plan === null) return known.problem === null ? undefined : t('No plan: {0}', known.problem);
    if (!ast.isTask(declaration)) return jobDetails(known.plan);
    const task = known.plan.tasks.find((candidate) => candidate.task === declaration.name);
    return task === undefined || known.target === null ? undefined : taskDetails(task, known.target);
  }
}

function hoverInString(document: LangiumDocument, offset: number): Hover | undefined {
  const string = stringAt(document, offset);
  if (string === null || !ast.isText(string.node)) return undefined;
  const part = partsOf(string.node).find(({ start, end }) => start <= offset && offset <= end);
  const help = part && partInWords(part);
  return help === undefined ? undefined : hover(help, rangeBetween(document, part!.start, part!.end));
}

function partInWords({ role, text }: PlaceholderPart): string | undefined {
  if (role === 'name') return undefined;
  if (role === 'out') {
    return `${code('{out}')}\n\nWhere this item's output is to be written; it is published at the next safe point.`;
  }
  if (role === 'checkpoint') {
    return `${code('{checkpoint}')}\n\nWhere the program of this item finds its state, if it was at work before, and writes it when it is asked to.`;
  }
  const meaning = meaningOfField(text);
  return `${code(text)}\n\nA field of the item${meaning === undefined ? '' : `: ${meaning}`}.`;
}

/** Keywords, units, options of targets. */
function hoverOnWord(document: LangiumDocument, offset: number): Hover | undefined {
  const root = document.parseResult.value.$cstNode;
  const leaf = root && CstUtils.findLeafNodeAtOffset(root, offset);
  if (leaf === undefined || leaf.hidden) return undefined;
  const help = wordHelp(leaf.text, leaf.astNode, GrammarAST.isKeyword(leaf.grammarSource));
  return help === undefined ? undefined : hover(help, leaf.range);
}

function wordHelp(word: string, node: AstNode, isKeyword: boolean): string | undefined {
  if (ast.isOption(node) && node.name === word) return optionHelp(node);
  if (ast.isTarget(node) && node.kind === word) return targetKinds.get(word)?.doc;
  if (ast.isQuantity(node)) return units[word];
  return isKeyword ? constructs[word] : undefined;
}

function optionHelp({ name, $container }: ast.Option): string | undefined {
  const option = targetOption($container.kind, name);
  return option && `${option.doc}\n\n${code(option.example)}`;
}

/** A declaration's first line as written, without its body. */
export function signature(declaration: AstNode): string {
  const text = declaration.$cstNode?.text ?? '';
  const head = ast.isInput(declaration) || ast.isParam(declaration) ? text : text.split('{')[0]!;
  const line = head.trim().replaceAll(/\s+/g, ' ');
  if (ast.isItem(declaration)) return `for ${line} in ${declaration.$container.source?.$refText ?? '…'}`;
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

const code = (text: string): string => `\`\`\`morsel\n${text}\n\`\`\``;

const hover = (value: string, range: Range): Hover => ({ contents: { kind: 'markdown', value }, range });
