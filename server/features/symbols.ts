/** The outline of a file, and the search for names in all files. */
import type { AstNode, LangiumDocument, LangiumDocuments } from 'langium';
import type { DocumentSymbolProvider, FuzzyMatcher, LangiumSharedServices, WorkspaceSymbolProvider } from 'langium/lsp';
import {
  type DocumentSymbol,
  SymbolKind,
  type WorkspaceSymbol,
  type WorkspaceSymbolParams,
} from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import { fileIn, nameRangeOf, rangeOf } from '../outline.ts';

/** A name as the outline shows it. */
interface Entry {
  node: AstNode & { name: string };
  kind: SymbolKind;
  detail: string;
  children: Entry[];
}

export class MorselDocumentSymbols implements DocumentSymbolProvider {
  getSymbols(document: LangiumDocument): DocumentSymbol[] {
    return entriesOf(fileIn(document)).map(asSymbol);
  }
}

/** All names of all files of the workspace; what the query leaves out may stand between its letters. */
export class MorselWorkspaceSymbols implements WorkspaceSymbolProvider {
  readonly #documents: LangiumDocuments;
  readonly #matcher: FuzzyMatcher;

  constructor(services: LangiumSharedServices) {
    this.#documents = services.workspace.LangiumDocuments;
    this.#matcher = services.lsp.FuzzyMatcher;
  }

  getSymbols({ query }: WorkspaceSymbolParams): WorkspaceSymbol[] {
    const symbols: WorkspaceSymbol[] = [];
    for (const document of this.#documents.all) {
      const uri = document.uri.toString();
      for (const { entry, container } of flat(entriesOf(fileIn(document)))) {
        if (!this.#matcher.match(query, entry.node.name)) continue;
        const location = { uri, range: nameRangeOf(entry.node) };
        symbols.push({
          name: entry.node.name,
          kind: entry.kind,
          location,
          ...(container === null ? {} : { containerName: container }),
        });
      }
    }
    return symbols;
  }
}

function entriesOf(file: ast.File): Entry[] {
  const entries = [
    ...file.params.map(paramEntry),
    ...file.inputs.map(inputEntry),
    ...file.jobs.map(jobEntry),
    ...file.targets.map(targetEntry),
  ];
  return inOrder(entries);
}

function jobEntry(job: ast.Job): Entry {
  const target = job.target === undefined ? '' : `on ${job.target.$refText}`;
  const children = [...job.params.map(paramEntry), ...job.inputs.map(inputEntry), ...job.tasks.map(taskEntry)];
  return { node: job, kind: SymbolKind.Module, detail: target, children: inOrder(children) };
}

function taskEntry(task: ast.Task): Entry {
  const over = task.source === undefined ? [] : [`for ${task.item?.name ?? '…'} in ${task.source.$refText}`];
  const after = task.after.length === 0 ? [] : [`after ${task.after.map((ref) => ref.$refText).join(', ')}`];
  const steps = task.statements.filter(ast.isStep).map((step) => leaf(step, SymbolKind.Method, 'step'));
  return { node: task, kind: SymbolKind.Function, detail: [...over, ...after].join(' '), children: inOrder(steps) };
}

const paramEntry = (param: ast.Param): Entry => leaf(param, SymbolKind.Constant, 'param');
const inputEntry = (input: ast.Input): Entry => leaf(input, SymbolKind.Array, 'input');
const targetEntry = (target: ast.Target): Entry => leaf(target, SymbolKind.Object, target.kind ?? 'target');

const leaf = (node: Entry['node'], kind: SymbolKind, detail: string): Entry => ({ node, kind, detail, children: [] });

/** As they stand in the file; those whose name is still to be written are left out. */
const inOrder = (entries: Entry[]): Entry[] =>
  entries
    .filter(({ node }) => typeof node.name === 'string' && node.name !== '')
    .toSorted((a, b) => (a.node.$cstNode?.offset ?? 0) - (b.node.$cstNode?.offset ?? 0));

function asSymbol({ node, kind, detail, children }: Entry): DocumentSymbol {
  const symbol = { name: node.name, kind, detail, range: rangeOf(node), selectionRange: nameRangeOf(node) };
  return { ...symbol, children: children.map(asSymbol) };
}

function flat(entries: Entry[], container: string | null = null): { entry: Entry; container: string | null }[] {
  return entries.flatMap((entry) => [{ entry, container }, ...flat(entry.children, entry.node.name)]);
}
