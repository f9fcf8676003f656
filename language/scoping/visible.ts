/**
 * Which names can be used where, as tables: nothing here searches through lists, however large a file is.
 * A job sees its own declarations first, then those of its file, then those of the files that its file imports. What an
 * imported file imports itself is not seen.
 */
import * as ast from '../generated/ast.ts';
import { fileOf } from '../ast-places.ts';

export type Table<T> = ReadonlyMap<string, T>;

/** Tables in the order in which they are asked. */
export class Names<T extends { name: string }> {
  readonly #tables: readonly Table<T>[];

  constructor(tables: readonly Table<T>[]) {
    this.#tables = tables;
  }

  get(name: string): T | undefined {
    for (const table of this.#tables) {
      const found = table.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Everything that can be named; what a nearer declaration hides is left out. */
  all(): T[] {
    const byName = new Map<string, T>();
    for (const table of this.#tables) {
      for (const [name, node] of table) if (!byName.has(name)) byName.set(name, node);
    }
    return [...byName.values()];
  }
}

/** The declarations of a list by name; of two with one name the first counts. */
const tables = new WeakMap<readonly object[], Table<{ name: string }>>();

function tableOf<T extends { name: string }>(nodes: readonly T[]): Table<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the list that a table was made of decides its type
  const known = tables.get(nodes) as Table<T> | undefined;
  if (known !== undefined) return known;
  const table = new Map<string, T>();
  for (const node of nodes) if (node.name !== undefined && !table.has(node.name)) table.set(node.name, node);
  tables.set(nodes, table);
  return table;
}

/** The files that a file imports and that could be read. */
export function importedFiles(file: ast.File): ast.File[] {
  return file.imports.flatMap((each) => each.file?.ref ?? []);
}

function shared<T extends { name: string }>(file: ast.File, pick: (file: ast.File) => readonly T[]): Table<T>[] {
  return [file, ...importedFiles(file)].map((each) => tableOf(pick(each)));
}

export const visibleTargets = (file: ast.File): Names<ast.Target> => new Names(shared(file, (each) => each.targets));

export const visibleTasks = (job: ast.Job): Names<ast.Task> => new Names([tableOf(job.tasks)]);

export const visibleInputs = (job: ast.Job): Names<ast.Input> =>
  new Names([tableOf(job.inputs), ...shared(fileOf(job), (each) => each.inputs)]);

/** The params that the text of a job can name, or of a file where no job is given (as in shared inputs). */
export const visibleParams = (scope: ast.Job | ast.File): Names<ast.Param> =>
  ast.isJob(scope)
    ? new Names([tableOf(scope.params), ...shared(fileOf(scope), (each) => each.params)])
    : new Names(shared(scope, (each) => each.params));

export const visibleSteps = (task: ast.Task): Names<ast.Step> => new Names([tableOf(stepsIn(task))]);

const stepLists = new WeakMap<ast.Task, ast.Step[]>();

function stepsIn(task: ast.Task): ast.Step[] {
  const known = stepLists.get(task);
  if (known !== undefined) return known;
  const steps = task.statements.filter(ast.isStep);
  stepLists.set(task, steps);
  return steps;
}
